import ServiceKit
import Testing

/// RFC 8474 §4: MAILBOXID goes with the name and UIDVALIDITY, through RENAME, and never comes back for a mailbox whose UIDs begin anew.
@Suite("IMAP: MAILBOXID")
struct MailboxIDTests {
  @Test func afterDeletion() async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.line()
      try Self.ask(client, "LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"")
      try Self.ask(client, "CREATE top/below")
      let first = try Self.status(client, "top")
      try Self.ask(client, "RENAME top other")
      #expect(try Self.status(client, "other") == first)
      // The name stays as \Noselect, because of what is below it; created again it is a new mailbox.
      try Self.ask(client, "DELETE other")
      try Self.ask(client, "CREATE other")
      let second = try Self.status(client, "other")
      #expect(second != first)
      #expect(try Self.ask(client, "SELECT other").contains { $0.hasSuffix("[MAILBOXID \(second)] Mailbox id") })
      try Self.ask(client, "DELETE other/below")
      let answer = try Self.ask(client, "CREATE other/below").last
      #expect(answer?.contains("[MAILBOXID \(try Self.status(client, "other/below"))]") == true)
    }
    await office.stop()
  }

  @discardableResult
  private static func ask(_ client: LineClient, _ command: String) throws -> [String] {
    try client.send("t \(command)\r\n")
    var lines: [String] = []
    while let line = try client.line() {
      lines.append(line)
      if line.hasPrefix("t ") { break }
    }
    #expect(lines.last?.hasPrefix("t OK") == true, "\(command): \(lines)")
    return lines
  }

  /// `(…)`
  private static func status(_ client: LineClient, _ name: String) throws -> String {
    let line = try ask(client, "STATUS \(name) (MAILBOXID)").first ?? ""
    return String(line.drop { $0 != "(" }.dropFirst("(MAILBOXID ".count).dropLast())
  }
}
