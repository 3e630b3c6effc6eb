import CNet
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The server's sockets: listeners, their connections and the event loops these live on.
///
/// One per process is enough. `drain` ends it for good.
package final class NetServer: Sendable {
  let core: ServerCore
  let group: MultiThreadedEventLoopGroup
  let listeners = Mutex<[ListeningPlace: Listening]>([:])

  /// A socket that listens.
  struct Listening: Sendable {
    var place: ListeningPlace
    var channel: any Channel
    var threshold: Threshold
  }

  package init(settings: NetSettings = NetSettings(), logger: Logger) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads > 0 ? settings.threads : System.coreCount)
    var settings = settings
    settings.connections = Self.fitting(settings.connections, logger)
    core = ServerCore(settings: settings, group: group, logger: logger)
  }

  /// No more connections than the system allows descriptors, less some for files.
  private static func fitting(_ connections: Int, _ logger: Logger) -> Int {
    let allowed = max(net_raise_descriptor_limit() - 256, 64)
    guard connections > allowed else { return connections }
    logger.warning(
      "fewer connections than wished: the limit of open files is low",
      metadata: ["wished": "\(connections)", "possible": "\(allowed)"])
    return allowed
  }

  /// Connections that are not over yet.
  package var connectionCount: Int { core.live }
  package var counters: NetCounters { core.counters }

  /// New limits for those who connect from now on.
  package func change(connections: Int, perAddress: Int, strangersPerNetwork: Int) {
    core.admission.change(
      to: Admission.Limits(
        connections: Self.fitting(connections, core.logger), perAddress: perAddress,
        strangersPerNetwork: strangersPerNetwork))
  }

  /// Stops accepting, tells every session to finish, and ends those that have not after `limit`. Then nothing is left.
  package func drain(limit: Duration) async {
    core.startDraining()
    let open = listeners.withLock { listeners in
      defer { listeners = [:] }
      return listeners
    }
    for listening in open.values { await close(listening) }
    await onEachLoop { $0.quiesce() }
    await core.waitUntilEmpty(limit: limit)
    if core.live > 0 {
      core.logger.notice("connections cut", metadata: ["count": "\(core.live)"])
      await onEachLoop { $0.cut() }
      // Cancelled work gets a moment to return, and TLS its close_notify.
      await core.waitUntilEmpty(limit: .seconds(5))
    }
    guard core.live == 0 else {
      core.logger.error("work did not end", metadata: ["count": "\(core.live)"])
      return
    }
    do { try await group.shutdownGracefully() } catch {
      core.logger.error("loops not ended", metadata: ["error": "\(error)"])
    }
  }

  func close(_ listening: Listening) async {
    do {
      try await listening.channel.close()
    } catch {
      core.logger.debug("listener already closed", metadata: ["error": "\(error)"])
    }
  }

  private func onEachLoop(_ body: @escaping @Sendable (any LiveConnection) -> Void) async {
    for context in core.allLoops {
      do {
        try await context.loop.submit { for connection in context.live.value.values { body(connection) } }.get()
      } catch {
        core.logger.error("loop does not answer", metadata: ["error": "\(error)"])
      }
    }
  }
}
