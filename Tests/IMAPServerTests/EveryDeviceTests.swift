import Glibc
import ServiceKit
import Testing

/// What a change looks like on the other devices, and what a list of mail costs.
@Suite("IMAP: every device")
struct EveryDeviceTests {
  private static let name = "user@\(TestOffice.domain)"

  private static func selected(_ port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    try ask(client, "l LOGIN \(name) \"\(TestOffice.password)\"", "l OK")
    try ask(client, "s SELECT INBOX", "s OK")
    return client
  }

  /// Reads until `wanted` comes, which must be within a second of `start`.
  private static func expect(_ wanted: String, on clients: [LineClient], since start: ContinuousClock.Instant) throws {
    for client in clients {
      while let line = try client.line(), !line.hasPrefix(wanted) { #expect(line.hasPrefix("* "), "\(line)") }
    }
    #expect(ContinuousClock.now - start < .seconds(1), "\(wanted)")
  }

  /// One device in IDLE and one with NOTIFY are told what SMTP, POP3 and another IMAP session do, within a second.
  @Test func changesByEveryProtocolShow() async throws {
    let office = try await TestOffice.start()
    let (imap, smtp, pop3) = (office.imapPort, office.smtpPort, office.pop3Port)
    try await onThread {
      let idle = try Self.selected(imap)
      try idle.send("i IDLE\r\n")
      _ = try idle.line()
      let notify = try Self.selected(imap)
      try ask(notify, "n NOTIFY SET (selected (MessageNew (FLAGS) MessageExpunge FlagChange))", "n OK")
      let watchers = [idle, notify]

      let sender = try LineClient(port: smtp)
      _ = try sender.answer()
      for command in ["EHLO x.example", "MAIL FROM:<a@x.example>", "RCPT TO:<\(Self.name)>", "DATA"] {
        #expect(try sender.ask(command).utf8.first.map { $0 == 0x32 || $0 == 0x33 } == true)
      }
      var start = ContinuousClock.now
      #expect(try sender.ask("Subject: one\r\n\r\nHello\r\n.").hasPrefix("250"))
      try Self.expect("* 1 EXISTS", on: watchers, since: start)

      let other = try Self.selected(imap)
      start = .now
      try ask(other, "a STORE 1 +FLAGS (\\Flagged)", "a OK")
      try Self.expect("* 1 FETCH (", on: [idle], since: start)
      start = .now
      try ask(other, "b APPEND INBOX {18+}\r\nSubject: two\r\n\r\nx\r\n", "b OK")
      try Self.expect("* 2 EXISTS", on: watchers, since: start)

      let drop = try LineClient(port: pop3)
      _ = try drop.answer()
      for command in ["USER \(Self.name)", "PASS \(TestOffice.password)", "DELE 1"] {
        #expect(try drop.ask(command).hasPrefix("+OK"), "\(command)")
      }
      start = .now
      #expect(try drop.ask("QUIT").hasPrefix("+OK"))
      try Self.expect("* 1 EXPUNGE", on: watchers, since: start)
    }
    await office.stop()
  }

  /// A thousand letters as they are: the list costs less than a megabyte on the wire, and not one letter is read for it, because there
  /// are none to read.
  @Test func aListReadsNoLetter() async throws {
    let office = try await TestOffice.start()
    try await onThread {
      let client = try Self.selected(office.imapPort)
      for batch in 0..<10 {
        let letters = (0..<100).map { Self.letter(batch * 100 + $0) }
        try ask(client, "a APPEND INBOX" + letters.map { " {\($0.utf8.count)+}\r\n\($0)" }.joined(), "a OK")
      }
      for lane in 0..<2 { truncate("\(office.folder)/lane-\(lane)/segments/00000001", 0) }
      let fresh = try Self.selected(office.imapPort)
      let lines = try ask(fresh, "f FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)", "f OK")
      #expect(lines.count == 1_000)
      let isWhole = lines.allSatisfy { $0.contains("ENVELOPE (\"Mon, 2 Nov 2026") && $0.contains("\"alternative\"") }
      #expect(isWhole, "\(lines.first ?? "")")
      let octets = lines.reduce(0) { $0 + $1.utf8.count + 2 }
      #expect(octets < 1_000_000, "\(octets)")
      // It is true that they are not there.
      try ask(fresh, "g FETCH 1 BODY.PEEK[]", "g NO")
    }
    await office.stop()
  }

  private static func letter(_ number: Int) -> String {
    let head = """
      From: Amal Example <amal\(number % 50)@sender.example>
      To: Badr Example <badr@example.test>, Office <office@example.test>
      Cc: Carim Example <carim@third.example>
      Subject: Re: minutes of meeting number \(number) and what we said about the budget
      Date: Mon, 2 Nov 2026 10:00:00 +0300
      Message-ID: <\(number).4711@sender.example>
      In-Reply-To: <\(number / 2).4711@sender.example>
      MIME-Version: 1.0
      Content-Type: multipart/alternative; boundary=b

      --b
      Content-Type: text/plain; charset=utf-8

      Hello \(number)
      --b
      Content-Type: text/html; charset=utf-8
      Content-Transfer-Encoding: quoted-printable

      <p>Hello</p>
      --b--

      """
    return head.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
  }
}
