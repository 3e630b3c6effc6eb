import CUnbound
import DNS
import NIOCore
import NIOPosix
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(1))) struct ResolverTests {
  /// A name server on loopback that answers from a table; names not in it do not exist, "silent." names get no answer.
  final class NameServer: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Record data on the wire by name and type.
    static let table: [String: [UInt16: [[UInt8]]]] = [
      "example.test": [
        1: [[192, 0, 2, 1], [192, 0, 2, 2]],
        15: [[0, 10] + wire("mx1.example.test"), [0, 20] + wire("mx2.example.test")],
        16: [[5] + Array("hello".utf8) + [5] + Array("world".utf8), [0]],
        28: [[0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
        2: [wire("ns.example.test")],
      ],
      "_25._tcp.mx1.example.test": [52: [[3, 1, 1, 0xAA, 0xBB]]],
      "_submission._tcp.example.test": [33: [[0, 1, 0, 2, 2, 0x4B] + wire("mail.example.test")]],
      "1.2.0.192.in-addr.arpa": [12: [wire("mx1.example.test")]],
      "1.0.0.127.in-addr.arpa": [12: [wire("loop.example.test")]],
      "mx1.example.test": [1: [[192, 0, 2, 11]]],
      "odd\\name.example.test": [1: [[192, 0, 2, 12]]],
    ]

    static func wire(_ name: String) -> [UInt8] {
      name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var envelope = unwrapInboundIn(data)
      let query = Array(envelope.data.readableBytesView)
      guard query.count > 12 else { return }
      var labels: [String] = []
      var place = 12
      while place < query.count, query[place] > 0 {
        labels.append(String(decoding: query[(place + 1)...(place + Int(query[place]))], as: UTF8.self).lowercased())
        place += Int(query[place]) + 1
      }
      let name = labels.joined(separator: ".")
      if name.hasPrefix("silent.") { return }
      let type = UInt16(query[place + 1]) << 8 | UInt16(query[place + 2])
      let question = query[12..<(place + 5)]
      let records = Self.table[name]?[type] ?? []
      let code: UInt8 = name.hasPrefix("broken.") ? 2 : Self.table.keys.contains { $0.hasSuffix(name) } ? 0 : 3
      var answer = query[..<2] + [0x85, 0x80 | code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0] + question
      for record in records {
        answer += [0xC0, 12, UInt8(type >> 8), UInt8(type & 255), 0, 1, 0, 0, 0, 60]
        answer += [UInt8(record.count >> 8), UInt8(record.count & 255)] + record
      }
      envelope.data = ByteBuffer(bytes: answer)
      context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }
  }

  private func withResolver(timeout: Duration = .seconds(20), _ body: (Net.Resolver) async throws -> Void) async throws
  {
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(NameServer()) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    var settings = ResolverSettings()
    settings.server = ("127.0.0.1", try #require(channel.localAddress?.port))
    settings.timeout = timeout
    let resolver = try Net.Resolver(settings: settings, logger: quiet)
    try await body(resolver)
    resolver.close()
    try await channel.close()
  }

  @Test func answers() async throws {
    try await withResolver { resolver in
      func ask(_ name: String, _ type: RecordType) async -> Set<RecordData> {
        Set(await resolver.query(name, type).records)
      }
      #expect(await ask("example.test", .a) == [.a(IPv4Address(192, 0, 2, 1)), .a(IPv4Address(192, 0, 2, 2))])
      #expect(await ask("EXAMPLE.test.", .aaaa).map(\.address?.description) == ["2001:db8::1"])
      #expect(
        await ask("example.test", .mx) == [
          .mx(preference: 10, exchange: "mx1.example.test"), .mx(preference: 20, exchange: "mx2.example.test"),
        ])
      #expect(await ask("example.test", .txt) == [.txt([Array("hello".utf8), Array("world".utf8)]), .txt([[]])])
      #expect(await ask("example.test", .ns) == [.ns("ns.example.test")])
      #expect(
        await ask("_25._tcp.mx1.example.test", .tlsa)
          == [.tlsa(usage: 3, selector: 1, matching: 1, data: [0xAA, 0xBB])])
      #expect(
        await ask("_submission._tcp.example.test", .srv)
          == [.srv(priority: 1, weight: 2, port: 587, target: "mail.example.test")])
      #expect(await ask("1.2.0.192.in-addr.arpa", .ptr) == [.ptr("mx1.example.test")])
      #expect(await ask("1.0.0.127.in-addr.arpa", .ptr) == [.ptr("loop.example.test")])
      #expect(await ask("odd\\name.example.test", .a) == [.a(IPv4Address(192, 0, 2, 12))])
      #expect(await resolver.query("example.test", .a).isSecure == false)
    }
  }

  @Test func noAnswers() async throws {
    try await withResolver { resolver in
      #expect(await resolver.query("nobody.example.test", .a) == .noName)
      #expect(await resolver.query("mx1.example.test", .mx) == .noData)
      #expect(await resolver.query("two..dots", .a) == .noName)
      #expect(await resolver.query(String(repeating: "x", count: 64) + ".test", .a) == .noName)
    }
  }

  @Test func silenceHasALimit() async throws {
    try await withResolver(timeout: .milliseconds(300)) { resolver in
      #expect(await resolver.query("silent.example.test", .a) == .temporaryFailure("timeout"))
    }
  }

  /// A task that is cancelled does not wait for a server that is silent.
  @Test func cancelling() async throws {
    try await withResolver { resolver in
      let task = Task { await resolver.query("silent.example.test", .a) }
      task.cancel()
      #expect(await task.value == .temporaryFailure("cancelled"))
      let asked = Task { await resolver.query("silent.two.example.test", .a) }
      // Answers come in order of questions: after this one the other was asked.
      #expect(await resolver.query("example.test", .a).records.count == 2)
      asked.cancel()
      #expect(await asked.value.isTemporary)
      #expect(await resolver.query("mx1.example.test", .a).records.count == 1)
    }
  }

  @Test func manyAtOnce() async throws {
    try await withResolver { resolver in
      await withTaskGroup(of: DNSAnswer.self) { group in
        for _ in 0..<300 { group.addTask { await resolver.query("mx1.example.test", .a) } }
        for await answer in group { #expect(answer.records == [.a(IPv4Address(192, 0, 2, 11))]) }
      }
    }
  }

  @Test func closing() async throws {
    try await withResolver { resolver in
      async let answer = resolver.query("silent.example.test", .a)
      resolver.close()
      #expect(await answer == .temporaryFailure("resolver closed"))
      #expect(await resolver.query("example.test", .a) == .temporaryFailure("resolver closed"))
    }
  }

  @Test func badSettings() {
    var settings = ResolverSettings()
    settings.server = ("not an address", 53)
    #expect(throws: ResolverFault.self) { try Net.Resolver(settings: settings, logger: quiet) }
    settings.server = ("127.0.0.1", 53)
    settings.trustAnchorFile = "/nonexistent/root.key"
    #expect(throws: ResolverFault.self) { try Net.Resolver(settings: settings, logger: quiet) }
  }

  @Test(
    arguments: [
      (RecordType.a, [192, 0, 2]), (.a, [192, 0, 2, 1, 1]), (.aaaa, [1]), (.mx, [0]), (.mx, [0, 1]),
      (.mx, [0, 1, 3, 65]),
      (.mx, [0, 1, 3, 65, 46, 65, 0]), (.txt, []), (.txt, [2, 65]), (.tlsa, [1, 2, 3]), (.srv, [0, 1, 0, 1, 0]),
      (.ptr, [64]), (.ptr, [1, 0xFF, 0]), (.ptr, [0, 0]),
    ] as [(RecordType, [UInt8])])
  func badRecords(_ type: RecordType, _ wire: [UInt8]) { #expect(RecordData(type: type, wire: wire) == nil) }

  /// A bogus answer still carries its data and may be marked secure: it must never be taken for an answer.
  @Test func bogusComesFirst() {
    var bytes: [CChar] = [1, 2, 3, 4]
    var length: Int32 = 4
    bytes.withUnsafeMutableBufferPointer { bytes in
      var data = [bytes.baseAddress, nil]
      data.withUnsafeMutableBufferPointer { data in
        withUnsafeMutablePointer(to: &length) { length in
          var result = ub_result()
          result.data = data.baseAddress
          result.len = length
          result.havedata = 1
          result.secure = 1
          #expect(ResolverThread.answer(.a, 0, result) == .records([.a(IPv4Address(1, 2, 3, 4))], isSecure: true))
          #expect(ResolverThread.answer(.aaaa, 0, result) == .temporaryFailure("unreadable records"))
          result.bogus = 1
          #expect(ResolverThread.answer(.a, 0, result) == .bogus("dnssec validation failed"))
        }
      }
    }
    #expect(ResolverThread.answer(.a, -3, nil).isTemporary)
  }

  @Test func escaping() {
    #expect(Net.Resolver.escaped("a-b._c.*.d") == "a-b._c.*.d")
    #expect(Net.Resolver.escaped("a\\b @\u{1}") == "a\\092b\\032\\064\\001")
    #expect(Net.Resolver.escaped("") == ".")
  }
}
