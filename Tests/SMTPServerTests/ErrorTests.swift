import SMTP
import SMTPServer
import ServiceKit
import Testing

/// Everything malformed gets its exact code, the session ends after so many errors, and the log says who and why.
@Suite("Bad input over TCP")
struct ErrorTests {
  /// What comes first, the line, and the reply's code and status.
  static let table: [(first: [String], line: String, reply: String)] = [
    // 500: no command, or no line of one.
    ([], "FOO", "500 5.5.1"),
    ([], "", "500 5.5.1"),
    ([], " NOOP", "500 5.5.1"),
    ([], "MAILFROM:<a@b.example>", "500 5.5.1"),
    ([], "NOOP \u{1}", "500 5.5.2"),
    ([], "NOOP " + String(repeating: "x", count: 600), "500 5.5.2"),
    ([], "LHLO x", "500 5.5.1"),
    // 501: arguments.
    ([], "EHLO", "501 5.5.4"),
    ([], "HELO", "501 5.5.4"),
    ([], "EHLO a b", "501 5.5.4"),
    ([], "EHLO " + String(repeating: "x", count: 256), "501 5.5.4"),
    (["EHLO x"], "MAIL", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM:a@b.example", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<a@b.example", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<a@b@c.example>", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<a b@c.example>", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<@>", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<postmaster>", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<" + String(repeating: "x", count: 253) + "@b.example>", "501 5.1.7"),
    (["EHLO x"], "MAIL FROM:<a@b.example>SIZE=1", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> SIZE=x", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> SIZE=1 SIZE=1", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> BODY=9BIT", "501 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> SMTPUTF8=1", "501 5.5.4"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:", "501 5.5.4"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<>", "501 5.1.3"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<user>", "501 5.1.3"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<user@example.test", "501 5.1.3"),
    (["EHLO x"], "BDAT", "501 5.5.4"),
    (["EHLO x"], "BDAT -1", "501 5.5.4"),
    (["EHLO x"], "BDAT 1 NEXT", "501 5.5.4"),
    (["EHLO x"], "DATA now", "501 5.5.4"),
    (["EHLO x"], "RSET now", "501 5.5.4"),
    (["EHLO x"], "VRFY", "501 5.5.4"),
    // 502: known, and not offered.
    ([], "EXPN staff", "502 5.5.1"),
    ([], "TURN", "502 5.5.1"),
    ([], "SEND FROM:<a@b.example>", "502 5.5.1"),
    (["EHLO x"], "AUTH PLAIN", "502 5.5.1"),
    // 503: out of order.
    ([], "MAIL FROM:<a@b.example>", "503 5.5.1"),
    (["EHLO x"], "RCPT TO:<user@example.test>", "503 5.5.1"),
    (["EHLO x"], "DATA", "503 5.5.1"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "MAIL FROM:<a@b.example>", "503 5.5.1"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "DATA", "503 5.5.1"),
    // 552, 553, 555 of MAIL and RCPT.
    (["EHLO x"], "MAIL FROM:<a@b.example> SIZE=99999999999", "552 5.3.4"),
    (["EHLO x"], "MAIL FROM:<\u{628}@b.example>", "553 5.6.7"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<\u{628}@example.test>", "553 5.6.7"),
    (["EHLO x"], "MAIL FROM:<a@b.example> FOO", "555 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> RET=HDRS", "555 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> REQUIRETLS", "555 5.5.4"),
    (["EHLO x"], "MAIL FROM:<a@b.example> HOLDFOR=60", "555 5.5.4"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<user@example.test> FOO=1", "555 5.5.4"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<user@example.test> NOTIFY=NEVER", "555 5.5.4"),
    // 550, 554: who and what.
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<nobody@example.test>", "550 5.1.1"),
    (["EHLO x", "MAIL FROM:<a@b.example>"], "RCPT TO:<a@elsewhere.example>", "550 5.7.1"),
  ]

  @Test func codes() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.limits.messageSize = 100_000 })
    let port = office.smtpPort
    try await onThread {
      for (first, line, reply) in Self.table {
        let client = try LineClient(port: port)
        _ = try client.answer()
        for line in first { #expect(try client.ask(line).hasPrefix("250"), "\(line)") }
        let answer = try client.ask(line)
        #expect(answer.hasPrefix(reply + " "), "\(line.prefix(60)): \(answer)")
        // The session goes on.
        #expect(try client.ask("QUIT").hasPrefix("221"))
      }
    }
    await office.stop()
  }

  /// On submission: 504, 530, 535, 538, 501 of AUTH, 550 of other people's addresses.
  @Test func codesOfSubmission() async throws {
    let office = try await TestOffice.start()
    let port = office.submissionPort
    try await onThread {
      for (line, reply) in [
        ("MAIL FROM:<user@example.test>", "530 5.7.0"), ("AUTH", "501 5.5.4"), ("AUTH CRAM-MD5", "504 5.5.4"),
        ("AUTH GSSAPI", "504 5.5.4"), ("AUTH EXTERNAL =", "504 5.5.4"), ("AUTH PLAIN ====", "501 5.5.2"),
        ("AUTH PLAIN AHVzZXIAd3Jvbmc=", "535 5.7.8"),
      ] {
        let client = try DeliveryTests.connect(port)
        let answer = try client.ask(line)
        #expect(answer.hasPrefix(reply + " "), "\(line): \(answer)")
      }
      let client = try SubmissionTests.logIn(port)
      let again = try client.ask("AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=")
      #expect(again.hasPrefix("503 5.5.1 "))
      for (line, reply) in [
        ("MAIL FROM:<other@example.test>", "550 5.7.1 You are logged in as user@example.test and may not send as"),
        ("MAIL FROM:<user@elsewhere.example>", "550 5.7.1 You are logged in as"),
      ] { #expect(try client.ask(line).hasPrefix(reply)) }
      #expect(try client.ask("MAIL FROM:<user@example.test>").hasPrefix("250"))
      let elsewhere = try client.ask("RCPT TO:<a@elsewhere.example>")
      #expect(elsewhere.hasPrefix("550 5.7.1 This server delivers only to its own domains"))
    }
    await office.stop()
  }

  /// As many errors as the operator allows, then 421; the log says who, how often and why.
  @Test func sessionEnds() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.limits.errors = 3 })
    let port = office.smtpPort
    try await onThread {
      let client = try DeliveryTests.connect(port, "EHLO noisy.example")
      for _ in 0..<3 { #expect(try client.ask("FOO secret").hasPrefix("500 5.5.1")) }
      #expect(try client.ask("FOO").hasPrefix("421 4.7.0 Too many errors"))
      #expect(try client.line() == nil)
    }
    let faults = office.log.lines("command refused", "peer=127.0.0.1", "helo=noisy.example", "reply=500 5.5.1")
    #expect(faults.count == 3)
    #expect(faults.last?.contains("errors=3") == true)
    #expect(faults.allSatisfy { !$0.contains("secret") })
    #expect(office.log.lines("session ended", "peer=127.0.0.1", "reply=421 4.7.0 Too many errors").count == 1)
    await office.stop()
  }

  /// Refusals by policy are logged once, with their reason and the transaction.
  @Test func refusalsAreLogged() async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    try await onThread {
      let client = try DeliveryTests.connect(port)
      #expect(try client.ask("MAIL FROM:<a@b.example>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<nobody@example.test>").hasPrefix("550"))
      #expect(try client.ask("RCPT TO:<user@example.test>").hasPrefix("250"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("Subject: \0\r\n\r\n.\r\n")
      #expect(try client.answer().hasPrefix("554 5.6.0"))
    }
    #expect(office.log.lines("refused", "from=<a@b.example>", "reason=no such user: <nobody@example.test>").count == 1)
    #expect(
      office.log.lines("message refused", "letter=", "reason=NUL in message", "to=<user@example.test>").count == 1)
    #expect(office.log.lines("command refused").isEmpty)
    await office.stop()
  }

  /// A client that dribbles a command, or says nothing, has no longer than its patience.
  @Test(arguments: ["", "MAIL FR", "DATA"])
  func slowLoris(_ beginning: String) async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.patience = 1 })
    let port = office.smtpPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      if beginning == "DATA" {
        _ = try client.ask("EHLO x")
        try DeliveryTests.begin(client)
        try client.send("Subject: x")
      } else {
        try client.send(beginning)
      }
      #expect(try client.rest().last?.hasPrefix("421 4.4.2 ") == true)
    }
    #expect(office.log.lines("session ended", "421 4.4.2").count == 1)
    #expect(try await office.inbox(office.account).isEmpty)
    await office.stop()
  }

  /// VERP and SRS: a local part of more than 64 octets is taken (RFC 5321 §4.5.3.1), and comes out as it went in.
  @Test func longLocalPart() async throws {
    let office = try await TestOffice.start()
    try await office.directory.addAlias("@example.test", to: ["user@example.test"])
    let port = office.smtpPort
    let long = "SRS0=HHHH=TT=very-long-domain-name.example=" + String(repeating: "x", count: 120)
    try await onThread {
      let client = try DeliveryTests.connect(port)
      #expect(try client.ask("MAIL FROM:<\(long)@forwarder.example>").hasPrefix("250"))
      #expect(try client.ask("RCPT TO:<\(long)@example.test>").hasPrefix("250"))
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send("Subject: x\r\n\r\n.\r\n")
      #expect(try client.answer().hasPrefix("250"))
    }
    #expect(
      try await office.inbox(office.account).first?.hasPrefix("Return-Path: <\(long)@forwarder.example>\r\n") == true)
    await #expect(throws: (any Error).self) {
      try await office.directory.addAlias("\(long)@example.test", to: ["user@example.test"])
    }
    await office.stop()
    let strict = try await TestOffice.start(smtpSettings: { $0.limits.localPart = 64 })
    let strictPort = strict.smtpPort
    try await onThread {
      let client = try DeliveryTests.connect(strictPort)
      #expect(try client.ask("MAIL FROM:<\(long)@forwarder.example>").hasPrefix("501 5.1.7"))
    }
    await strict.stop()
  }
}
