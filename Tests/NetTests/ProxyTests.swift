import DNS
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
  static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
  static let version2IPv4: [UInt8] =
    signature + [0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0xDC, 0x04, 0, 25]
  static let version2IPv6: [UInt8] =
    signature + [0x21, 0x21, 0, 36 + 4]
    + [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]
    + [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]
    + [0x01, 0x00, 0, 25] + [0x04, 0, 1, 0xFF]

  static let accepted: [(bytes: [UInt8], source: String?, port: Int)] = [
    (Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\n".utf8), "192.0.2.7", 56_324),
    (Array("PROXY TCP6 2001:db8::5 2001:db8::6 1 65535\r\n".utf8), "2001:db8::5", 1),
    (Array("PROXY UNKNOWN\r\n".utf8), nil, 0),
    (Array("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".utf8), nil, 0),
    (version2IPv4, "192.0.2.7", 56_324),
    (version2IPv6, "2001:db8::5", 256),
    // LOCAL: a health check of the proxy itself.
    (signature + [0x20, 0x00, 0, 0], nil, 0),
    (signature + [0x21, 0x31, 0, 2, 1, 2], nil, 0),
  ]

  static let refused: [[UInt8]] = [
    Array("EHLO example.org\r\n".utf8),
    Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n".utf8),
    Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 65536\r\n".utf8),
    Array("PROXY TCP4 192.0.2.7 198.51.100.1 056 25\r\n".utf8),
    Array("PROXY TCP4 2001:db8::5 2001:db8::6 1 2\r\n".utf8),
    Array("PROXY TCP6 192.0.2.7 198.51.100.1 56324 25\r\n".utf8),
    Array("PROXY TCP4  192.0.2.7 198.51.100.1 56324 25\r\n".utf8),
    Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\n".utf8),
    Array("PROXY TCP5 192.0.2.7 198.51.100.1 56324 25\r\n".utf8),
    Array("PROXY ".utf8) + [UInt8](repeating: 0x41, count: 120),
    signature + [0x11, 0x11, 0, 12],
    signature + [0x22, 0x11, 0, 12],
    signature + [0x21, 0x11, 0, 4, 1, 2, 3, 4],
    signature + [0x21, 0x11, 0xFF, 0xFF],
  ]

  @Test(arguments: accepted) func accepts(_ bytes: [UInt8], _ source: String?, _ port: Int) throws {
    guard case .header(let header) = ProxyHeader.parse(bytes + Array("EHLO".utf8)) else {
      Issue.record("not a header")
      return
    }
    #expect(header.length == bytes.count)
    #expect(header.ends?.source.address.description == source)
    #expect(header.ends?.source.port ?? 0 == port)
    for length in 0..<bytes.count { #expect(ProxyHeader.parse(Array(bytes[..<length])) == .needMore) }
  }

  @Test(arguments: refused) func refuses(_ bytes: [UInt8]) {
    let first = (0...bytes.count).first { ProxyHeader.parse(Array(bytes[..<$0])) != .needMore }
    #expect(first.map { ProxyHeader.parse(Array(bytes[..<$0])) } == .invalid)
  }

  @Test(arguments: [
    (Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\n".utf8), "192.0.2.7"), (version2IPv4, "192.0.2.7"),
    (version2IPv6, "2001:db8::5"), (Array("PROXY UNKNOWN\r\n".utf8), "127.0.0.1"),
  ])
  func overTCP(_ header: [UInt8], _ address: String) async throws {
    let listener = ListenerSettings(
      name: "test", host: "127.0.0.1", port: 0, proxyProtocolFrom: [try #require(CIDR("127.0.0.0/8"))])
    try await withServer(listener) { test in
      let whole = try await TestClient.connect(test.port)
      try await whole.send(header + Array("echo follows\r\n".utf8))
      try await whole.expect("hello \(address) plain")
      try await whole.expect("follows")
      let dripped = try await TestClient.connect(test.port)
      for byte in header { try await dripped.send([byte]) }
      let greeting = try await dripped.line()
      #expect(greeting == "hello \(address) plain")
    }
  }

  @Test func withTLS() async throws {
    let listener = ListenerSettings(
      name: "test", host: "127.0.0.1", port: 0, tls: .startTLS,
      proxyProtocolFrom: [try #require(CIDR("127.0.0.0/8"))])
    try await withServer(listener, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port)
      try await client.send(Self.version2IPv4)
      try await client.expect("hello 192.0.2.7 plain")
      try await client.send("starttls\r\n")
      try await client.expect("ready")
      try await client.startTLS()
      try await client.expect("secured TLSv1.3")
    }
  }

  @Test func onlyFromConfiguredAddresses() async throws {
    let listener = ListenerSettings(
      name: "test", host: "127.0.0.1", port: 0, proxyProtocolFrom: [try #require(CIDR("192.0.2.0/24"))])
    try await withServer(listener) { test in
      let client = try await TestClient.connect(test.port)
      try await client.expect("hello 127.0.0.1 plain")
      try await client.send("PROXY UNKNOWN\r\n")
      try await client.expect("what?")
    }
  }

  @Test func withoutHeader() async throws {
    var settings = NetSettings()
    settings.proxyLimit = .milliseconds(50)
    let listener = ListenerSettings(
      name: "test", host: "127.0.0.1", port: 0, proxyProtocolFrom: [try #require(CIDR("127.0.0.1"))])
    try await withServer(listener, settings: settings) { test in
      let wrong = try await TestClient.connect(test.port)
      try await wrong.send("EHLO somebody\r\n")
      let rest = await wrong.rest()
      #expect(rest == "")
      #expect(try await TestClient.dismissal(test.port) == "")
      #expect(test.diary.lines == [])
    }
  }
}
