import NIOCore
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(1))) struct SessionHandlerTests {
  @Test func answersPipelinedCommandsInOrder() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      try await client.expect("hello 127.0.0.1 plain")
      // More than a tick's 64 commands.
      let numbers = (0..<500).map(String.init)
      try await client.send(numbers.map { "echo \($0)\r\n" }.joined())
      for number in numbers { try await client.expect(number) }
    }
  }

  @Test func workHoldsBackWhatFollows() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      try await client.send("echo before\r\nslow one\r\necho between\r\nslow two\r\necho after\r\n")
      try await client.expect("before")
      await test.diary.wait(for: "slow one")
      #expect(!test.diary.lines.contains("echo between"))
      test.diary.add("go one")
      try await client.expect("slow one")
      try await client.expect("between")
      test.diary.add("go two")
      try await client.expect("slow two")
      try await client.expect("after")
    }
  }

  @Test func manyPiecesOfWorkStayInOrder() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      let count = 300
      for number in 0..<count { test.diary.add("go \(number)") }
      try await client.send((0..<count).map { "slow \($0)\r\necho e\($0)\r\n" }.joined())
      for number in 0..<count {
        try await client.expect("slow \(number)")
        try await client.expect("e\(number)")
      }
    }
  }

  @Test func commandsSplitAtEveryByte() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      for byte in "echo one\r\necho two\r\nquit\r\n".utf8 { try await client.send([byte]) }
      await client.expectEnd("one\r\ntwo\r\nbye\r\n")
    }
  }

  @Test func inputIsBoundedDuringWork() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      try await client.send("slow one\r\n")
      await test.diary.wait(for: "slow one")
      // 20 MB do not fit into the system's buffers unless someone reads.
      let flood = [UInt8](repeating: 0x0A, count: 20_000_000)
      let sending = Task { try await client.send(flood) }
      // The loop reads in each of its ticks if it reads at all; a neighbour on the same loop makes it tick.
      let neighbour = try await TestClient.connect(test.port)
      _ = try await neighbour.line()
      try await tick(neighbour)
      #expect(test.server.counters.bytesIn <= InputLimits.held + 4 * InputLimits.receive + 10_000)
      test.diary.add("go one")
      try await client.expect("slow one")
      await client.hangUp()
      _ = await sending.result
      await test.diary.wait(for: "closed")
    }
  }

  @Test func slowReaderHoldsTheWriterBack() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port, autoRead: false)
      let size = 50_000_000
      try await client.send("big \(size)\r\n")
      await test.diary.wait(for: "written 50000")
      let neighbour = try await TestClient.connect(test.port)
      _ = try await neighbour.line()
      try await tick(neighbour)
      // Not more than our limit and the system's buffers.
      #expect(!test.diary.lines.contains("written 10000000"))
      try await client.readMore(true)
      _ = try await client.line()
      try await client.skip(size)
      try await client.expect("done")
    }
  }

  @Test func slowReaderHoldsCommandsBack() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port, autoRead: false)
      let sending = Task {
        try await client.send((0..<3_000).map { _ in "fill 10000\r\n" }.joined() + "echo end\r\n")
      }
      await test.diary.wait(for: "fill 10000")
      try await client.readMore(true)
      _ = try await client.line()
      try await client.skip(30_000_000)
      try await client.expect("end")
      try await sending.value
    }
  }

  @Test func readerWithoutProgressIsCut() async throws {
    var settings = NetSettings()
    settings.stallLimit = .milliseconds(150)
    try await withServer(settings: settings) { test in
      let client = try await TestClient.connect(test.port, autoRead: false)
      try await client.send("big 100000000\r\n")
      await test.diary.wait(for: "closed")
      #expect(test.diary.lines.suffix(2) == ["outcome lost", "closed"])
      #expect(test.server.counters.stalled == 1)
      await client.hangUp()
    }
  }

  @Test func wakes() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      let waker = try #require(test.waker.newest)
      waker.wake()
      try await client.expect("* wake")
      try await client.send("slow one\r\necho last\r\n")
      await test.diary.wait(for: "slow one")
      for _ in 0..<10 { waker.wake() }
      #expect(test.diary.lines.filter { $0 == "wake" }.count == 1)
      test.diary.add("go one")
      try await client.expect("slow one")
      // Ten wakes during the work are one event after it.
      try await client.expect("* wake")
      try await client.expect("last")
      await client.hangUp()
      await test.diary.wait(for: "closed")
      waker.wake()
    }
  }

  /// Work that waits for a slow reader, and work that waits for something else, end at once; the session goes on with the wake.
  @Test(arguments: ["big 50000000", "hang"]) func interrupts(_ command: String) async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port, autoRead: false)
      try await client.send("\(command)\r\necho last\r\n")
      await test.diary.wait(for: command == "hang" ? "hang" : "written 50000")
      let waker = try #require(test.waker.newest)
      waker.interrupt()
      await test.diary.wait(for: "wake")
      await test.diary.wait(for: command == "hang" ? "outcome hung up" : "outcome lost")
      // Only what was under way: the next work writes as ever.
      try await client.readMore(true)
      _ = try await client.line()
      if command == "hang" {
        try await client.expect("hung up")
        try await client.expect("* wake")
        try await client.expect("last")
        try await client.send("big 10\r\n")
        try await client.skip(10)
        try await client.expect("done")
      }
      await client.hangUp()
      await test.diary.wait(for: "closed")
      waker.interrupt()
    }
  }

  @Test func patienceEnds() async throws {
    try await withServer(patience: .milliseconds(30)) { test in
      let client = try await TestClient.connect(test.port)
      await client.expectEnd("hello 127.0.0.1 plain\r\ntoo slow\r\n")
      await client.hangUp()
      await test.diary.wait(for: "closed")
      #expect(test.diary.lines == ["opened", "deadline", "closed"])
      #expect(test.server.counters.deadlines == 1)
    }
  }

  @Test func dribblingDoesNotBuyTime() async throws {
    try await withServer(patience: .milliseconds(60)) { test in
      let client = try await TestClient.connect(test.port)
      let dribble = client.channel.eventLoop.scheduleRepeatedTask(
        initialDelay: .milliseconds(10), delay: .milliseconds(10)
      ) { _ in client.channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil) }
      await client.expectEnd("hello 127.0.0.1 plain\r\ntoo slow\r\n")
      dribble.cancel()
    }
  }

  @Test func strangerBelowTheMinimumRateIsCut() async throws {
    var settings = NetSettings()
    settings.minimumRate.interval = .milliseconds(40)
    settings.minimumRate.bytes = 100
    try await withServer(settings: settings) { test in
      let trusted = try await TestClient.connect(test.port)
      try await trusted.send("trust\r\necho ha")
      let client = try await TestClient.connect(test.port)
      try await client.send("echo ha")
      await client.expectEnd("hello 127.0.0.1 plain\r\ntoo slow\r\n")
      #expect(test.server.counters.tooSlow == 1)
      try await trusted.send("lf\r\n")
      for line in ["hello 127.0.0.1 plain", "trusted", "half"] { try await trusted.expect(line) }
    }
  }

  @Test func hangingUpCancelsWork() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port, autoRead: false)
      try await client.send("hang\r\n")
      await test.diary.wait(for: "hang")
      // The greeting is unread, so the close is a reset: the server sees it at once.
      await client.hangUp()
      await test.diary.wait(for: "closed")
      #expect(test.diary.lines == ["opened", "hang", "outcome hung up", "closed"])
    }
  }

  @Test func commandsBeforeTheEndAreAnswered() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      test.diary.add("go one")
      try await client.send("slow one\r\necho two\r\nhalf a comm")
      try await client.finishSending()
      await client.expectEnd("hello 127.0.0.1 plain\r\nslow one\r\ntwo\r\n")
      await test.diary.wait(for: "closed")
    }
  }

  @Test func lastWordArrivesThoughTheClientGoesOn() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      try await client.send("quit\r\n" + String(repeating: "echo more\r\n", count: 1_000))
      await client.expectEnd("hello 127.0.0.1 plain\r\nbye\r\n")
    }
  }

  @Test func streamsABody() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      _ = try await client.line()
      try await client.send("body 5000000\r\n")
      try await client.send([UInt8](repeating: 0, count: 5_000_000))
      try await client.expect("body ok")
      try await client.send("echo still here\r\n")
      try await client.expect("still here")
    }
  }

  @Test func sessionInCirclesIsEnded() async throws {
    try await withServer { test in
      let client = try await TestClient.connect(test.port)
      try await client.send("circle\r\nnever read\r\n")
      await client.expectEnd("hello 127.0.0.1 plain\r\n")
      await test.diary.wait(for: "closed")
    }
  }

  @Test func randomBytes() async throws {
    try await withServer { test in
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<60 {
        let client = try await TestClient.connect(test.port)
        let bytes = (0..<Int.random(in: 1...20_000, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        do { try await client.send(bytes) } catch {}
        do { try await client.finishSending() } catch {}
        _ = await client.rest()
        await client.hangUp()
      }
      let client = try await TestClient.connect(test.port)
      try await client.expect("hello 127.0.0.1 plain")
    }
  }

  /// Lets the server's loop go round a few hundred times.
  private func tick(_ client: TestClient) async throws {
    for number in 0..<300 {
      try await client.send("echo \(number)\r\n")
      _ = try await client.line()
    }
  }
}
