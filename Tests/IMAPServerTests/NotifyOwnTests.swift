import ServiceKit
import Testing

/// RFC 5465 §5.2: of its own messages the client knows; of everybody else's it wants to see what it asked for, however busy it is itself.
@Suite("IMAP: NOTIFY while the client adds messages")
struct NotifyOwnTests {
  private static let rounds = 60

  private static func logIn(port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    try client.send("l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"\r\n")
    while let line = try client.line(), !line.hasPrefix("l OK") {}
    return client
  }

  private static func append(
    _ subject: String, to mailbox: String, _ client: LineClient, _ see: (String) -> Void
  ) throws {
    try client.send("a APPEND \(mailbox) {\(subject.utf8.count + 16)+}\r\nSubject: \(subject)\r\n\r\nx\r\n\r\n")
    while let line = try client.line() {
      see(line)
      if line.hasPrefix("a ") { return }
    }
  }

  @Test(arguments: ["INBOX", "Archive"]) func othersAreFetched(_ mailbox: String) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    async let others: Void = onThread {
      let client = try Self.logIn(port: port)
      for number in 0..<Self.rounds { try Self.append("theirs \(number)", to: "INBOX", client) { _ in } }
    }
    try await onThread {
      let client = try Self.logIn(port: port)
      try client.send(
        "n NOTIFY SET (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)]) MessageExpunge))\r\n"
          + "s SELECT INBOX\r\n")
      var seen: Set<String> = []
      var told = 0
      func see(_ line: String) {
        if line.hasPrefix("Subject: theirs") { seen.insert(line) }
        if line.hasSuffix(" EXISTS") { told = Int(line.split(separator: " ")[1]) ?? told }
      }
      var before = 0
      while let line = try client.line(), !line.hasPrefix("s ") {
        if line.hasSuffix(" EXISTS") { before = Int(line.split(separator: " ")[1]) ?? 0 }
      }
      for number in 0..<Self.rounds { try Self.append("mine \(number)", to: mailbox, client, see) }
      let own = mailbox == "INBOX" ? Self.rounds : 0
      while seen.count < Self.rounds - before || told < Self.rounds + own {
        try client.send("o NOOP\r\n")
        var isQuiet = true
        while let line = try client.line(), !line.hasPrefix("o ") {
          see(line)
          isQuiet = false
        }
        // Everything was told, and nothing more comes.
        if isQuiet, told == Self.rounds + own { break }
      }
      #expect(seen.count == Self.rounds - before, "\(seen.count) of \(Self.rounds - before)")
    }
    try await others
    await office.stop()
  }
}
