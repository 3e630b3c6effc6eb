import DNS
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

extension NetServer {
  /// Opens one more listener. `makeSession` is called for each connection on its event loop and must not block.
  ///
  /// Throws a `ListenFault` that names address, port and reason; then none of the listener's addresses stays open.
  package func listen<S: Session>(
    _ settings: ListenerSettings, tls: TLSContexts? = nil, makeSession: @escaping @Sendable (Peer, Waker) -> S
  ) async throws(ListenFault) -> BoundListener {
    let plan = ListenerPlan(settings, tls: tls, makeSession: makeSession)
    var change = Change()
    do throws(ListenFault) { try await open(plan, &change) } catch {
      for listening in change.opened { await close(listening) }
      throw error
    }
    let opened = change.opened.map { listening in
      // Port 0: where it listens in fact.
      var listening = listening
      listening.place = Self.place(of: listening)
      return listening
    }
    listeners.withLock { listeners in
      for listening in opened { listeners[listening.place] = listening }
    }
    return bound(settings.name, opened)
  }

  /// Makes the listeners those of `plans`. A socket that listens where a plan wants it stays open and leads to the plan's door; new
  /// ones are opened first, then those that nobody wants any more are closed. Connections under way stay, with the sessions they have.
  ///
  /// All or nothing: a `ListenFault` leaves everything as it was. Not two at a time.
  package func replace(with plans: [ListenerPlan]) async throws(ListenFault) -> [BoundListener] {
    let held = listeners.withLock { $0 }
    var change = Change(held: held)
    let wanted = Set(plans.flatMap(\.places))
    change.leaving = held.filter { !wanted.contains($0.key) }
    do throws(ListenFault) {
      for plan in plans { try await open(plan, &change) }
    } catch {
      for listening in change.opened { await close(listening) }
      await share(Array(change.shared.values), false)
      throw error
    }
    // From here on nothing can go wrong.
    for (listening, entrance) in change.kept { listening.threshold.lead(to: entrance) }
    let all = change.kept.map(\.0) + change.opened
    let isTaken = listeners.withLock { listeners in
      if core.isDraining { return false }
      listeners = Dictionary(all.map { ($0.place, $0) }) { first, _ in first }
      return true
    }
    for listening in isTaken ? Array(change.leaving.values) : change.opened { await retire(listening) }
    await share(change.opened.filter { change.sharing.contains($0.place) }, false)
    return change.bound.map { bound($0.name, $0.sockets) }
  }

  /// A change of listeners while it is being made.
  struct Change {
    var held: [ListeningPlace: Listening] = [:]
    /// Those of `held` that nobody wants any more.
    var leaving: [ListeningPlace: Listening] = [:]
    var kept: [(Listening, any Entrance)] = []
    var opened: [Listening] = []
    /// Those of `leaving` that share their port until they go, and the new sockets that share it with them.
    var shared: [ListeningPlace: Listening] = [:]
    var sharing: Set<ListeningPlace> = []
    /// By name, in the order of the plans.
    var bound: [(name: String, sockets: [Listening])] = []

    mutating func note(_ listening: Listening, for name: String) {
      if let index = bound.firstIndex(where: { $0.name == name }) {
        bound[index].sockets.append(listening)
      } else {
        bound.append((name, [listening]))
      }
    }
  }

  private func open(_ plan: ListenerPlan, _ change: inout Change) async throws(ListenFault) {
    let settings = plan.settings
    if settings.tls != .none, plan.tls == nil {
      throw ListenFault(listener: settings.name, address: settings.host, port: settings.port, reason: .noCertificate)
    }
    let entrance = plan.makeEntrance(core)
    var port: Int?
    for place in plan.places {
      if let listening = change.held[place] {
        change.kept.append((listening, entrance))
        change.note(listening, for: settings.name)
        continue
      }
      let overlapping = change.leaving.values.filter { $0.place.overlaps(place) }
      if !overlapping.isEmpty {
        await share(overlapping, true)
        for other in overlapping { change.shared[other.place] = other }
        change.sharing.insert(place)
      }
      do throws(ListenFault) {
        let threshold = Threshold(entrance)
        // With port 0 the second address takes the port that the first was given.
        let channel = try await bind(place, port, threshold, settings.name, shares: !overlapping.isEmpty)
        port = port ?? (settings.port == 0 ? channel.localAddress?.port : nil)
        let listening = Listening(place: place, channel: channel, threshold: threshold)
        change.opened.append(listening)
        change.note(listening, for: settings.name)
      } catch {
        guard error.isMissingFamily, change.bound.contains(where: { $0.name == settings.name }) else { throw error }
        core.logger.info("no ipv6 here", metadata: ["listener": "\(settings.name)", "address": "\(error.address)"])
      }
    }
  }

  /// Where a socket listens in fact.
  private static func place(of listening: Listening) -> ListeningPlace {
    guard case .tcp(let host, 0) = listening.place else { return listening.place }
    return .tcp(host, listening.channel.localAddress?.port ?? 0)
  }

  private func bound(_ name: String, _ sockets: [Listening]) -> BoundListener {
    let bound = BoundListener(
      name: name,
      addresses: sockets.compactMap { socket in
        socket.channel.localAddress.flatMap { address in address.ipAddress.map { ($0, address.port ?? 0) } }
      })
    core.logger.info("listening", metadata: ["listener": "\(name)", "port": "\(bound.port)"])
    return bound
  }

  /// Lets a new socket listen on all addresses of a port beside one that listens on a single one, or the other way round, until the old
  /// one is closed: otherwise the port would be closed in between. Nobody else may share it then: Linux asks for the same user.
  private func share(_ sockets: [Listening], _ isShared: Bool) async {
    for listening in sockets {
      do {
        try await listening.channel.setOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: isShared ? 1 : 0)
          .get()
      } catch {
        core.logger.debug("port not shared", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Closes a listener that nobody wants any more. Who has connected is let in before: a closed socket resets those that wait in it.
  private func retire(_ listening: Listening) async {
    do {
      for _ in 0..<8 { try await listening.channel.eventLoop.submit {}.get() }
    } catch {
      core.logger.debug("loop does not answer", metadata: ["error": "\(error)"])
    }
    await close(listening)
    if case .socket(let path) = listening.place { unlink(path) }
  }
}

// MARK: Binding

extension NetServer {
  private func bind(
    _ place: ListeningPlace, _ port: Int?, _ threshold: Threshold, _ name: String, shares: Bool
  ) async throws(ListenFault) -> any Channel {
    switch place {
    case .socket(let path): try await bind(path, threshold, name)
    case .tcp(let host, let asked): try await bind(host, port ?? asked, threshold, name, shares: shares)
    }
  }

  /// A Unix socket: a file that is left of an earlier run is replaced, one that somebody listens on is not.
  private func bind(_ path: String, _ threshold: Threshold, _ name: String) async throws(ListenFault) -> any Channel {
    do {
      if await isTaken(path) { throw IOError(errnoCode: EADDRINUSE, reason: "bind") }
      let channel = try await bootstrap(threshold)
        .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
      // Owner and group: who may deliver mail here is a matter of the file's group.
      chmod(path, 0o660)
      return channel
    } catch {
      throw ListenFault(listener: name, address: path, port: 0, reason: ListenFault.Reason(error))
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

  private func bind(
    _ host: String, _ port: Int, _ threshold: Threshold, _ name: String, shares: Bool
  ) async throws(ListenFault) -> any Channel {
    do {
      let address = try SocketAddress(ipAddress: host, port: port)
      var bootstrap = bootstrap(threshold)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.socketOption(.so_keepalive), value: 1)
        // Without it a slow reader fills megabytes of the system's memory and its progress cannot be seen.
        .childChannelOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: 65_536)
      if shares { bootstrap = bootstrap.serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1) }
      if case .v6 = address {
        bootstrap = bootstrap.serverChannelOption(
          ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
      }
      return try await bootstrap.bind(to: address).get()
    } catch {
      throw ListenFault(listener: name, address: host, port: port, reason: ListenFault.Reason(error))
    }
  }

  private func bootstrap(_ threshold: Threshold) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1_024)
      // Out of file descriptors: accept no more for a second instead of spinning.
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler()) }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: InputLimits.receive))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try threshold.current.install(on: channel) }
      }
  }
}

extension ListenFault {
  /// An IPv6 address on a machine without IPv6.
  var isMissingFamily: Bool { reason == .noSuchAddress && address.contains(":") }
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
