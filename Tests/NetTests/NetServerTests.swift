import DNS
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(1))) struct NetServerTests {
  @Test func bothKindsOfAddress() async throws {
    try await withServer(ListenerSettings(name: "test", host: "localhost", port: 0)) { test in
      let (first, second) = try await (TestClient.greeting(test.port), TestClient.greeting(test.port, host: "::1"))
      #expect(first == "hello 127.0.0.1 plain")
      #expect(second == "hello ::1 plain")
    }
  }

  @Test func portInUse() async throws {
    try await withServer { test in
      let second = NetServer(logger: quiet)
      let fault = await #expect(throws: ListenFault.self) {
        try await second.listen(ListenerSettings(name: "smtp", host: "127.0.0.1", port: test.port)) {
          TestSession(diary: test.diary, waker: $1, peer: $0)
        }
      }
      #expect(fault?.reason == .inUse)
      #expect(fault?.description == "smtp: 127.0.0.1 port \(test.port) is in use by another program")
      await second.drain(limit: .zero)
    }
  }

  @Test func addressOfAnotherMachine() async throws {
    let server = NetServer(logger: quiet)
    let diary = Diary()
    for (host, reason) in [("192.0.2.1", ListenFault.Reason.noSuchAddress), ("not an address", .noSuchAddress)] {
      let fault = await #expect(throws: ListenFault.self) {
        try await server.listen(ListenerSettings(name: "test", host: host, port: 0)) {
          TestSession(diary: diary, waker: $1, peer: $0)
        }
      }
      #expect(fault?.reason == reason)
    }
    let fault = await #expect(throws: ListenFault.self) {
      try await server.listen(ListenerSettings(name: "test", host: "127.0.0.1", port: 0, tls: .implicit)) {
        TestSession(diary: diary, waker: $1, peer: $0)
      }
    }
    #expect(fault?.reason == .noCertificate)
    await server.drain(limit: .zero)
  }

  @Test func limitPerAddress() async throws {
    var settings = NetSettings()
    settings.connectionsPerAddress = 2
    let listener = ListenerSettings(name: "test", host: "127.0.0.1", port: 0, refusal: Array("too many\r\n".utf8))
    try await withServer(listener, settings: settings) { test in
      let first = try await TestClient.connect(test.port)
      _ = try await first.line()
      let second = try await TestClient.connect(test.port)
      _ = try await second.line()
      let third = try await TestClient.connect(test.port)
      await third.expectEnd("too many\r\n")
      #expect(test.server.counters.refused == 1)
      // A place that is given back can be taken again.
      try await first.send("quit\r\n")
      _ = await first.rest()
      await first.hangUp()
      await test.diary.wait(for: "closed")
      #expect(try await TestClient.greeting(test.port) == "hello 127.0.0.1 plain")
    }
  }

  @Test func strangersPerNetwork() async throws {
    var settings = NetSettings()
    settings.strangersPerNetwork = 1
    let listener = ListenerSettings(name: "test", host: "127.0.0.1", port: 0, refusal: Array("too many\r\n".utf8))
    try await withServer(listener, settings: settings) { test in
      let first = try await TestClient.connect(test.port)
      _ = try await first.line()
      #expect(try await TestClient.dismissal(test.port) == "too many\r\n")
      try await first.send("trust\r\n")
      try await first.expect("trusted")
      #expect(try await TestClient.greeting(test.port) == "hello 127.0.0.1 plain")
    }
  }

  @Test func exemptLoopback() async throws {
    var settings = NetSettings()
    settings.connectionsPerAddress = 0
    settings.loopbackIsExempt = true
    try await withServer(settings: settings) { test in
      let greeting = try await TestClient.greeting(test.port)
      #expect(greeting == "hello 127.0.0.1 plain")
    }
  }

  @Test func drainLetsWorkFinish() async throws {
    let test = try await TestServer()
    let idle = try await TestClient.connect(test.port)
    _ = try await idle.line()
    let busy = try await TestClient.connect(test.port)
    _ = try await busy.line()
    try await busy.send("slow one\r\n")
    await test.diary.wait(for: "slow one")
    let draining = Task { await test.server.drain(limit: .seconds(30)) }
    await idle.expectEnd("going down\r\n")
    await idle.hangUp()
    test.diary.add("go one")
    await busy.expectEnd("slow one\r\ngoing down\r\n")
    await busy.hangUp()
    await draining.value
    #expect(test.server.connectionCount == 0)
    await #expect(throws: (any Error).self) { try await TestClient.connect(test.port) }
  }

  @Test func drainCutsWhatDoesNotFinish() async throws {
    let test = try await TestServer()
    let client = try await TestClient.connect(test.port)
    _ = try await client.line()
    try await client.send("hang\r\n")
    await test.diary.wait(for: "hang")
    await test.server.drain(limit: .milliseconds(20))
    #expect(test.server.connectionCount == 0)
    #expect(test.diary.lines == ["opened", "hang", "outcome hung up", "closed"])
  }

  @Test func countsEveryKindOfLimit() throws {
    var settings = NetSettings()
    settings.connections = 3
    settings.connectionsPerAddress = 2
    settings.strangersPerNetwork = 2
    let admission = Admission(settings: settings)
    let listener = ListenerSettings(name: "a", host: "*", port: 25, connections: 2)
    let other = ListenerSettings(name: "b", host: "*", port: 143)
    func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
    func refusal(_ text: String, _ listener: ListenerSettings) throws -> Admission.Refusal? {
      let address = try address(text)
      do throws(Admission.Refusal) {
        _ = try admission.admit(address, to: listener)
        return nil
      } catch {
        return error
      }
    }
    // Two addresses of one /64 are one address.
    var first = try admission.admit(try address("2001:db8::1"), to: listener)
    let second = try admission.admit(try address("2001:db8::2"), to: other)
    #expect(try refusal("2001:db8::3", listener) == .perAddress)
    admission.trust(&first)
    #expect(try refusal("2001:db8::3", listener) == .perAddress)
    admission.release(second)
    let third = try admission.admit(try address("192.0.2.1"), to: listener)
    #expect(try refusal("192.0.2.2", listener) == .perListener)
    let fourth = try admission.admit(try address("192.0.2.2"), to: other)
    #expect(try refusal("198.51.100.1", other) == .inAll)
    admission.release(first)
    #expect(try refusal("192.0.2.3", other) == .strangersPerNetwork)
    for ticket in [third, fourth] { admission.release(ticket) }
    #expect(try refusal("192.0.2.3", other) == nil)
  }
}
