import Directory
import ServiceKit
import Store
import Testing

/// What was taken away ends who is here already: a session does nothing more and is sent away at once.
@Suite("IMAP: revoked sessions", .timeLimit(.minutes(5)))
struct RevocationTests {
  private static let address = "user@\(TestOffice.domain)"
  private static let goodbye = "* BYE You are no longer logged in: your password was changed or removed"

  /// In the selected state, in IDLE, with NOTIFY, before SELECT and amid an APPEND; other devices and the account's password go on.
  @Test func removedDevice() async throws {
    let office = try await TestOffice.start()
    let phone = try await office.directory.addDevice("phone", to: Self.address).password
    let laptop = try await office.directory.addDevice("laptop", to: Self.address).password
    let port = office.imapPort
    let lost = try await Held.clients(port, laptop, Self.states)
    let kept = try await Held.clients(port, phone, Self.states)
    let own = try await Held.clients(port, TestOffice.password, Self.states)
    #expect(try await office.directory.removeDevice("laptop", from: Self.address) == Self.states.count)
    try await onThread {
      for client in lost.clients { #expect(try client.rest() == [Self.goodbye]) }
      for client in kept.clients + own.clients { try Self.goesOn(client) }
      let again = try LineClient(port: port)
      _ = try again.line()
      try again.send("l LOGIN \(Self.address) \(laptop)\r\n")
      #expect(try again.line()?.hasPrefix("l NO [AUTHENTICATIONFAILED]") == true)
    }
    let count = Self.states.count
    #expect(office.log.lines("device removed", "device=2", "sessions=\(count)").count == 1)
    // What those that go on had begun to append.
    #expect(try await office.inbox(office.account).count == 2)
    await office.stop()
  }

  /// Those that came by the old password; a session that logs in anew counts by what it came in with last.
  @Test func changedPassword() async throws {
    let office = try await TestOffice.start()
    let phone = try await office.directory.addDevice("phone", to: Self.address).password
    let port = office.imapPort
    let own = try await Held.clients(port, TestOffice.password, Self.states)
    let kept = try await Held.clients(port, phone, Self.states)
    let changed = try await Held.clients(
      port, TestOffice.password, [["UNAUTHENTICATE", "LOGIN \(Self.address) \(phone)"]])
    #expect(try await office.directory.setPassword(Self.address, Array("another horse".utf8)) == Self.states.count)
    try await onThread {
      for client in own.clients { #expect(try client.rest() == [Self.goodbye]) }
      for client in kept.clients + changed.clients { try Self.goesOn(client) }
    }
    let new = try await Held.clients(port, "another horse", Self.states)
    try await onThread { for client in new.clients { try Self.goesOn(client) } }
    #expect(office.log.lines("password changed", "sessions=\(Self.states.count)").count == 1)
    await office.stop()
  }

  /// All sessions of the account, and others' that have one of its mailboxes selected; these others' own mailboxes are untouched.
  @Test func closedAccount() async throws {
    let office = try await TestOffice.start()
    let phone = try await office.directory.addDevice("phone", to: Self.address).password
    let port = office.imapPort
    let shared = "SELECT \"Other Users/\(Self.address)/INBOX\""
    let sharing = try await Held.clients(port, phone, [["SETACL INBOX other lr"]])
    let notify = "NOTIFY SET (SELECTED (MessageNew MessageExpunge)) (SUBTREE \"Other Users\" (MessageNew))"
    let guests = try await Held.clients(
      port, TestOffice.password, user: "other", [[shared], [shared, "IDLE"], [shared, notify]])
    let others = try await Held.clients(
      port, TestOffice.password, user: "other", [[shared, "SELECT INBOX"], [shared, "UNSELECT"]])
    let own = try await Held.clients(port, TestOffice.password, Self.states)
    #expect(try await office.directory.removeAccount(Self.address).sessionsEnded == Self.states.count + 4)
    try await onThread {
      for client in sharing.clients + own.clients { #expect(try client.rest() == [Self.goodbye]) }
      for client in guests.clients { #expect(try client.rest() == ["* BYE The selected mailbox was deleted"]) }
      for client in others.clients { try Self.goesOn(client) }
    }
    await office.stop()
  }

  /// Nothing of the rest of a long answer is sent: BYE between two messages, no word within one.
  @Test(arguments: [(count: 200, size: 200_000), (count: 2, size: 30_000_000)])
  func amidFetch(_ letters: (count: Int, size: Int)) async throws {
    let office = try await TestOffice.start()
    let laptop = try await office.directory.addDevice("laptop", to: Self.address).password
    let line = String(repeating: "x", count: 998) + "\r\n"
    let text = "Subject: long\r\n\r\n" + String(repeating: line, count: letters.size / line.utf8.count)
    let target = try await office.store.mailbox(named: "INBOX", of: office.account)
    for _ in 0..<letters.count {
      let spool = office.store.spool()
      Array(text.utf8).withUnsafeBytes { spool.append($0) }
      let item = AppendItem(message: try await spool.finish(), internalDate: 0)
      _ = try await office.store.append([item], to: target.id, of: office.account)
    }
    let held = try await Held.clients(office.imapPort, laptop, [["SELECT INBOX"]])
    try await onThread {
      try held.clients[0].send("f FETCH 1:* (UID BODY.PEEK[])\r\n")
      #expect(try held.clients[0].line()?.hasPrefix("* 1 FETCH (") == true)
    }
    #expect(try await office.directory.removeDevice("laptop", from: Self.address) == 1)
    try await onThread {
      let rest = try held.clients[0].rest()
      let octets = rest.reduce(0) { $0 + $1.utf8.count + 2 }
      #expect(octets < letters.count * text.utf8.count * 3 / 4)
      #expect(!rest.contains { $0.hasPrefix("f ") })
      if letters.count > 2 {
        #expect(rest.last == Self.goodbye)
        #expect(rest.dropLast().last == ")")
      } else {
        #expect(!rest.contains { $0.hasPrefix("* BYE") })
      }
    }
    await office.untilNobodyIsHere()
    await office.stop()
  }

  /// A device's end comes by itself: at its next command, and for who waits at the next look.
  @Test func expiredDevice() async throws {
    let clock = TestClock()
    let office = try await TestOffice.start(now: clock.now)
    let week = try await office.directory.addDevice(
      "week", to: Self.address, scope: .all, expiresAt: clock.now() + 7 * 86_400
    ).password
    let held = try await Held.clients(office.imapPort, week, [["SELECT INBOX"], ["SELECT INBOX", "IDLE"]])
    office.directory.endExpired()
    clock.advance(days: 7)
    try await onThread {
      try held.clients[0].send("n NOOP\r\n")
      #expect(try held.clients[0].rest() == [Self.goodbye])
    }
    office.directory.endExpired()
    let rest = try await onThread { try held.clients[1].rest() }
    #expect(rest == [Self.goodbye])
    #expect(office.log.lines("device expired").count == 1)
    await office.stop()
  }

  /// Log-ins and the device's end at the same time: whoever was let in is sent away.
  @Test func race() async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    for round in 0..<12 {
      let password = try await office.directory.addDevice("lap\(round)", to: Self.address).password
      let held = try await onThread { try Held((0..<10).map { _ in try LineClient(port: port) }) }
      async let logIns: Void = onThread {
        for client in held.clients { try client.send("l LOGIN \(Self.address) \(password)\r\n") }
      }
      // Early in some rounds, late in others.
      for _ in 0..<round * 20 { await Task.yield() }
      _ = try await office.directory.removeDevice("lap\(round)", from: Self.address)
      try await logIns
      try await onThread {
        for client in held.clients {
          // Sending to who has hung up already may fail.
          try? client.send("s SELECT INBOX\r\n")
          client.endSending()
          let answers = try client.rest()
          #expect(!answers.contains { $0.hasPrefix("s OK") })
        }
      }
    }
    await office.stop()
  }

  /// What a client has done when its right ends: what follows the log-in.
  private static let states = [
    [], ["SELECT INBOX"], ["EXAMINE INBOX", "IDLE"], ["NOTIFY SET (PERSONAL (MessageNew MessageExpunge))"],
    ["ENABLE IMAP4rev2", "SELECT INBOX", "APPEND INBOX {1000}"],
  ]

  /// The session is as it was.
  private static func goesOn(_ client: LineClient) throws {
    // What an APPEND under way wants, and what ends IDLE.
    try client.send("DONE\r\n" + String(repeating: "x", count: 994) + "\r\nn NOOP\r\n")
    while let line = try client.line() {
      if line.hasPrefix("n OK") { return }
      #expect(!line.hasPrefix("* BYE"))
    }
    Issue.record("the session was ended")
  }
}

/// Clients that a test hands from one thread to the next.
/// SAFETY: never used by two at once.
private final class Held: @unchecked Sendable {
  let clients: [LineClient]
  init(_ clients: [LineClient]) { self.clients = clients }

  /// A client for each list of commands, logged in, each command answered.
  static func clients(
    _ port: Int, _ password: String, user: String = "user", _ commands: [[String]]
  ) async throws -> Held {
    try await onThread {
      Held(
        try commands.map { commands in
          let client = try LineClient(port: port)
          _ = try client.line()
          let logIn = "LOGIN \(user)@\(TestOffice.domain) \"\(password)\""
          for command in [logIn] + commands {
            try client.send("t \(command)\r\n")
            while let line = try client.line(), !line.hasPrefix("t ") && !line.hasPrefix("+") {}
          }
          return client
        })
    }
  }
}
