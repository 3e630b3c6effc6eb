import DNS
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// What a listening socket leads to.
protocol Entrance: Sendable {
  /// Furnishes a just accepted channel. On its loop.
  func install(on channel: any Channel) throws
}

/// A listening socket's door, replaceable while the socket stays open: who comes in from then on finds the new one.
final class Threshold: Sendable {
  private let entrance: Mutex<any Entrance>

  init(_ entrance: any Entrance) { self.entrance = Mutex(entrance) }

  var current: any Entrance { entrance.withLock { $0 } }
  func lead(to new: any Entrance) { entrance.withLock { $0 = new } }
}

/// One listener's way from an accepted socket to a session.
final class Door<S: Session>: Entrance {
  let core: ServerCore
  let settings: ListenerSettings
  let tls: TLSContexts?
  let makeSession: @Sendable (Peer, Waker) -> S

  init(
    core: ServerCore, settings: ListenerSettings, tls: TLSContexts?, makeSession: @escaping @Sendable (Peer, Waker) -> S
  ) {
    self.core = core
    self.settings = settings
    self.tls = tls
    self.makeSession = makeSession
  }

  /// Furnishes a just accepted channel. On its loop.
  func install(on channel: any Channel) throws {
    if settings.socketPath != nil, !core.isDraining { return try enter(channel, from: .socket, to: .socket) }
    guard !core.isDraining, let remote = channel.remoteAddress, let local = channel.localAddress,
      let source = Endpoint(remote), let destination = Endpoint(local)
    else {
      throw ChannelError.ioOnClosedChannel
    }
    if settings.proxyProtocolFrom.contains(where: { $0.contains(source.address) }) {
      let handler = ProxyHandler(
        door: self, id: core.nextID(), source: source, destination: destination,
        loop: core.context(of: channel.eventLoop))
      try channel.pipeline.syncOperations.addHandler(handler)
    } else {
      try enter(channel, from: source, to: destination)
    }
  }

  /// Lets a connection in whose real ends are known, or turns it away.
  func enter(_ channel: any Channel, from source: Endpoint, to destination: Endpoint) throws {
    do {
      let ticket = try core.admission.admit(source.address, to: settings)
      try open(channel, ticket, from: source, to: destination)
    } catch let refusal as Admission.Refusal {
      add(to: core.counters.refusedCount)
      core.logger.info(
        "connection refused",
        metadata: ["listener": "\(settings.name)", "peer": "\(source.address)", "limit": "\(refusal.rawValue)"])
      // Before a TLS handshake there is no way to say anything.
      let lastWords = settings.tls == .implicit ? [] : settings.refusal
      try channel.pipeline.syncOperations.addHandler(RefusalHandler(lastWords: lastWords))
    }
  }

  /// Puts the session's handlers into the channel; from then on they own the ticket.
  private func open(
    _ channel: any Channel, _ ticket: Admission.Ticket, from source: Endpoint, to destination: Endpoint
  ) throws {
    add(to: core.counters.acceptedCount)
    let peer = Peer(
      id: core.nextID(), address: "\(source.address)", network: source.address.networkKey, port: source.port,
      localAddress: "\(destination.address)", localPort: destination.port, isLoopback: source.address.isLoopback,
      listener: settings.name)
    let handler = SessionHandler(door: self, ticket: ticket, peer: peer, loop: core.context(of: channel.eventLoop))
    do {
      if settings.tls == .implicit {
        // `listen` lets no such listener open without a certificate.
        guard let contexts = tls else { throw ChannelError.operationUnsupported }
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: contexts.context))
      }
      try channel.pipeline.syncOperations.addHandler(handler)
    } catch {
      core.admission.release(ticket)
      throw error
    }
  }
}

/// One end of a connection.
struct Endpoint: Hashable, Sendable {
  var address: IPAddress
  var port: Int

  init(address: IPAddress, port: Int) {
    self.address = address
    self.port = port
  }

  /// Both ends of a Unix socket: this machine.
  static let socket = Endpoint(address: .v4(.init(127, 0, 0, 1)), port: 0)

  init?(_ socket: SocketAddress) {
    guard let address = IPAddress(socket), let port = socket.port else { return nil }
    self.init(address: address, port: port)
  }
}

/// Tells a peer over a limit why, and hangs up.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let lastWords: [UInt8]

  init(lastWords: [UInt8]) { self.lastWords = lastWords }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { refuse(context) }
  }

  func channelActive(context: ChannelHandlerContext) { refuse(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  private func refuse(_ context: ChannelHandlerContext) {
    if !lastWords.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: lastWords)), promise: nil) }
    context.close(promise: nil)
  }
}
