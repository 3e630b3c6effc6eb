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

  /// An address of several accounts, one of them full: nothing is lost in silence, and nobody gets a second copy.
  @Test func oneOfSeveral() async throws {
    let office = try await TestOffice.start()
    let (smtp, lmtp) = (office.smtpPort, office.lmtpPort)
    try await office.directory.addAlias("both@example.test", to: ["user@example.test", "other@example.test"])
    try await office.store.setLimits(bytes: nil, count: 0, of: office.other)
    let letter = DeliveryTests.letter("for both")
    try await onThread {
      for port in [smtp, lmtp, smtp] {
        let client = try port == lmtp ? LineClient(port: port) : DeliveryTests.connect(port)
        if port == lmtp {
          _ = try client.answer()
          _ = try client.ask("LHLO x.example")
        }
        try DeliveryTests.begin(client, to: ["both"])
        try client.send(letter)
        #expect(try client.answer().hasPrefix("452 4.2.2"))
      }
    }
    #expect(try await office.inbox(office.account).count == 1)
    #expect(office.log.lines("not filed for one of several", "account=\(office.other.raw)").count == 3)
    try await office.store.setLimits(bytes: nil, count: 10, of: office.other)
    try await onThread {
      let client = try DeliveryTests.connect(smtp)
      try DeliveryTests.begin(client, to: ["both"])
      try client.send(letter)
      #expect(try client.answer().hasPrefix("250"))
    }
    #expect(try await office.inbox(office.account).count == 1)
    #expect(try await office.inbox(office.other).count == 1)
    await office.stop()
  }

  /// The accounts of a domain together: at MAIL, RCPT and the end of DATA, in IMAP's APPEND and COPY, on all lanes.
  @Test func ofTheDomain() async throws {
    let office = try await TestOffice.start()
    let (smtp, submission, imap) = (office.smtpPort, office.submissionPort, office.imapPort)
    let members = [office.account, office.other]
    office.store.setQuota(DomainQuota(bytes: 20_000), of: "example.test", members: members)
    try await onThread {
      let client = try DeliveryTests.connect(smtp)
      #expect(try client.ask("MAIL FROM:<a@b.example> SIZE=20001").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("552 5.2.3"))
      #expect(try client.ask("RSET").hasPrefix("250"))
      for user in ["user", "other"] {
        try DeliveryTests.begin(client, to: [user])
        try client.send("Subject: x\r\n\r\n" + String(repeating: "0123456789\r\n", count: 700) + ".\r\n")
        #expect(try client.answer().hasPrefix("250"))
      }
      // 17,000 are used, by both together.
      #expect(try client.ask("MAIL FROM:<a@b.example> SIZE=4000").hasPrefix("250"))
      #expect(
        try client.ask("RCPT TO:<user@example.test>").hasPrefix("452 4.2.2 The mailboxes of this domain are full"))
      #expect(try client.ask("RSET").hasPrefix("250"))
      // A size that was not announced is found at the end.
      try DeliveryTests.begin(client, to: ["other"])
      try client.send("Subject: x\r\n\r\n" + String(repeating: "0123456789\r\n", count: 400) + ".\r\n")
      #expect(try client.answer().hasPrefix("452 4.2.2"))
      let author = try SubmissionTests.logIn(submission)
      #expect(try author.ask("MAIL FROM:<user@example.test> SIZE=4000").hasPrefix("452 4.2.2"))
      let reader = try LineClient(port: imap)
      _ = try reader.line()
      func ask(_ command: String) throws -> String {
        try reader.send(Array("a \(command)\r\n".utf8))
        while true {
          guard let line = try reader.line() else { return "end" }
          if line.hasPrefix("a ") || line.hasPrefix("+") { return line }
        }
      }
      #expect(try ask("LOGIN user@example.test \"\(TestOffice.password)\"").hasPrefix("a OK"))
      #expect(try ask("SELECT INBOX").hasPrefix("a OK"))
      #expect(try ask("COPY 1 Archive").hasPrefix("a NO [OVERQUOTA]"))
      #expect(try ask("APPEND INBOX {4000+}\r\n" + String(repeating: "y", count: 4_000)).hasPrefix("a NO [OVERQUOTA]"))
      #expect(try ask("APPEND INBOX {400+}\r\n" + String(repeating: "y", count: 400)).hasPrefix("a OK"))
      // Moving within an account takes nothing more, and removing makes room for everybody.
      #expect(try ask("MOVE 1 Archive").hasPrefix("a OK"))
      #expect(try ask("SELECT Archive").hasPrefix("a OK"))
      #expect(try ask("STORE 1 +FLAGS (\\Deleted)").hasPrefix("a OK"))
      #expect(try ask("EXPUNGE").hasPrefix("a OK"))
      #expect(try client.ask("MAIL FROM:<a@b.example> SIZE=4000").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("250"))
      #expect(try client.ask("RSET").hasPrefix("250"))
    }
    #expect(office.log.lines("refused", "reason=domain over quota: <user@example.test>").count == 1)
    // A closed account counts no more; a quota of messages; none again.
    let used = office.store.usage(of: members)
    #expect(used.count == 2)
    office.store.setQuota(DomainQuota(count: 2), of: "example.test", members: members)
    #expect(office.store.room(for: 1, in: office.other) == .domainFull)
    office.store.stopCounting(office.account)
    #expect(office.store.room(for: 1, in: office.other) == .enough)
    office.store.count(office.account, to: "example.test")
    #expect(office.store.room(for: 1, in: office.other) == .domainFull)
    office.store.setQuota(nil, of: "example.test", members: [])
    #expect(office.store.room(for: 1, in: office.other) == .enough)
    await office.stop()
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
