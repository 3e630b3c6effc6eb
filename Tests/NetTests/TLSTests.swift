import NIOCore
import NIOSSL
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
  static let startTLS = ListenerSettings(name: "test", host: "127.0.0.1", port: 0, tls: .startTLS)
  static let implicit = ListenerSettings(name: "test", host: "127.0.0.1", port: 0, tls: .implicit)

  @Test(arguments: [(TLSVersion.tlsv12, "TLSv1.2"), (.tlsv13, "TLSv1.3")])
  func implicit(_ version: TLSVersion, _ name: String) async throws {
    try await withServer(Self.implicit, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port, tls: version)
      try await client.expect("hello 127.0.0.1 \(name)")
      try await client.send("body 3000000\r\n")
      try await client.send([UInt8](repeating: 0, count: 3_000_000))
      try await client.expect("body ok")
      try await client.send("big 3000000\r\nquit\r\n")
      try await client.skip(3_000_000)
      try await client.expect("done")
      try await client.expect("bye")
      await test.diary.wait(for: "closed")
    }
  }

  @Test(arguments: [(TLSVersion.tlsv12, "TLSv1.2"), (.tlsv13, "TLSv1.3")])
  func startTLS(_ version: TLSVersion, _ name: String) async throws {
    try await withServer(Self.startTLS, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port)
      try await client.expect("hello 127.0.0.1 plain")
      try await client.send("starttls\r\n")
      try await client.expect("ready")
      try await client.startTLS(version)
      try await client.expect("secured \(name)")
      try await client.send("echo inside\r\n")
      try await client.expect("inside")
    }
  }

  @Test func bytesBehindStartTLSEndTheConnection() async throws {
    try await withServer(Self.startTLS, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      try await client.send("starttls\r\necho injected\r\n")
      let rest = await client.rest()
      #expect(rest == "")
      await client.hangUp()
      await test.diary.wait(for: "closed")
      #expect(test.diary.lines == ["opened", "starttls", "closed"])
      #expect(test.server.counters.injections == 1)
    }
  }

  @Test func handshakeHasALimit() async throws {
    var settings = NetSettings()
    settings.handshakeLimit = .milliseconds(50)
    try await withServer(Self.implicit, settings: settings, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port)
      await client.expectEnd("")
      #expect(test.diary.lines == [])
    }
  }

  @Test func plainBytesInsteadOfAHandshake() async throws {
    try await withServer(Self.implicit, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port)
      try await client.send("EHLO somebody\r\n")
      _ = await client.rest()
      #expect(test.server.counters.failedHandshakes == 1)
      #expect(test.diary.lines == [])
    }
  }

  @Test func hangingUpWithoutCloseNotify() async throws {
    try await withServer(Self.implicit, tls: try TestCertificate.localhost()) { test in
      let client = try await TestClient.connect(test.port, tls: .tlsv13)
      _ = try await client.line()
      try await client.send("echo whole\r\nhalf")
      try await client.expect("whole")
      // Below TLS: the connection just ends.
      try await client.channel.eventLoop.submit { [channel = client.channel] in
        let tls = try channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
        let context = try channel.pipeline.syncOperations.context(handler: tls)
        context.close(mode: .output, promise: nil)
      }.get()
      await test.diary.wait(for: "closed")
    }
  }

  @Test func reload() async throws {
    try await withServer(Self.implicit, tls: try TestCertificate.localhost()) { test in
      let old = try await TestClient.connect(test.port, tls: .tlsv13)
      _ = try await old.line()
      let before = try await old.certificate()
      let plan = ListenerPlan(
        ListenerSettings(name: "test", host: "127.0.0.1", port: test.port, tls: .implicit),
        tls: try TestCertificate.second()
      ) { TestSession(diary: test.diary, waker: $1, peer: $0) }
      _ = try await test.server.replace(with: [plan])
      let new = try await TestClient.connect(test.port, tls: .tlsv13)
      _ = try await new.line()
      #expect(try await new.certificate() != before)
      try await old.send("echo still\r\n")
      try await old.expect("still")
    }
  }

  @Test func badCertificate() {
    #expect(throws: TLSFault.self) {
      try TLSContexts(certificateChain: Array("nonsense".utf8), privateKey: Array("nonsense".utf8))
    }
    #expect(throws: TLSFault.self) {
      try TLSContexts(
        certificateChain: Array(TestCertificate.localhostPEM.utf8),
        privateKey: Array(TestCertificate.secondKey.utf8))
    }
  }
}
