import Directory
import SMTP
import SMTPServer
import ServiceKit
import Store
import Testing

/// What our own users may send, over TCP.
@Suite("Submission over TCP")
struct SubmissionTests {
  /// A logged-in session of user@example.test.
  static func logIn(_ port: Int) throws -> LineClient {
    let client = try DeliveryTests.connect(port)
    #expect(try client.ask("AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=").hasPrefix("235"))
    return client
  }

  /// Sends one message; the last reply.
  static func send(
    _ client: LineClient, to recipients: [String] = ["<other@example.test>"], mail: String = "<user@example.test>",
    _ text: String = "From: user@example.test\r\nSubject: x\r\n\r\ntext\r\n"
  ) throws -> String {
    var answer = try client.ask("MAIL FROM:\(mail)")
    guard answer.hasPrefix("250") else { return answer }
    for recipient in recipients {
      answer = try client.ask("RCPT TO:\(recipient)")
      guard answer.hasPrefix("250") else {
        _ = try client.ask("RSET")
        return answer
      }
    }
    #expect(try client.ask("DATA").hasPrefix("354"))
    try client.send(text + ".\r\n")
    return try client.answer()
  }

  static let aliases = ["a", "b", "c", "d"]

  static func withAliases(_ office: TestOffice) async throws {
    for name in aliases { try await office.directory.addAlias("\(name)@example.test", to: ["other@example.test"]) }
  }

  /// Recipients a day: held with 450, not bounced; the counts stay over a restart; an account may have its own limit.
  @Test func recipientsADay() async throws {
    var office = try await TestOffice.start(smtpSettings: { $0.recipientsADay = 3 })
    try await Self.withAliases(office)
    let firstPort = office.submissionPort
    try await onThread {
      let client = try Self.logIn(firstPort)
      #expect(try Self.send(client, to: ["<a@example.test>", "<A@Example.Test>"]).hasPrefix("250"))
      #expect(try Self.send(client, to: ["<b@example.test>", "<c@example.test>"]).hasPrefix("250"))
      let answer = try Self.send(client, to: ["<a@example.test>"])
      #expect(
        answer
          == "450 4.7.1 3 recipients a day are yours, and they are used up: send again after 00:00 UTC, or ask your postmaster for more"
      )
      // Other people's mail goes on.
      #expect(try client.ask("NOOP").hasPrefix("250"))
    }
    #expect(
      office.log.lines("refused", "user=user@example.test", "reason=user@example.test: recipients(limit: 3)").count == 1
    )
    #expect(try await office.inbox(office.other).count == 2)
    await office.halt()
    office = try await TestOffice.start(folder: office.folder, smtpSettings: { $0.recipientsADay = 3 })
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      #expect(try Self.send(client, to: ["<a@example.test>"]).hasPrefix("450 4.7.1 "))
    }
    var change = AccountSettingsChange()
    change.recipientsADay = 4
    _ = try await office.directory.setSettings("user@example.test", change)
    try await onThread {
      let client = try Self.logIn(port)
      #expect(try Self.send(client, to: ["<a@example.test>"]).hasPrefix("250"))
      #expect(try Self.send(client, to: ["<a@example.test>"]).hasPrefix("450 4.7.1 4 recipients"))
    }
    await office.stop()
  }

  /// New recipients a day: who was written to before costs nothing, also after a restart.
  @Test func newRecipientsADay() async throws {
    var office = try await TestOffice.start(smtpSettings: { $0.newRecipientsADay = 2 })
    try await Self.withAliases(office)
    let firstPort = office.submissionPort
    try await onThread {
      let client = try Self.logIn(firstPort)
      #expect(try Self.send(client, to: ["<a@example.test>", "<b@example.test>"]).hasPrefix("250"))
      #expect(
        try Self.send(client, to: ["<a@example.test>", "<c@example.test>"]).hasPrefix("450 4.7.1 2 new recipients"))
      for _ in 0..<3 { #expect(try Self.send(client, to: ["<a@example.test>"]).hasPrefix("250")) }
    }
    await office.halt()
    office = try await TestOffice.start(folder: office.folder, smtpSettings: { $0.newRecipientsADay = 2 })
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      #expect(try Self.send(client, to: ["<b@example.test>"]).hasPrefix("250"))
      #expect(try Self.send(client, to: ["<d@example.test>"]).hasPrefix("450 4.7.1 "))
    }
    await office.stop()
  }

  /// A message that was refused is not counted.
  @Test func refusedIsNotCounted() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.recipientsADay = 1 })
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      #expect(try Self.send(client, "From: other@example.test\r\n\r\n").hasPrefix("550 5.7.1"))
      #expect(try Self.send(client, to: ["<nobody@example.test>"]).hasPrefix("550 5.1.1"))
      #expect(try Self.send(client).hasPrefix("250"))
      #expect(try Self.send(client).hasPrefix("450 4.7.1"))
    }
    await office.stop()
  }

  /// Every address of From must be the user's own, wherever in the field it stands.
  @Test func hiddenAddresses() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.limits.errors = 100 })
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      for from in [
        "user@example.test <other@example.test>", "<user@example.test> <other@example.test>",
        "\"Boss\" <user@example.test> <other@example.test>", "user@example.test other@example.test",
        "<user@example.test> other@example.test", "<user@example.test>: other@example.test;",
        "user@example.test:other@example.test;", "<user@example.test\r\n <other@example.test>",
        "<user@example.test:other@example.test>",
      ] {
        let answer = try Self.send(client, "From: \(from)\r\n\r\ntext\r\n")
        #expect(answer == "550 5.7.1 You are logged in as user@example.test and may not send as other@example.test")
      }
      let unreadable = try Self.send(client, "From: user@example.test (<other@example.test>\r\n\r\ntext\r\n")
      #expect(unreadable.hasPrefix("550 5.6.0"))
      // Programs that know no name write the address twice.
      #expect(try Self.send(client, "From: user@example.test <user@example.test>\r\n\r\ntext\r\n").hasPrefix("250"))
      // RFC 6531 §3.7.4.3: the reply is ASCII.
      let arabic = try Self.send(
        client, mail: "<user@example.test> SMTPUTF8", "From: بريد@example.test\r\n\r\ntext\r\n")
      #expect(arabic == "550 5.7.1 You are logged in as user@example.test and may not send as this address")
    }
    await office.stop()
  }

  /// RFC 3030 §3: only the body may be binary; a bare CR in the header would be a field's end to some readers.
  @Test func binaryHeader() async throws {
    let office = try await TestOffice.start()
    for (port, isOwn) in [(office.submissionPort, true), (office.smtpPort, false)] {
      try await onThread {
        let client = isOwn ? try Self.logIn(port) : try DeliveryTests.connect(port)
        for (text, reply) in [
          ("From: user@example.test\r\nSubject: x\rFrom: other@example.test\r\n\r\n", "554 5.6.0"),
          ("From: user@example.test\r\nSubject: x\r\r\n\r\n", "554 5.6.0"),
          ("From: user@example.test\r\nSubject: x\r\n\r\n\0\r\n\r\r\n\n", "250 2.0.0"),
        ] {
          #expect(try client.ask("MAIL FROM:<user@example.test> BODY=BINARYMIME").hasPrefix("250"))
          #expect(try client.ask("RCPT TO:<other@example.test>").hasPrefix("250"))
          try client.send("BDAT \(text.utf8.count) LAST\r\n" + text)
          #expect(try client.answer().hasPrefix(reply))
        }
      }
    }
    await office.stop()
  }

  /// Sessions side by side cannot pass a limit together.
  @Test func sessionsSideBySide() async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.recipientsADay = 10 })
    let port = office.submissionPort
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await onThread {
            for _ in 0..<5 {
              let client = try Self.logIn(port)
              _ = try Self.send(client)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await office.inbox(office.other).count == 10)
    await office.stop()
  }

  /// RFC 6710: raised only where it is allowed, lowered by anybody; the trace and the log say so.
  @Test func priority() async throws {
    let office = try await TestOffice.start()
    let (port, submissionPort) = (office.smtpPort, office.submissionPort)
    try await onThread {
      let stranger = try DeliveryTests.connect(port)
      #expect(try stranger.ask("MAIL FROM:<a@b.example> MT-PRIORITY=6").hasPrefix("250 2.3.6 0 is the priority"))
      #expect(try stranger.ask("RCPT TO:<user@example.test>").hasPrefix("250"))
      #expect(try stranger.ask("DATA").hasPrefix("354"))
      try stranger.send("Subject: six\r\n\r\n.\r\n")
      #expect(try stranger.answer().hasPrefix("250"))
      #expect(
        try Self.send(stranger, to: ["<user@example.test>"], mail: "<a@b.example> MT-PRIORITY=-4").hasPrefix("250"))
      for wrong in ["", "=", "=10", "=-0", "=+1", "=x"] {
        #expect(try stranger.ask("MAIL FROM:<a@b.example> MT-PRIORITY\(wrong)").hasPrefix("501 5.5.4"), "\(wrong)")
      }
      #expect(try stranger.ask("MAIL FROM:<a@b.example> MT-PRIORITY=1 MT-PRIORITY=1").hasPrefix("501 5.5.4"))
      let user = try Self.logIn(submissionPort)
      #expect(try user.ask("MAIL FROM:<user@example.test> MT-PRIORITY=3").hasPrefix("250 2.3.6 0 "))
    }
    var change = AccountSettingsChange()
    change.highestPriority = 3
    _ = try await office.directory.setSettings("user@example.test", change)
    try await onThread {
      let client = try Self.logIn(submissionPort)
      #expect(try client.ask("MAIL FROM:<user@example.test> MT-PRIORITY=9").hasPrefix("250 2.3.6 3 "))
      #expect(try client.ask("RSET").hasPrefix("250"))
      #expect(try Self.send(client, mail: "<user@example.test> MT-PRIORITY=3").hasPrefix("250 2.0.0"))
    }
    let mine = try await office.inbox(office.account)
    #expect(mine[0].contains("\tPRIORITY 0;\r\n"))
    #expect(mine[1].contains("\tPRIORITY -4;\r\n"))
    #expect(try await office.inbox(office.other)[0].contains("\tPRIORITY 3;\r\n"))
    #expect(office.log.lines("filed", "priority=0 priority_asked=6").count == 1)
    await office.stop()
  }

  /// RFC 3461: the report comes where it was asked for, and says what RFC 3464 wants.
  @Test func reportOfDelivery() async throws {
    let office = try await TestOffice.start()
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      for (notify, sender) in [
        ("NOTIFY=NEVER", "<user@example.test>"), ("NOTIFY=FAILURE,DELAY", "<user@example.test>"),
        ("", "<user@example.test>"),
        ("NOTIFY=SUCCESS", "<>"),
      ] {
        #expect(try Self.send(client, to: ["<other@example.test> \(notify)"], mail: sender).hasPrefix("250"))
      }
    }
    #expect(try await office.inbox(office.account).isEmpty)
    try await onThread {
      let client = try Self.logIn(port)
      #expect(
        try Self.send(
          client,
          to: [
            "<other@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first+2Bname@elsewhere.example",
            "<postmaster> NOTIFY=NEVER",
          ], mail: "<user@example.test> RET=FULL ENVID=QQ314159+20x",
          "From: user@example.test\r\nSubject: report me\r\n\r\nsecret\r\n"
        ).hasPrefix("250"))
    }
    let report = try #require(try await office.inbox(office.account).first { $0.contains("report-type") })
    #expect(report.hasPrefix("Return-Path: <>\r\n"))
    for line in [
      "From: Barid <postmaster@example.test>", "To: user@example.test", "Auto-Submitted: auto-replied",
      "Content-Type: message/delivery-status", "Reporting-MTA: dns; mail.example.test",
      "Original-Envelope-Id: QQ314159 x", "Original-Recipient: rfc822;first+name@elsewhere.example",
      "Final-Recipient: rfc822;other@example.test", "Action: delivered", "Status: 2.1.5",
      "Content-Type: text/rfc822-headers", "Subject: report me",
    ] { #expect(report.contains("\r\n\(line)\r\n"), "\(line)") }
    // Only the header goes back, and only what was asked for is told.
    #expect(!report.contains("secret"))
    #expect(!report.contains("postmaster\r\n"))
    await office.stop()
  }

  /// A report about an international address (RFC 6533).
  @Test func internationalReport() async throws {
    let office = try await TestOffice.start()
    try await office.directory.addAlias("\u{628}@example.test", to: ["other@example.test"])
    let port = office.submissionPort
    try await onThread {
      let client = try Self.logIn(port)
      #expect(
        try Self.send(
          client, to: ["<\u{628}@example.test> NOTIFY=SUCCESS"], mail: "<user@example.test> SMTPUTF8"
        ).hasPrefix("250"))
    }
    let report = try #require(try await office.inbox(office.account).first)
    #expect(report.contains("Content-Type: message/global-delivery-status\r\n"))
    #expect(report.contains("\r\nFinal-Recipient: utf-8;\u{628}@example.test\r\n"))
    await office.stop()
  }

  /// What is offered to whom.
  @Test func offers() async throws {
    let office = try await TestOffice.start()
    for (port, hello, isUsers) in [
      (office.smtpPort, "EHLO x", false), (office.submissionPort, "EHLO x", true), (office.lmtpPort, "LHLO x", false),
    ] {
      try await onThread {
        let client = try LineClient(port: port)
        _ = try client.answer()
        try client.send("\(hello)\r\n")
        var words: [String] = []
        while let line = try client.line() {
          words.append(String(line.dropFirst(4)))
          if line.hasPrefix("250 ") { break }
        }
        #expect(words.contains("DSN") == isUsers)
        #expect(words.contains("MT-PRIORITY"))
        // RFC 8689 §2: only under TLS, which these connections are not.
        #expect(!words.contains("REQUIRETLS"))
        #expect(try client.ask("VRFY user").hasPrefix("252 2.1.5"))
        #expect(try client.ask("EXPN user").hasPrefix("502 5.5.1"))
        #expect(try client.ask("HELP").hasPrefix("214 2.0.0 "))
      }
    }
    await office.stop()
  }
}
