import ServiceKit
import Testing

/// An account that is closed takes its mailboxes and its name out of everybody's sight.
@Suite("IMAP: closed accounts and shared mailboxes")
struct ClosedOwnerTests {
  @Test func nothingIsLeftToSee() async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    let domain = TestOffice.domain
    try await onThread {
      for (from, to) in [("user", "other"), ("other", "user")] {
        let client = try Self.logIn(from, port)
        try Self.ask(client, "a SETACL INBOX \(to) lr", "a OK")
      }
      let client = try Self.logIn("other", port)
      #expect(try Self.ask(client, "b LIST \"\" \"Other Users/*\"", "b OK").count == 1)
    }
    _ = try await office.directory.removeAccount("user@\(domain)")
    try await onThread {
      let client = try Self.logIn("other", port)
      #expect(try Self.ask(client, "b LIST \"\" \"Other Users*\"", "b OK").isEmpty)
      #expect(try Self.ask(client, "c LIST \"\" %", "c OK").allSatisfy { !$0.contains("Other Users") })
      for command in ["SELECT", "MYRIGHTS", "GETQUOTAROOT"] {
        try Self.ask(
          client, "d \(command) \"Other Users/user@\(domain)/INBOX\"",
          command == "GETQUOTAROOT" ? "d OK" : "d NO [NONEXISTENT]")
      }
      #expect(try Self.ask(client, "e GETACL INBOX", "e OK") == ["* ACL INBOX other@\(domain) lrswipkxteacd"])
      try Self.ask(client, "f SETACL INBOX user lr", "f NO")
    }
    await office.stop()
  }

  private static func logIn(_ name: String, _ port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    try ask(client, "l LOGIN \(name)@\(TestOffice.domain) \"\(TestOffice.password)\"", "l OK")
    return client
  }

  /// The untagged lines; the tagged one must begin with `end`.
  @discardableResult private static func ask(_ client: LineClient, _ command: String, _ end: String) throws -> [String]
  {
    try client.send(command + "\r\n")
    var lines: [String] = []
    while let line = try client.line() {
      if line.hasPrefix("* ") {
        lines.append(line)
        continue
      }
      #expect(line.hasPrefix(end), "\(command): \(line)")
      return lines
    }
    return lines
  }
}
