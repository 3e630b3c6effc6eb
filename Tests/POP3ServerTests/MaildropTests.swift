import ServiceKit
import Store
import Testing

@Suite("POP3 maildrops over TCP")
struct MaildropTests {
  static func logIn(_ port: Int, as name: String = "user") throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    _ = try client.ask("USER \(name)@example.test")
    #expect(try client.ask("PASS correct horse").hasPrefix("+OK"))
    return client
  }

  static func put(_ messages: [String], into mailbox: String = "INBOX", _ office: TestOffice) async throws {
    let target = try await office.store.mailbox(named: mailbox, of: office.account)
    var items: [AppendItem] = []
    for message in messages {
      let spool = office.store.spool()
      Array(message.utf8).withUnsafeBytes { spool.append($0) }
      items.append(AppendItem(message: try await spool.finish(), internalDate: 0))
    }
    _ = try await office.store.append(items, to: target.id, of: office.account)
  }

  static func letter(_ number: Int) -> String {
    "Subject: \(number)\r\nMessage-ID: <\(number)@b.example>\r\n\r\n.first\r\n..\r\n\r\nline \(number)\r\n"
  }

  static func listing(_ client: LineClient, _ command: String) throws -> [String] {
    #expect(try client.ask(command).hasPrefix("+OK"))
    return try client.block()
  }

  /// RFC 1939 §5, §7: counts and numbers, marks, TOP to the line.
  @Test func listings() async throws {
    let office = try await TestOffice.start()
    try await Self.put((1...3).map(Self.letter), office)
    let port = office.pop3Port
    let size = Self.letter(1).utf8.count
    try await onThread {
      let client = try Self.logIn(port)
      #expect(try client.ask("STAT") == "+OK 3 \(3 * size)")
      #expect(try Self.listing(client, "LIST") == (1...3).map { "\($0) \(size)" })
      let ids = try Self.listing(client, "UIDL")
      #expect(Set(ids.map { $0.split(separator: " ")[1] }).count == 3)
      #expect(try client.ask("UIDL 2") == "+OK \(ids[1])")
      #expect(try client.ask("LIST 3") == "+OK 3 \(size)")
      #expect(try client.ask("RETR 2") == "+OK \(size) octets")
      #expect(try client.block().joined(separator: "\r\n") + "\r\n" == Self.letter(2))
      for (lines, expected) in [(0, 3), (1, 4), (2, 5), (3, 6), (4, 7), (5, 7), (2_147_483_647, 7)] {
        #expect(try Self.listing(client, "TOP 1 \(lines)").count == expected, "TOP 1 \(lines)")
      }
      #expect(try client.ask("DELE 2").hasPrefix("+OK"))
      #expect(try client.ask("DELE 2").hasPrefix("-ERR"))
      #expect(try client.ask("RETR 2").hasPrefix("-ERR"))
      #expect(try client.ask("TOP 2 0").hasPrefix("-ERR"))
      #expect(try client.ask("LIST 2").hasPrefix("-ERR"))
      #expect(try client.ask("UIDL 2").hasPrefix("-ERR"))
      #expect(try client.ask("STAT") == "+OK 2 \(2 * size)")
      #expect(try Self.listing(client, "LIST") == ["1 \(size)", "3 \(size)"])
      #expect(try client.ask("RSET").hasPrefix("+OK"))
      #expect(try client.ask("STAT") == "+OK 3 \(3 * size)")
      #expect(try client.ask("QUIT").hasPrefix("+OK"))
    }
    #expect(try await office.inbox(office.account).count == 3)
    await office.stop()
  }

  /// Marks act at QUIT only: not when the connection drops, half-closes or is closed by the server.
  @Test func deletion() async throws {
    let office = try await TestOffice.start()
    try await Self.put((1...4).map(Self.letter), office)
    let port = office.pop3Port
    try await onThread {
      let dropped = try Self.logIn(port)
      #expect(try dropped.ask("DELE 1").hasPrefix("+OK"))
      dropped.reset()
      let ended = try Self.logIn(port)
      try ended.send("DELE 2\r\nQUI")
      ended.endSending()
      #expect(try ended.rest().count == 1)
      let pipelined = try Self.logIn(port)
      try pipelined.send("DELE 3\r\nDELE 4\r\nQUIT\r\n")
      #expect(try pipelined.rest().count == 3)
    }
    #expect(try await office.inbox(office.account) == [Self.letter(1), Self.letter(2)])
    await office.stop()
  }

  /// One id per message for life: other deletions, a restart, a move out of INBOX and back.
  @Test func uniqueIDs() async throws {
    var office = try await TestOffice.start()
    try await Self.put((1...4).map(Self.letter), office)
    var port = office.pop3Port
    let before = try await onThread { [port] in
      let client = try Self.logIn(port)
      let ids = try Self.listing(client, "UIDL").map { $0.split(separator: " ")[1] }
      _ = try client.ask("DELE 1")
      #expect(try client.ask("QUIT").hasPrefix("+OK"))
      return ids
    }
    let inbox = try await office.store.mailbox(named: "INBOX", of: office.account)
    let archive = try await office.store.mailbox(named: "Archive", of: office.account)
    let open = try await office.store.open(inbox.id, of: office.account, claimRecent: false)
    let away = try await office.store.move([open.state.table[1].uid], from: open, to: archive.id)
    let there = try await office.store.open(archive.id, of: office.account, claimRecent: false)
    _ = try await office.store.move(away.destination, from: there, to: inbox.id)
    await office.halt()
    office = try await TestOffice.start(folder: office.folder)
    port = office.pop3Port
    let after = try await onThread { [port] in
      try Self.listing(try Self.logIn(port), "UIDL").map { $0.split(separator: " ")[1] }
    }
    #expect(after == [before[1], before[3], before[2]])
    // What is deleted gives its id to nobody.
    try await Self.put([Self.letter(5)], office)
    let last = try await onThread { [port] in
      try Self.listing(try Self.logIn(port), "UIDL").map { $0.split(separator: " ")[1] }.last
    }
    #expect(last.map { !before.contains($0) } == true)
    await office.stop()
  }

  /// What IMAP does in the meantime: the snapshot keeps its numbers, a message that is gone is an error, QUIT works.
  @Test func otherSessions() async throws {
    let office = try await TestOffice.start()
    try await Self.put((1...3).map(Self.letter), office)
    let port = office.pop3Port
    let client = try await onThread { Held(try Self.logIn(port)) }
    let inbox = try await office.store.mailbox(named: "INBOX", of: office.account)
    let open = try await office.store.open(inbox.id, of: office.account, claimRecent: false)
    let first = open.state.table[0].uid
    _ = try await office.store.setFlags(FlagChange(uids: [first], mode: .add, flags: .deleted), in: open)
    _ = try await office.store.expunge([first], in: open)
    try await Self.put([Self.letter(4)], office)
    try await onThread {
      let pop = client.client
      #expect(try pop.ask("STAT").hasPrefix("+OK 3 "))
      // RFC 1939 §4: the maildrop as it was; or, once the store has let go of the message, a plain error.
      let answer = try pop.ask("RETR 1")
      if answer.hasPrefix("+OK") {
        #expect(try pop.block().contains("Subject: 1"))
      } else {
        #expect(answer == "-ERR The message was removed by another session")
      }
      #expect(try Self.listing(pop, "RETR 2").contains("Subject: 2"))
      _ = try pop.ask("DELE 1")
      _ = try pop.ask("DELE 3")
      #expect(try pop.ask("QUIT").hasPrefix("+OK"))
    }
    #expect(try await office.inbox(office.account) == [Self.letter(2), Self.letter(4)])
    await office.stop()
  }

  /// Two sessions at once: each has its snapshot, and both may delete the same message.
  @Test func twoAtOnce() async throws {
    let office = try await TestOffice.start()
    try await Self.put((1...2).map(Self.letter), office)
    let port = office.pop3Port
    try await onThread {
      let (one, two) = (try Self.logIn(port), try Self.logIn(port))
      for client in [one, two] { #expect(try client.ask("DELE 1").hasPrefix("+OK")) }
      for client in [one, two] { #expect(try client.ask("QUIT").hasPrefix("+OK")) }
    }
    #expect(try await office.inbox(office.account) == [Self.letter(2)])
    await office.stop()
  }

  /// A thousand messages in one packet of commands, each once and in order.
  @Test func pipelined() async throws {
    let office = try await TestOffice.start()
    try await Self.put((1...1_000).map(Self.letter), office)
    let port = office.pop3Port
    try await onThread {
      let client = try Self.logIn(port)
      try client.send((1...1_000).map { "RETR \($0)\r\n" }.joined())
      for number in 1...1_000 {
        #expect(try client.line()?.hasPrefix("+OK ") == true)
        #expect(try client.block().first == "Subject: \(number)")
      }
      #expect(try client.ask("QUIT").hasPrefix("+OK"))
    }
    await office.stop()
  }

  /// Before TLS no name or password is taken, and none of it is [AUTH] (RFC 3206 §5, RFC 2595 §4).
  @Test func logInNeedsTLS() async throws {
    let office = try await TestOffice.start(plaintextLogIn: false)
    let port = office.pop3Port
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.line()
      let capabilities = try Self.listing(client, "CAPA")
      #expect(capabilities.contains("STLS"))
      #expect(!capabilities.contains { $0.hasPrefix("USER") || $0.hasPrefix("SASL") })
      for line in ["USER user@example.test", "PASS x", "AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U="] {
        #expect(try client.ask(line) == "-ERR Use STLS before logging in")
      }
      // Commands behind STLS could be somebody else's.
      try client.send("STLS\r\nCAPA\r\n")
      #expect(try client.rest().count == 1)
    }
    await office.stop()
  }
}

/// A client that goes from one thread to the next.
// SAFETY: one thread at a time uses it, each after the one before has ended.
private final class Held: @unchecked Sendable {
  let client: LineClient
  init(_ client: LineClient) { self.client = client }
}
