import Glibc
import Testing

@testable import Net

/// Listeners that are replaced while connections are open.
@Suite(.timeLimit(.minutes(1))) struct ListenerTests {
  private func plan(
    _ test: TestServer, _ word: String, host: String = "127.0.0.1", port: Int, socket: String? = nil
  ) -> ListenerPlan {
    ListenerPlan(ListenerSettings(name: "test", host: host, port: port, socketPath: socket)) { peer, waker in
      var session = TestSession(diary: test.diary, waker: waker, peer: peer)
      session.word = word
      return session
    }
  }

  /// A port that was free a moment ago.
  private func freePort() async throws -> Int {
    let other = try await TestServer()
    await other.stop()
    return other.port
  }

  @Test func theSameSocketLeadsToNewSessions() async throws {
    try await withServer { test in
      let old = try await TestClient.connect(test.port)
      try await old.expect("hello 127.0.0.1 plain")
      let bound = try await test.server.replace(with: [plan(test, "welcome", port: test.port)])
      #expect(bound.map(\.port) == [test.port])
      #expect(try await TestClient.greeting(test.port) == "welcome 127.0.0.1 plain")
      try await old.send("echo still here\r\n")
      try await old.expect("still here")
    }
  }

  @Test func aPortMovesAndWhoIsInStays() async throws {
    try await withServer { test in
      let old = try await TestClient.connect(test.port)
      try await old.expect("hello 127.0.0.1 plain")
      let port = try await freePort()
      let bound = try await test.server.replace(with: [plan(test, "moved", port: port)])
      #expect(bound.map(\.port) == [port])
      #expect(try await TestClient.greeting(port) == "moved 127.0.0.1 plain")
      await #expect(throws: (any Error).self) { try await TestClient.connect(test.port) }
      try await old.send("echo still here\r\n")
      try await old.expect("still here")
      _ = try await test.server.replace(with: [])
      await #expect(throws: (any Error).self) { try await TestClient.connect(port) }
      try await old.send("echo even now\r\n")
      try await old.expect("even now")
    }
  }

  @Test func aFaultChangesNothing() async throws {
    let taken = try await TestServer()
    try await withServer { test in
      let free = try await freePort()
      let plans = [
        plan(test, "new", port: test.port), plan(test, "new", port: free), plan(test, "new", port: taken.port),
      ]
      let fault = await #expect(throws: ListenFault.self) { try await test.server.replace(with: plans) }
      #expect(fault?.reason == .inUse)
      #expect(fault?.port == taken.port)
      #expect(try await TestClient.greeting(test.port) == "hello 127.0.0.1 plain")
      await #expect(throws: (any Error).self) { try await TestClient.connect(free) }
    }
    await taken.stop()
  }

  /// The port is never closed in between, though the system takes both for one place.
  @Test func fromAllAddressesToOneAndBack() async throws {
    // A port that is free on all addresses.
    try await withServer(ListenerSettings(name: "test", host: "0.0.0.0", port: 0)) { test in
      for (word, host) in [("narrow", "127.0.0.1"), ("wide", "0.0.0.0"), ("narrow", "127.0.0.1"), ("wide", "*")] {
        _ = try await test.server.replace(with: [plan(test, word, host: host, port: test.port)])
        #expect(try await TestClient.greeting(test.port) == "\(word) 127.0.0.1 plain")
      }
      // Shared only while the change was made.
      let second = NetServer(logger: quiet)
      await #expect(throws: ListenFault.self) { try await second.replace(with: [plan(test, "thief", port: test.port)]) }
      await second.drain(limit: .zero)
    }
  }

  @Test func aUnixSocketGoesWithItsListener() async throws {
    try await withServer { test in
      let path = "/tmp/barid-net-\(getpid())-\(test.port).socket"
      _ = try await test.server.replace(with: [plan(test, "local", port: 0, socket: path)])
      #expect(access(path, F_OK) == 0)
      _ = try await test.server.replace(with: [plan(test, "back", port: test.port)])
      #expect(access(path, F_OK) != 0)
      #expect(try await TestClient.greeting(test.port) == "back 127.0.0.1 plain")
    }
  }

  @Test func limitsChange() async throws {
    try await withServer { test in
      let first = try await TestClient.connect(test.port)
      _ = try await first.line()
      test.server.change(connections: 100, perAddress: 1, strangersPerNetwork: 100)
      #expect(try await TestClient.dismissal(test.port) == "")
      try await first.send("echo still here\r\n")
      try await first.expect("still here")
      test.server.change(connections: 100, perAddress: 2, strangersPerNetwork: 100)
      #expect(try await TestClient.greeting(test.port) == "hello 127.0.0.1 plain")
    }
  }
}
