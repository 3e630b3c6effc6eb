import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization
import Testing

/// A client over real TCP that reads lines.
final class TestClient: Sendable {
  struct Ended: Error {}

  /// What has come, for one reader at a time.
  final class Inbox: Sendable {
    struct State {
      var bytes: [UInt8] = []
      var isEnded = false
      var isSecured = false
      /// Counts what has happened, so that a reader misses nothing between looking and waiting.
      var changes = 0
      var waiter: CheckedContinuation<Void, Never>?
    }
    let state = Mutex(State())

    func change(_ body: @Sendable (inout State) -> Void) {
      let waiter = state.withLock { state in
        body(&state)
        state.changes += 1
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }

    /// Returns what `take` finds, as soon as it finds something.
    func first<R: Sendable>(_ take: @Sendable (inout State) -> R?) async -> R {
      while true {
        let seen = state.withLock { state in
          let found = take(&state)
          return (found: found, changes: state.changes)
        }
        if let found = seen.found { return found }
        await withCheckedContinuation { continuation in
          let isDue = state.withLock { state in
            if state.changes != seen.changes { return true }
            state.waiter = continuation
            return false
          }
          if isDue { continuation.resume() }
        }
      }
    }
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(unwrapInboundIn(data).readableBytesView)
      inbox.change { $0.bytes += bytes }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case TLSUserEvent.handshakeCompleted = event { inbox.change { $0.isSecured = true } }
      if case ChannelEvent.inputClosed = event { inbox.change { $0.isEnded = true } }
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.change { $0.isEnded = true } }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  let channel: any Channel
  let inbox: Inbox

  private init(channel: any Channel, inbox: Inbox) {
    self.channel = channel
    self.inbox = inbox
  }

  static func connect(
    _ port: Int, host: String = "127.0.0.1", tls: TLSVersion? = nil, autoRead: Bool = true
  ) async throws -> TestClient {
    let inbox = Inbox()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: autoRead)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(tlsHandler(tls)) }
          try channel.pipeline.syncOperations.addHandler(Collector(inbox))
        }
      }
      .connect(host: host, port: port).get()
    return TestClient(channel: channel, inbox: inbox)
  }

  /// The first line for a new connection, which stays open.
  static func greeting(_ port: Int, host: String = "127.0.0.1") async throws -> String {
    try await connect(port, host: host).line()
  }

  /// All that a new connection gets before it is closed.
  static func dismissal(_ port: Int) async throws -> String { try await connect(port).rest() }

  private static func tlsHandler(_ version: TLSVersion) throws -> NIOSSLClientHandler {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = version
    configuration.maximumTLSVersion = version
    configuration.certificateVerification = .none
    return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil)
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

  /// The next line, without its CRLF.
  func line() async throws -> String {
    let line: [UInt8]? = await inbox.first { state in
      if let end = state.bytes.firstIndex(of: 0x0A) {
        defer { state.bytes.removeFirst(end + 1) }
        return .some(Array(state.bytes[..<end].dropLast()))
      }
      return state.isEnded ? .some(nil) : nil
    }
    guard let line else { throw Ended() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Waits for the next line, which must be this.
  func expect(_ expected: String, at location: SourceLocation = #_sourceLocation) async throws {
    let found = try await line()
    #expect(found == expected, sourceLocation: location)
  }

  /// Waits for the end, before which exactly this must come.
  func expectEnd(_ expected: String, at location: SourceLocation = #_sourceLocation) async {
    let found = await rest()
    #expect(found == expected, sourceLocation: location)
  }

  /// Waits for `count` more bytes and throws them away.
  func skip(_ count: Int) async throws {
    var left = count
    while left > 0 {
      let wanted = left
      let took: Int = await inbox.first { state in
        if state.bytes.isEmpty { return state.isEnded ? 0 : nil }
        let count = min(wanted, state.bytes.count)
        state.bytes.removeFirst(count)
        return count
      }
      if took == 0 { throw Ended() }
      left -= took
    }
  }

  /// Waits for the end and returns what came before it.
  func rest() async -> String {
    let bytes: [UInt8] = await inbox.first { $0.isEnded ? $0.bytes : nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  func startTLS(_ version: TLSVersion = .tlsv13) async throws {
    try await channel.eventLoop.submit { [channel] in
      try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(version), position: .first)
    }.get()
    _ = await inbox.first { $0.isSecured || $0.isEnded ? true : nil }
  }

  /// The subject of the server's certificate, as DER.
  func certificate() async throws -> [UInt8] {
    _ = await inbox.first { $0.isSecured || $0.isEnded ? true : nil }
    return try await channel.eventLoop.submit { [channel] in
      try channel.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes() ?? []
    }.get()
  }

  func finishSending() async throws { try await channel.close(mode: .output) }

  /// Hangs up; with bytes unread the system says so by a reset.
  func hangUp() async { do { try await channel.close() } catch {} }

  func readMore(_ isOn: Bool) async throws { try await channel.setOption(.autoRead, value: isOn).get() }
}
