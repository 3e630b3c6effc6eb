import Directory
import SMTPServer
import ServiceKit
import Store
import Testing

/// A message that was sent is in Sent once (issue 4, line 5).
@Suite("Sent once, over TCP")
struct SentCopyTests {
  static let message =
    "From: user@example.test\r\nTo: other@example.test\r\nSubject: sent\r\nMessage-ID: <one@example.test>\r\n\r\ntext\r\n"

  static func office(sentCopy: Bool = true) async throws -> TestOffice {
    let office = try await TestOffice.start()
    var change = AccountSettingsChange()
    change.filesSentCopy = sentCopy
    _ = try await office.directory.setSettings("user@example.test", change)
    return office
  }

  /// Appends to a mailbox by IMAP; the tagged answer.
  static func append(_ port: Int, _ text: String, flags: String = "\\Seen", to mailbox: String = "Sent") throws
    -> String
  {
    let client = try LineClient(port: port)
    _ = try client.line()
    try client.send("a LOGIN user@example.test \"correct horse\"\r\n")
    while let line = try client.line(), !line.hasPrefix("a ") {}
    try client.send("b APPEND \(mailbox) (\(flags)) {\(text.utf8.count)}\r\n")
    guard let go = try client.line(), go.hasPrefix("+") else { return "" }
    try client.send(text + "\r\n")
    while let line = try client.line() { if line.hasPrefix("b ") { return line } }
    return ""
  }

  /// The copy has Bcc and no trace, is \Seen, and a client's APPEND of the same finds it.
  @Test func once() async throws {
    let office = try await Self.office()
    let (port, imapPort) = (office.submissionPort, office.imapPort)
    let uid = try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(
        try SubmissionTests.send(
          client, "Bcc: hidden@example.test\r\nDate: Sat, 21 Nov 2026 07:00:00 +0000\r\n" + Self.message
        )
        .hasPrefix("250"))
      // The client's own copy: other line folding and order, fields of its own, Bcc, no empty line at the end.
      let answer = try Self.append(
        imapPort,
        "X-Mozilla-Status: 0001\r\nMessage-ID:\r\n <one@example.test>\r\nBcc: hidden@example.test\r\n"
          + "From: user@example.test\r\nTo: other@example.test\r\nSubject: sent\r\n\r\ntext")
      #expect(answer.contains("[APPENDUID "), "\(answer)")
      let again = try Self.append(imapPort, Self.message, flags: "\\Seen \\Flagged $Forwarded")
      #expect(answer == again)
      return answer
    }
    #expect(uid.contains(" 1]"))
    let sent = try await office.messages("Sent", of: office.account)
    #expect(sent.count == 1)
    #expect(sent[0].hasPrefix("Bcc: hidden@example.test\r\n"))
    #expect(!sent[0].contains("Received:") && !sent[0].contains("Return-Path"))
    #expect(sent[0].hasSuffix(Self.message))
    let other = try await office.inbox(office.other)
    #expect(other.count == 1 && !other[0].contains("Bcc"))
    let info = try await office.store.mailbox(named: "Sent", of: office.account)
    let table = try await office.store.open(info.id, of: office.account, claimRecent: false).state.table
    #expect(table[0].flags.contains(.seen) && table[0].flags.contains(.flagged))
    #expect(office.log.lines("sent copy filed").count == 1)
    await office.stop()
  }

  /// What is not the same message is added; so is everything in other mailboxes and without the setting.
  @Test func others() async throws {
    let office = try await Self.office()
    let (port, imapPort) = (office.submissionPort, office.imapPort)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try SubmissionTests.send(client, Self.message).hasPrefix("250"))
      for text in [
        Self.message.replacing("text", with: "other text"), Self.message.replacing("<one@", with: "<two@"),
        Self.message.replacing("Subject: sent", with: "Subject: changed"), "From: user@example.test\r\n\r\nno id\r\n",
      ] { #expect(try Self.append(imapPort, text).contains("APPENDUID")) }
      #expect(try Self.append(imapPort, Self.message, to: "Drafts").contains("APPENDUID"))
    }
    #expect(try await office.messages("Sent", of: office.account).count == 5)
    #expect(try await office.messages("Drafts", of: office.account).count == 1)
    var change = AccountSettingsChange()
    change.filesSentCopy = false
    _ = try await office.directory.setSettings("user@example.test", change)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try SubmissionTests.send(client, Self.message).hasPrefix("250"))
      for _ in 0..<2 { #expect(try Self.append(imapPort, Self.message).contains("APPENDUID")) }
    }
    #expect(try await office.messages("Sent", of: office.account).count == 7)
    await office.stop()
  }

  /// Clients that append first and send then; a deleted Sent is made again; a copy that was removed is not there.
  @Test func otherWayRound() async throws {
    let office = try await Self.office()
    let (port, imapPort) = (office.submissionPort, office.imapPort)
    try await onThread {
      #expect(try Self.append(imapPort, Self.message).contains("APPENDUID"))
      let client = try SubmissionTests.logIn(port)
      #expect(try SubmissionTests.send(client, Self.message).hasPrefix("250"))
      // Who hangs up without it may have missed the 250, and is taken to send the same message again.
      #expect(try client.ask("QUIT").hasPrefix("221"))
    }
    #expect(try await office.messages("Sent", of: office.account).count == 1)
    try await office.store.deleteMailbox("Sent", of: office.account)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try SubmissionTests.send(client, Self.message).hasPrefix("250"))
    }
    #expect(try await office.messages("Sent", of: office.account).count == 1)
    await office.stop()
  }

  /// A receipt (RFC 8098 §2.1) is nobody's letter: it goes out and leaves no copy.
  @Test func receipt() async throws {
    let office = try await Self.office()
    let port = office.submissionPort
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      #expect(try SubmissionTests.send(client, mail: "<>", Self.message).hasPrefix("250"))
    }
    #expect(try await office.inbox(office.other).count == 1)
    #expect(try await office.messages("Sent", of: office.account).isEmpty)
    await office.stop()
  }

  /// No room for the copy: nothing is sent, and 452 says why.
  @Test func noRoom() async throws {
    let office = try await Self.office()
    let port = office.submissionPort
    try await office.store.setLimits(bytes: 250, count: nil, of: office.account)
    try await onThread {
      let client = try SubmissionTests.logIn(port)
      let long = Self.message + String(repeating: "0123456789\r\n", count: 50)
      #expect(try SubmissionTests.send(client, long).hasPrefix("552 5.2.3 "))
      #expect(try SubmissionTests.send(client, Self.message).hasPrefix("250"))
      #expect(try SubmissionTests.send(client, Self.message.replacing("one@", with: "two@")).hasPrefix("452 4.2.2 "))
    }
    #expect(try await office.inbox(office.other).count == 1)
    #expect(try await office.messages("Sent", of: office.account).count == 1)
    await office.stop()
  }
}
