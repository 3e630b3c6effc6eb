internal import Glibc
internal import UnixSignals

/// Turns the signals that administrators send into what they mean: TERM and INT stop the server, HUP makes it read its
/// configuration and certificates again, and a second TERM or INT ends the process at once.
package enum SignalLoop {
  /// Returns when the first TERM or INT has come and `stop` has returned.
  package static func run(
    reload: @escaping @Sendable () async -> Void, stop: @escaping @Sendable () async -> Void
  ) async {
    let (stops, continuation) = AsyncStream.makeStream(of: Void.self)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        var isStopping = false
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
          switch signal {
          case .sighup where !isStopping: await reload()
          case .sigterm, .sigint:
            // The second one: whoever sent it does not want to wait.
            if isStopping { _exit(1) }
            isStopping = true
            continuation.yield()
          default: break
          }
        }
      }
      for await _ in stops { break }
      await stop()
      group.cancelAll()
    }
  }
}
