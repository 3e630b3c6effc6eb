import SMTP
import SMTPServer
import ServiceKit
import Store
import Testing

/// Full mailboxes, told as early as they are known.
@Suite("Quota over TCP")
struct QuotaTests {
  /// RFC 3463 §3.3: full is X.2.2 and may pass, larger than the mailbox may ever be is X.2.3 and will not.
  @Test func atRecipient() async throws {
    let office = try await TestOffice.start()
    let (port, other) = (office.smtpPort, office.other)
    try await office.directory.addAlias("both@example.test", to: ["user@example.test", "other@example.test"])
    try await office.store.setLimits(bytes: 10_000, count: nil, of: other)
    try await onThread {
      let client = try DeliveryTests.connect(port)
      for (size, reply) in [(9_999, "250 2.1.5"), (10_001, "552 5.2.3")] {
        #expect(try client.ask("MAIL FROM:<a@b.example> SIZE=\(size)").hasPrefix("250"))
        #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix(reply))
        // One of the two has room.
        #expect(try client.ask("RCPT TO:<both@example.test>").hasPrefix("250"))
        #expect(try client.ask("RSET").hasPrefix("250"))
      }
      try DeliveryTests.begin(client, to: ["other"])
      try client.send("Subject: x\r\n\r\n" + String(repeating: "0123456789\r\n", count: 500) + ".\r\n")
      #expect(try client.answer().hasPrefix("250"))
      for (size, reply) in [("", "250 2.1.5"), (" SIZE=9000", "452 4.2.2")] {
        #expect(try client.ask("MAIL FROM:<a@b.example>\(size)").hasPrefix("250"))
        #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix(reply))
        #expect(try client.ask("RSET").hasPrefix("250"))
      }
    }
    #expect(office.log.lines("refused", "reason=mailbox full: <other@example.test>").count == 1)
    try await office.store.setLimits(bytes: nil, count: 1, of: other)
    try await onThread {
      let client = try DeliveryTests.connect(port)
      #expect(try client.ask("MAIL FROM:<a@b.example>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("452 4.2.2"))
    }
    // Room is made, and known at once, also after a restart.
    try await office.store.setLimits(bytes: nil, count: 2, of: other)
    await office.halt()
    let again = try await TestOffice.start(folder: office.folder)
    let newPort = again.smtpPort
    try await onThread {
      let client = try DeliveryTests.connect(newPort)
      try DeliveryTests.begin(client, to: ["other"])
      try client.send(DeliveryTests.letter("last"))
      #expect(try client.answer().hasPrefix("250"))
      #expect(try client.ask("MAIL FROM:<a@b.example>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("452 4.2.2"))
    }
    await again.stop()
  }

  /// A user whose mailbox is full cannot send: the copy of what is sent has no place.
  @Test func atSender() async throws {
    let office = try await TestOffice.start()
    let port = office.submissionPort
    try await office.store.setLimits(bytes: 1_000, count: nil, of: office.account)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try client.ask("MAIL FROM:<user@example.test> SIZE=1001").hasPrefix("552 5.2.3"))
      #expect(try client.ask("MAIL FROM:<user@example.test> SIZE=1000").hasPrefix("250"))
      #expect(try client.ask("RSET").hasPrefix("250"))
      #expect(try SubmissionTests.send(client).hasPrefix("250"))
    }
    try await office.store.setLimits(bytes: 0, count: nil, of: office.account)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try client.ask("MAIL FROM:<user@example.test> SIZE=10").hasPrefix("552 5.2.3"))
      #expect(try client.ask("MAIL FROM:<user@example.test>").hasPrefix("452 4.2.2 Your mailbox is full"))
    }
    await office.stop()
  }
}
