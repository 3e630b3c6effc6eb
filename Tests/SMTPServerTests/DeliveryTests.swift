import Glibc
import SMTP
import SMTPServer
import ServiceKit
import Store
import Synchronization
import Testing

@Suite("Messages over TCP")
struct DeliveryTests {
  /// Begins a transaction up to 354.
  static func begin(_ client: LineClient, to recipients: [String] = ["user"]) throws {
    _ = try client.ask("MAIL FROM:<a@b.example>")
    for name in recipients { #expect(try client.ask("RCPT TO:<\(name)@example.test>").hasPrefix("250")) }
    #expect(try client.ask("DATA").hasPrefix("354"))
  }

  static func connect(_ port: Int, _ hello: String = "EHLO a.example") throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.answer()
    _ = try client.ask(hello)
    return client
  }

  static func letter(_ id: String) -> String { "Subject: x\r\nMessage-ID: <\(id)@b.example>\r\n\r\ntext\r\n.\r\n" }

  @Test func fiftySenders() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in 0..<50 {
        group.addTask {
          try await onThread {
            let client = try Self.connect(port)
            for number in 0..<4 {
              try Self.begin(client)
              try client.send("Subject: \(sender).\(number)\r\n\r\ntext\r\n.\r\n")
              #expect(try client.answer().hasPrefix("250"))
            }
            #expect(try client.ask("QUIT").hasPrefix("221"))
          }
        }
      }
      try await group.waitForAll()
    }
    let subjects = try await office.inbox(office.account).map {
      $0.split(separator: "\r\n").first { $0.hasPrefix("Subject: ") } ?? ""
    }
    #expect(subjects.count == 200)
    #expect(Set(subjects).count == 200)
    await office.stop()
  }

  @Test func thousandPipelinedCommands() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    try await onThread {
      let client = try Self.connect(port)
      try client.send(String(repeating: "MAIL FROM:<a@b.example>\r\nRSET\r\n", count: 500) + "QUIT\r\n")
      let answers = try client.rest()
      #expect(answers.count == 1_001)
      #expect(answers.dropLast().allSatisfy { $0.hasPrefix("250 2.") })
      #expect(answers.last?.hasPrefix("221") == true)
    }
    await office.stop()
  }

  /// RFC 2920: MAIL, RCPT and DATA in one packet; the end of a message with the next one's commands.
  @Test func pipelinedMessages() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    try await onThread {
      let client = try Self.connect(port)
      for number in 0..<3 {
        let group =
          "MAIL FROM:<a@b.example>\r\nRCPT TO:<user@example.test>\r\nRCPT TO:<nobody@example.test>\r\nDATA\r\n"
        try client.send((number == 0 ? "" : "Subject: \(number)\r\n\r\n.\r\n") + group)
        if number > 0 { #expect(try client.answer().hasPrefix("250 2.0.0 Message")) }
        #expect(try client.answer().hasPrefix("250 2.1.0"))
        #expect(try client.answer().hasPrefix("250 2.1.5"))
        #expect(try client.answer().hasPrefix("550 5.1.1"))
        #expect(try client.answer().hasPrefix("354"))
      }
      try client.send("Subject: 3\r\n\r\n.\r\nQUIT\r\n")
      #expect(try client.rest().map { $0.prefix(3) } == ["250", "221"])
    }
    #expect(try await office.inbox(office.account).count == 3)
    await office.stop()
  }

  /// The end of the peer's sending half: commands that came are answered; a message without its end is not filed.
  @Test func halfOpen() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    try await onThread {
      let client = try Self.connect(port)
      try client.send("NOOP\r\nNOO")
      client.endSending()
      #expect(try client.rest() == ["250 2.0.0 OK"])
      let second = try Self.connect(port)
      try Self.begin(second)
      try second.send("Subject: cut\r\n\r\ntext\r\n.")
      second.endSending()
      #expect(try second.rest().isEmpty)
    }
    #expect(try await office.inbox(office.account).isEmpty)
    await office.stop()
  }

  @Test func garbage() async throws {
    let office = try await TestOffice.start()
    for port in [office.smtpPort, office.submissionPort, office.lmtpPort, office.pop3Port] {
      try await onThread {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20 {
          let client = try LineClient(port: port)
          let bytes = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
          // The server may hang up before all is sent.
          do { try client.send(bytes) } catch is LineClient.Fault { continue }
          client.endSending()
          var lines = 0
          do { while try client.line() != nil { lines += 1 } } catch is LineClient.Fault { continue }
          #expect(lines < 200)
        }
        let client = try LineClient(port: port)
        #expect(try client.line() != nil)
      }
    }
    await office.stop()
  }

  /// Sixteen megabytes without a line end are no command and are not kept.
  @Test func endlessLine() async throws {
    let office = try await TestOffice.start()
    for port in [office.smtpPort, office.submissionPort, office.pop3Port] {
      try await onThread {
        let client = try LineClient(port: port)
        _ = try client.line()
        let piece = [UInt8](repeating: 0x41, count: 1 << 20)
        for _ in 0..<16 { try client.send(piece) }
        let answer = try client.ask("")
        #expect(answer.hasPrefix("500 5.5.2") || answer.hasPrefix("-ERR"))
        let last = try client.ask("QUIT")
        #expect(last.hasPrefix("221") || last.hasPrefix("+OK"))
      }
    }
    await office.stop()
  }

  /// Whoever sends an octet now and then is cut, whatever the octets belong to: half a command, a line without end, a chunk that was
  /// refused, a message.
  @Test(arguments: [
    "NOO", String(repeating: "X", count: 9_000), "BDAT 60000 LAST\r\nx",
    "MAIL FROM:<a@b.example>\r\nRCPT TO:<user@example.test>\r\nDATA\r\n",
  ])
  func slowLoris(_ start: String) async throws {
    let office = try await TestOffice.start(netSettings: {
      $0.loopbackIsExempt = false
      $0.minimumRate.bytes = 100
      $0.minimumRate.interval = .milliseconds(400)
    })
    let port = office.smtpPort
    try await onThread {
      let client = try Self.connect(port)
      try client.send(start)
      // 20 octets in each interval.
      for _ in 0..<50 {
        try client.send("x")
        usleep(20_000)
      }
      #expect(try client.rest().last?.hasPrefix("421") == true)
    }
    await office.stop()
  }

  @Test func overTheLimit() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.limits.messageSize = 100_000 })
    let port = office.smtpPort
    try await onThread {
      let client = try Self.connect(port)
      #expect(try client.ask("MAIL FROM:<a@b.example> SIZE=100001").hasPrefix("552 5.3.4"))
      try Self.begin(client)
      try client.send(String(repeating: String(repeating: "x", count: 98) + "\r\n", count: 1_001) + ".\r\n")
      #expect(try client.answer().hasPrefix("552 5.3.4"))
      // The session goes on, up to four times the limit.
      try Self.begin(client)
      try client.send("Subject: small\r\n\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
      try Self.begin(client)
      do {
        for _ in 0..<100 { try client.send(String(repeating: "y", count: 10_000)) }
      } catch is LineClient.Fault {}
      #expect(try client.answer().hasPrefix("552 5.3.4"))
      #expect(try client.line() == nil)
    }
    #expect(try await office.inbox(office.account).count == 1)
    await office.stop()
  }

  /// A long message goes through the spool's file and comes out as it went in.
  @Test func longMessage() async throws {
    let office = try await TestOffice.start()
    let (port, popPort) = (office.smtpPort, office.pop3Port)
    try await onThread {
      let client = try Self.connect(port)
      try Self.begin(client)
      try client.send("Subject: long\r\n\r\n")
      let block = (0..<1_000).map { ".line \($0) of a long message, with a dot in front of it\r\n" }
      let stuffed = Array(block.map { "." + $0 }.joined().utf8)
      for _ in 0..<100 { try client.send(stuffed) }
      try client.send(".\r\n")
      #expect(try client.answer().hasPrefix("250"))
      let drop = try LineClient(port: popPort)
      _ = try drop.line()
      _ = try drop.ask("USER user@example.test")
      #expect(try drop.ask("PASS correct horse").hasPrefix("+OK"))
      let size = Int(try drop.ask("LIST 1").split(separator: " ")[2]) ?? 0
      #expect(try drop.ask("RETR 1").hasPrefix("+OK \(size) octets"))
      let lines = try drop.block()
      #expect(lines.reduce(0) { $0 + $1.utf8.count + 2 } == size)
      #expect(lines.suffix(100_000).elementsEqual((0..<100).flatMap { _ in block.map { String($0.dropLast()) } }))
    }
    await office.stop()
  }

  /// Faults of the disk are 4yz, whatever step they come at, and leave nothing.
  @Test(arguments: [ENOSPC, EIO])
  func diskFault(_ error: Int32) async throws {
    let faulty = FaultySwitch()
    let office = try await TestOffice.start(storeOptions: { options in
      options.fault = { $0.point == .segmentWrite && faulty.isOn ? .error(error) : nil }
    })
    let port = office.smtpPort
    faulty.turn(true)
    try await onThread {
      let client = try Self.connect(port)
      try Self.begin(client)
      try client.send(Self.letter("fault"))
      let answer = try client.answer()
      #expect(answer.hasPrefix(error == ENOSPC ? "452 4.3.1" : "451 4.3.0"), "\(answer)")
    }
    faulty.turn(false)
    #expect(try await office.inbox(office.account).isEmpty)
    await office.stop()
  }

  /// Quota: nobody has room: 452; some have: 452 too, and when it comes again nobody gets two.
  ///
  /// Without SIZE, so that only the message itself shows that it is too large; see QuotaTests for what is known before.
  @Test func quota() async throws {
    let office = try await TestOffice.start()
    try await office.store.setLimits(bytes: 20, count: nil, of: office.other)
    let (port, lmtpPort) = (office.smtpPort, office.lmtpPort)
    try await onThread {
      let client = try Self.connect(port)
      try Self.begin(client, to: ["other"])
      try client.send(Self.letter("one"))
      #expect(try client.answer().hasPrefix("452 4.2.2"))
      try Self.begin(client, to: ["user", "other"])
      try client.send(Self.letter("two"))
      #expect(try client.answer().hasPrefix("452 4.2.2"))
      let lmtp = try Self.connect(lmtpPort, "LHLO a.example")
      try Self.begin(lmtp, to: ["other", "user"])
      try lmtp.send(Self.letter("three"))
      // RFC 2033 §4.2: each recipient's own reply.
      #expect(try lmtp.answer().hasPrefix("452 4.2.2"))
      #expect(try lmtp.answer().hasPrefix("250 2.0.0"))
    }
    #expect(try await office.inbox(office.account).count == 2)
    try await office.store.setLimits(bytes: nil, count: nil, of: office.other)
    try await onThread {
      let client = try Self.connect(port)
      try Self.begin(client, to: ["user", "other"])
      try client.send(Self.letter("two"))
      #expect(try client.answer().hasPrefix("250 2.0.0"))
    }
    #expect(try await office.inbox(office.account).count == 2)
    #expect(try await office.inbox(office.other).count == 1)
    await office.stop()
  }

  /// RFC 1047: a client that loses the connection before it reads 250 sends again, and makes no second copy.
  @Test func lostReply() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    for way in ["reset", "reset", "quit", "quit"] {
      try await onThread {
        let client = try Self.connect(port)
        try Self.begin(client)
        try client.send(Self.letter(way))
        if way == "reset" {
          // The reply is there, and nobody reads it.
          _ = try client.answer()
          client.reset()
        } else {
          #expect(try client.answer().hasPrefix("250"))
          #expect(try client.ask("QUIT").hasPrefix("221"))
        }
      }
      // The note of the lost reply is made when the server sees the reset, in the lane in front of the next message.
      await office.untilNobodyIsHere()
    }
    let messages = try await office.inbox(office.account)
    #expect(messages.filter { $0.contains("<reset@") }.count == 1)
    // Who read the reply and sends the same again means it.
    #expect(messages.filter { $0.contains("<quit@") }.count == 2)
    await office.stop()
  }

  /// A server that goes down lets a message come to its end and then says so.
  @Test func quiesce() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    let idle = try await onThread { Held(try Self.connect(port)) }
    let busy = try await onThread {
      let client = try Self.connect(port)
      try Self.begin(client)
      try client.send("Subject: late\r\n\r\n")
      return Held(client)
    }
    async let down: Void = office.halt(drain: .seconds(20))
    try await onThread {
      #expect(try idle.client.rest().map { $0.prefix(9) } == ["421 4.3.2"])
      // The idle one was sent away, so the busy one was told too.
      try busy.client.send("text\r\n.\r\n")
      #expect(try busy.client.rest().map { $0.prefix(9) } == ["250 2.0.0", "421 4.3.2"])
    }
    await down
    let again = try await TestOffice.start(folder: office.folder)
    #expect(try await again.inbox(again.account).count == 1)
    await again.stop()
  }
}

/// A client that goes from one thread to the next.
// SAFETY: one thread at a time uses it, each after the one before has ended.
final class Held: @unchecked Sendable {
  let client: LineClient
  init(_ client: LineClient) { self.client = client }
}

final class FaultySwitch: Sendable {
  private let on = Atomic(false)
  var isOn: Bool { on.load(ordering: .acquiring) }
  func turn(_ value: Bool) { on.store(value, ordering: .releasing) }
}
