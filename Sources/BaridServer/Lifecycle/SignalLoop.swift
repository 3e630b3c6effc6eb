internal import Glibc
internal import UnixSignals

/// What the signals that administrators send mean: TERM and INT stop the server, HUP makes it read its configuration and
/// certificates again, and a second TERM or INT ends the process at once.
enum SignalLoop {
  /// Runs until it is cancelled.
  static func run(
    reload: @escaping @Sendable () async -> Void, stop: @escaping @Sendable () -> Void
  ) async {
    var isStopping = false
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
      switch signal {
      case .sighup where !isStopping: await reload()
      case .sigterm, .sigint:
        // Whoever sends it twice does not want to wait. What was acknowledged is on disk.
        if isStopping { _exit(1) }
        isStopping = true
        stop()
      default: break
      }
    }
  }
}
