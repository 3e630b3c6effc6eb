import Directory
import SMTPServer
import ServiceKit
import Store
import Testing

@Suite("Addresses over TCP")
struct AddressTests {
  static let domain = "\u{645}\u{62B}\u{627}\u{644}.\u{625}\u{62E}\u{62A}\u{628}\u{627}\u{631}"
  /// The same with the domain's A-labels, as it stands in the trace fields.
  static let stored = "\u{628}\u{631}\u{64A}\u{62F}@xn--mgbh0fb.xn--kgbechtv"
  static let address = "\u{628}\u{631}\u{64A}\u{62F}@" + domain

  /// RFC 6531: an Arabic address at an Arabic domain receives and submits, with SMTPUTF8 only.
  @Test func internationalised() async throws {
    let office = try await TestOffice.start()
    try await office.directory.addDomain(Self.domain)
    let info = try await office.directory.addAccount(Self.address, password: Array("correct horse".utf8))
    let account = AccountID(raw: info.account)
    try await office.store.createAccount(account, lane: info.lane)
    let (port, submissionPort) = (office.smtpPort, office.submissionPort)
    try await onThread {
      let client = try DeliveryTests.connect(port)
      #expect(try client.ask("MAIL FROM:<\(Self.address)>").hasPrefix("553 5.6.7"))
      #expect(try client.ask("MAIL FROM:<a@b.example>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<\(Self.address)>").hasPrefix("553 5.6.7"))
      #expect(try client.ask("RSET").hasPrefix("250"))
      #expect(try client.ask("MAIL FROM:<\(Self.address)> SMTPUTF8").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<\(Self.address)>").hasPrefix("250 2.1.5"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("Subject: \u{645}\u{631}\u{62D}\u{628}\u{627}\r\n\r\ntext\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
    }
    let message = try #require(try await office.inbox(account).first)
    #expect(message.hasPrefix("Return-Path: <\(Self.stored)>\r\nReceived: from a.example ([127.0.0.1])\r\n"))
    #expect(message.contains("with UTF8SMTP id "))
    #expect(message.contains("for <\(Self.stored)>;\r\n"))
    #expect(message.contains("Subject: \u{645}\u{631}\u{62D}\u{628}\u{627}\r\n"))
    try await onThread {
      let client = try DeliveryTests.connect(submissionPort)
      #expect(try client.ask("AUTH PLAIN \(Self.base64("\0\(Self.address)\0correct horse"))").hasPrefix("235"))
      #expect(try client.ask("MAIL FROM:<\(Self.address)> SMTPUTF8").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<user@example.test>").hasPrefix("250"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("From: <\(Self.address)>\r\n\r\ntext\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
    }
    #expect(try await office.inbox(office.account).count == 1)
    await office.stop()
  }

  static let ascii = "xn--mgbh0fb.xn--kgbechtv"

  /// The domain may be written either way, in the directory and on the wire; IMAP, POP3 and the log show the address.
  @Test(arguments: [true, false], [true, false])
  func eitherForm(_ isUnicodeHere: Bool, _ isUnicodeThere: Bool) async throws {
    let local = "\u{628}\u{631}\u{64A}\u{62F}"
    let office = try await TestOffice.start()
    let (here, there) = (isUnicodeHere ? Self.domain : Self.ascii, isUnicodeThere ? Self.domain : Self.ascii)
    try await office.directory.addDomain(here)
    let info = try await office.directory.addAccount("\(local)@\(here)", password: Array("correct horse".utf8))
    let account = AccountID(raw: info.account)
    try await office.store.createAccount(account, lane: info.lane)
    let (port, submissionPort, imapPort, popPort) = (
      office.smtpPort, office.submissionPort, office.imapPort, office.pop3Port
    )
    try await onThread {
      let client = try DeliveryTests.connect(port)
      // With an A-label domain the local part still needs SMTPUTF8.
      #expect(try client.ask("MAIL FROM:<a@b.example> SMTPUTF8").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<\(local)@\(there)>").hasPrefix("250 2.1.5"))
      #expect(try client.ask("RCPT TO:<nobody@\(there)>").hasPrefix("550 5.1.1"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("From: <\(local)@\(Self.domain)>\r\nSubject: x\r\n\r\ntext\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
      let user = try DeliveryTests.connect(submissionPort)
      #expect(try user.ask("AUTH PLAIN \(Self.base64("\0\(local)@\(there)\0correct horse"))").hasPrefix("235"))
      #expect(try user.ask("MAIL FROM:<\(local)@\(there)> SMTPUTF8").hasPrefix("250"))
      #expect(try user.ask("RSET").hasPrefix("250"))
      let drop = try LineClient(port: popPort)
      _ = try drop.line()
      // RFC 6856 §2: without it the address would come in its downgraded form.
      #expect(try drop.ask("UTF8").hasPrefix("+OK"))
      #expect(try drop.ask("USER \(local)@\(there)").hasPrefix("+OK"))
      #expect(try drop.ask("PASS correct horse").hasPrefix("+OK"))
      #expect(try drop.ask("RETR 1").hasPrefix("+OK"))
      #expect(try drop.block().contains("From: <\(local)@\(Self.domain)>"))
      let imap = try LineClient(port: imapPort)
      _ = try imap.line()
      let name = Array("\(local)@\(there)".utf8)
      try imap.send("a LOGIN {\(name.count)}\r\n")
      _ = try imap.line()
      try imap.send(name)
      try imap.send(
        " \"correct horse\"\r\nu ENABLE UTF8=ACCEPT\r\nb SELECT INBOX\r\nc FETCH 1 (ENVELOPE BODY.PEEK[HEADER.FIELDS (FROM)])\r\n"
      )
      var lines: [String] = []
      while let line = try imap.line() {
        lines.append(line)
        if line.hasPrefix("c ") { break }
      }
      #expect(lines.contains { $0.hasPrefix("a OK") } && lines.contains { $0.hasPrefix("c OK") })
      #expect(lines.contains { $0.contains("From: <\(local)@\(Self.domain)>") })
    }
    #expect(office.log.lines("filed", "to=<\(local)@\(Self.domain)>").count == 1)
    #expect(office.log.lines("refused", "reason=no such user").count == 1)
    await office.stop()
  }

  /// Two addresses of one account, an alias that leads to it too, postmaster: one copy.
  @Test func oneCopy() async throws {
    let office = try await TestOffice.start()
    try await office.directory.addAlias("all@example.test", to: ["user@example.test", "other@example.test"])
    let port = office.smtpPort
    try await onThread {
      let client = try DeliveryTests.connect(port)
      try DeliveryTests.begin(client, to: ["user", "USER", "user+tag", "all", "postmaster", "abuse"])
      try client.send(DeliveryTests.letter("once"))
      #expect(try client.answer().hasPrefix("250"))
    }
    let mine = try await office.inbox(office.account)
    #expect(mine.count == 1)
    #expect(try await office.inbox(office.other).count == 1)
    // RFC 5321 §7.2: nobody learns who else got it.
    #expect(mine.first?.contains("\tfor ") == false)
    await office.stop()
  }

  /// What a submission looks like in the mailbox: trace, stamps, no Bcc.
  @Test func submission() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.hidesSubmitter = true })
    let port = office.submissionPort
    try await onThread {
      let client = try DeliveryTests.connect(port)
      #expect(try client.ask("AUTH PLAIN \(Self.base64("\0user@example.test\0correct horse"))").hasPrefix("235"))
      #expect(try client.ask("MAIL FROM:<user@example.test>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("250"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("From: user@example.test\r\nBcc: other@example.test\r\n\r\ntext\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
    }
    let message = try #require(try await office.inbox(office.other).first)
    #expect(message.hasPrefix("Return-Path: <user@example.test>\r\nReceived: by mail.example.test with ESMTPA id "))
    #expect(!message.contains("127.0.0.1"))
    #expect(!message.lowercased().contains("bcc:"))
    #expect(message.contains("\r\nDate: "))
    #expect(message.contains("\r\nMessage-ID: <"))
    #expect(message.hasSuffix("From: user@example.test\r\n\r\ntext\r\n"))
    await office.stop()
  }

  /// RFC 4954 §4: without TLS no AUTH and no MAIL on submission.
  @Test func logInNeedsTLS() async throws {
    let office = try await TestOffice.start(plaintextLogIn: false)
    let port = office.submissionPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      try client.send("EHLO a.example\r\n")
      var keywords: [String] = []
      while let line = try client.line() {
        keywords.append(String(line.dropFirst(4)))
        if line.hasPrefix("250 ") { break }
      }
      #expect(keywords.contains("STARTTLS"))
      #expect(!keywords.contains { $0.hasPrefix("AUTH") })
      #expect(try client.ask("AUTH PLAIN \(Self.base64("\0user@example.test\0correct horse"))").hasPrefix("538 5.7.11"))
      #expect(try client.ask("AUTH LOGIN").hasPrefix("538 5.7.11"))
      #expect(try client.ask("MAIL FROM:<user@example.test>").hasPrefix("530 5.7.0"))
    }
    await office.stop()
  }

  static func base64(_ text: String) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = Array(text.utf8)
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
      let bits = group[0] << 16 | group[1] << 8 | group[2]
      for place in 0..<4 {
        result.append(start + place <= bytes.count ? digits[bits >> (18 - 6 * place) & 63] : "=")
      }
    }
    return result
  }
}
