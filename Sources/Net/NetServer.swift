import CNet
import Glibc
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The server's sockets: listeners, their connections and the event loops these live on.
///
/// One per process is enough. `drain` ends it for good.
package final class NetServer: Sendable {
  private let core: ServerCore
  private let group: MultiThreadedEventLoopGroup
  private let listeners = Mutex<[Listening]>([])

  private struct Listening: Sendable {
    var channels: [any Channel]
    var tls: TLSSlot
  }

  package init(settings: NetSettings = NetSettings(), logger: Logger) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads > 0 ? settings.threads : System.coreCount)
    core = ServerCore(settings: Self.fitting(settings, logger), group: group, logger: logger)
  }

  /// The settings with no more connections than the system allows descriptors, less some for files.
  private static func fitting(_ settings: NetSettings, _ logger: Logger) -> NetSettings {
    let allowed = max(net_raise_descriptor_limit() - 256, 64)
    guard settings.connections > allowed else { return settings }
    logger.warning(
      "fewer connections than wished: the limit of open files is low",
      metadata: ["wished": "\(settings.connections)", "possible": "\(allowed)"])
    var fitting = settings
    fitting.connections = allowed
    return fitting
  }

  /// Connections that are not over yet.
  package var connectionCount: Int { core.live }
  package var counters: NetCounters { core.counters }

  /// Opens a listener. `makeSession` is called for each connection on its event loop and must not block.
  ///
  /// Throws a `ListenFault` that names address, port and reason; then none of the listener's addresses stays open.
  package func listen<S: Session>(
    _ settings: ListenerSettings, tls: TLSContexts? = nil, makeSession: @escaping @Sendable (Peer, Waker) -> S
  ) async throws(ListenFault) -> BoundListener {
    if settings.tls != .none, tls == nil {
      throw ListenFault(
        listener: settings.name, address: settings.host, port: settings.port, reason: .noCertificate)
    }
    let slot = TLSSlot(tls)
    let door = Door(core: core, settings: settings, tls: slot, makeSession: makeSession)
    var channels: [any Channel] = []
    do {
      if let path = settings.socketPath { channels.append(try await bind(path, door)) }
      for (index, host) in (settings.socketPath == nil ? hosts(of: settings) : []).enumerated() {
        do {
          // With port 0 the second address takes the port that the first was given.
          let port = settings.port == 0 ? channels.first?.localAddress?.port ?? 0 : settings.port
          channels.append(try await bind(host, port, door))
        } catch let fault where index > 0 && fault.isMissingFamily {
          core.logger.info("no ipv6 here", metadata: ["listener": "\(settings.name)", "address": "\(host)"])
        }
      }
    } catch {
      for channel in channels { channel.close(promise: nil) }
      throw error
    }
    let listening = Listening(channels: channels, tls: slot)
    listeners.withLock { $0.append(listening) }
    let bound = BoundListener(
      name: settings.name,
      addresses: channels.compactMap { channel in
        channel.localAddress.flatMap { address in address.ipAddress.map { ($0, address.port ?? 0) } }
      })
    core.logger.info("listening", metadata: ["listener": "\(settings.name)", "port": "\(bound.port)"])
    return bound
  }

  /// New connections (and STARTTLS from now on) get this certificate; those under way keep theirs.
  package func reload(tls: TLSContexts) {
    for listening in listeners.withLock({ $0 }) { listening.tls.replace(with: tls) }
  }

  /// Stops accepting, tells every session to finish, and ends those that have not after `limit`. Then nothing is left.
  package func drain(limit: Duration) async {
    core.startDraining()
    let open = listeners.withLock { listeners in
      defer { listeners = [] }
      return listeners
    }
    for channel in open.flatMap(\.channels) {
      do {
        try await channel.close()
      } catch {
        core.logger.debug("listener already closed", metadata: ["error": "\(error)"])
      }
    }
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

// MARK: Binding

extension NetServer {
  private func hosts(of settings: ListenerSettings) -> [String] {
    switch settings.host {
    case "*", "": ["0.0.0.0", "::"]
    case "localhost": ["127.0.0.1", "::1"]
    default: [settings.host]
    }
  }

  /// A Unix socket: a file that is left of an earlier run is replaced, one that somebody listens on is not.
  private func bind<S: Session>(_ path: String, _ door: Door<S>) async throws(ListenFault) -> any Channel {
    do {
      if await isTaken(path) { throw IOError(errnoCode: EADDRINUSE, reason: "bind") }
      let bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1_024)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
          }
        }
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelOption(
          .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: InputLimits.receive)
        )
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try door.install(on: channel) }
        }
      let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
      // Owner and group: who may deliver mail here is a matter of the file's group.
      chmod(path, 0o660)
      return channel
    } catch {
      throw ListenFault(listener: door.settings.name, address: path, port: 0, reason: ListenFault.Reason(error))
    }
  }

  private func isTaken(_ path: String) async -> Bool {
    do {
      let channel = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
      channel.close(promise: nil)
      return true
    } catch {
      return false
    }
  }

  private func bind<S: Session>(
    _ host: String, _ port: Int, _ door: Door<S>
  ) async throws(ListenFault) -> any Channel {
    do {
      let address = try SocketAddress(ipAddress: host, port: port)
      var bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1_024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        // Out of file descriptors: accept no more for a second instead of spinning.
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
          }
        }
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.socketOption(.so_keepalive), value: 1)
        // Without it a slow reader fills megabytes of the system's memory and its progress cannot be seen.
        .childChannelOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: 65_536)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelOption(
          .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: InputLimits.receive)
        )
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try door.install(on: channel) }
        }
      if case .v6 = address {
        bootstrap = bootstrap.serverChannelOption(
          ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
      }
      return try await bootstrap.bind(to: address).get()
    } catch {
      throw ListenFault(
        listener: door.settings.name, address: host, port: port, reason: ListenFault.Reason(error))
    }
  }
}

extension ListenFault {
  var isMissingFamily: Bool { reason == .noSuchAddress }
}

extension ListenFault.Reason {
  init(_ error: any Error) {
    guard let error = error as? IOError else {
      self = error is SocketAddressError ? .noSuchAddress : .other(String(describing: error))
      return
    }
    self =
      switch error.errnoCode {
      case EADDRINUSE: .inUse
      case EACCES, EPERM: .forbidden
      case EADDRNOTAVAIL, EAFNOSUPPORT: .noSuchAddress
      default: .other(String(describing: error))
      }
  }
}
