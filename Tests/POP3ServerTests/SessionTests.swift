import Directory
import POP3Server
import ServiceKit
import Store
import Testing

@Suite("POP3 sessions over TCP")
struct SessionTests {
  private static func raw(_ text: String, into office: TestOffice) async throws {
    try await MaildropTests.put([text], office)
  }

  /// RFC 1939 §11: LIST and STAT say what RETR sends, also of what an IMAP client stored with bare CR or LF or without a last line end.
  @Test func sizesAreWhatIsSent() async throws {
    let office = try await TestOffice.start()
    let texts = [
      "Subject: a\r\n\r\nwhole\r\n", "Subject: b\n\nbare\nlines\n", "Subject: c\r\n\r\nno end",
      "Subject: d\r\r\n\r\ncr\r",
      "Subject: e\r\n\r\n.dot\n..\n.", "\n", "x",
      "Subject: f\r\n\r\n" + String(repeating: "long line \n", count: 20_000),
      "Subject: مرحبا\r\nFrom: آمال <amal@example.org>\r\n\r\nنص\r\n", "Subject: مرحبا\nTo: x@example.org\n\nbare\nنص",
      "From: \u{627}@\u{628}.example\r\nSubject: x\r\n\r\n" + String(repeating: "body\r\n", count: 40_000),
    ]
    for text in texts { try await Self.raw(text, into: office) }
    let port = office.pop3Port
    for utf8 in [false, true] {
      try await onThread {
        let client = try PopClient(port, utf8: utf8)
        let listed = try client.sizes()
        var sum = 0
        for (number, size) in listed {
          #expect(try client.line.ask("RETR \(number)") == "+OK \(size) octets")
          let lines = try client.line.block()
          let got = lines.reduce(0) { $0 + $1.utf8.count + 2 }
          #expect(got == size, "message \(number), UTF8 \(utf8)")
          let head = lines.prefix { !$0.isEmpty }.joined(separator: "\n")
          if number > 8 {
            #expect(head.unicodeScalars.contains { $0.value > 127 } == utf8, "message \(number)")
          }
          sum += size
        }
        #expect(try client.line.ask("STAT") == "+OK \(listed.count) \(sum)")
        #expect(try client.line.ask("LIST 2") == "+OK 2 \(listed[1].size)")
        // TOP of the downgraded form, its header in ASCII.
        #expect(try client.line.ask("TOP 9 0").hasPrefix("+OK"))
        let top = try client.line.block().joined(separator: "\n")
        #expect(top.unicodeScalars.contains { $0.value > 127 } == utf8)
      }
    }
    // The same ids in both modes.
    let ids = try await onThread {
      [try PopClient(port).ids().map(\.id), try PopClient(port, utf8: true).ids().map(\.id)]
    }
    #expect(ids[0] == ids[1])
    await office.stop()
  }

  /// RFC 1939 §4: the exclusive lock, by option; given back by QUIT and by a lost connection.
  @Test func exclusive() async throws {
    let office = try await TestOffice.start(popSettings: { $0.isExclusive = true })
    try await Self.raw("Subject: a\r\n\r\n", into: office)
    let port = office.pop3Port
    try await onThread {
      let first = try PopClient(port)
      for _ in 0..<2 {
        do {
          _ = try PopClient(port)
          Issue.record("two sessions")
        } catch { #expect("\(error)".hasPrefix("-ERR [IN-USE] ")) }
      }
      // Another account is another maildrop.
      try PopClient(port, user: "other").quit()
      // The lock is free when QUIT is answered, whether the client closes or not.
      try first.quit()
      let next = try PopClient(port)
      _ = try next.retrieve(1)
      try next.quit()
      try PopClient(port).quit()
      _ = try first.line.rest()
    }
    await office.untilNobodyIsHere()
    try await onThread {
      let second = try PopClient(port)
      second.line.reset()
    }
    await office.untilNobodyIsHere()
    try await onThread { _ = try PopClient(port).quit() }
    await office.stop()
  }

  /// RFC 1939 §3: the autologout removes nothing and says nothing.
  @Test func autologout() async throws {
    let office = try await TestOffice.start(popSettings: { $0.patience = 1 })
    try await Self.raw("Subject: a\r\n\r\n", into: office)
    let port = office.pop3Port
    try await onThread {
      let client = try PopClient(port)
      try client.delete(1)
      #expect(try client.line.rest() == [])
    }
    #expect(try await office.inbox(office.account).count == 1)
    await office.stop()
  }

  /// RFC 2449 §6.5, §8.1.1.
  @Test func logInDelay() async throws {
    let place = try await POPOffice.start(popSettings: { $0.logInDelay = 60 })
    let port = place.port
    try await onThread {
      let client = try PopClient(port)
      _ = try client.line.ask("CAPA")
      #expect(try client.line.block().contains("LOGIN-DELAY 60"))
      do {
        _ = try PopClient(port)
        Issue.record("too soon")
      } catch { #expect("\(error)".hasPrefix("-ERR [LOGIN-DELAY] ")) }
    }
    place.clock.advance(seconds: 60)
    try await onThread { _ = try PopClient(port).quit() }
    await place.office.stop()
  }

  /// Only a log-in that succeeds delays the next.
  @Test func whatIsInUseDelaysNobody() async throws {
    let place = try await POPOffice.start(popSettings: {
      $0.logInDelay = 60
      $0.isExclusive = true
    })
    let (port, clock) = (place.port, place.clock)
    try await onThread {
      let first = try PopClient(port)
      clock.advance(seconds: 60)
      do {
        _ = try PopClient(port)
        Issue.record("two sessions")
      } catch { #expect("\(error)".hasPrefix("-ERR [IN-USE] ")) }
      try first.quit()
      _ = try PopClient(port).quit()
    }
    await place.office.stop()
  }

  /// APOP: off unless allowed; then for devices that were made for it, with or without the dashes of their password.
  @Test func digestLogIn() async throws {
    let office = try await TestOffice.start(popSettings: { $0.allowsAPOP = true })
    let old = try await office.directory.addDevice("old", to: "user@example.test", apop: true)
    let new = try await office.directory.addDevice("new", to: "user@example.test")
    let port = office.pop3Port
    try await onThread {
      for (password, isRight) in [
        (old.password, true), (old.password.replacingDashes, true), (new.password, false), ("correct horse", false),
      ] {
        let client = try LineClient(port: port)
        let greeting = try client.line() ?? ""
        let stamp = greeting.split(separator: " ").last.map(String.init) ?? ""
        #expect(stamp.hasPrefix("<") && stamp.hasSuffix("@mail.example.test>"))
        let answer = try client.ask("APOP user@example.test \(MD5.hex(stamp + password))")
        #expect(answer.hasPrefix(isRight ? "+OK" : "-ERR [AUTH]"))
      }
    }
    // Taken away with the device.
    try await office.directory.removeDevice("old", from: "user@example.test")
    #expect(
      office.directory.logIn(name: "user@example.test", digest: [], timestamp: "", peer: "") == .refused)
    await office.stop()
  }

  /// A client that never reads is cut without harm: nothing is removed, others go on.
  @Test func aClientThatNeverReads() async throws {
    let office = try await TestOffice.start(netSettings: { $0.stallLimit = .seconds(1) })
    for number in 0..<4 {
      try await Self.raw(
        "Subject: \(number)\r\n\r\n" + String(repeating: "0123456789\r\n", count: 400_000), into: office)
    }
    let port = office.pop3Port
    try await onThread {
      let client = try PopClient(port)
      try client.line.send("DELE 1\r\nRETR 2\r\nRETR 3\r\nRETR 4\r\nQUIT\r\n")
      let other = try PopClient(port)
      #expect(try other.count() == 4)
      try other.quit()
      // Not read until the server has given up.
      while office.connections > 0 {}
      withExtendedLifetime(client) {}
    }
    #expect(try await office.inbox(office.account).count == 4)
    await office.stop()
  }

  struct Order: Sendable, CustomTestStringConvertible {
    var change: String
    var moment: Int
    var testDescription: String { "\(change) at \(moment)" }
  }

  static let orders = ["delete", "move", "append", "flag"].flatMap { change in
    (0...3).map { Order(change: change, moment: $0) }
  }

  /// An IMAP session deletes, moves, appends or flags before STAT, after RETR, after DELE and before QUIT: POP3 keeps its snapshot.
  @Test(arguments: orders)
  func besideIMAP(_ order: Order) async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("pc") { $0.marksSeen = true }
    try await place.deliver(["1", "2", "3"])
    let (port, imapPort) = (place.port, place.office.imapPort)
    try await onThread {
      let imap = try LineClient(port: imapPort)
      _ = try imap.line()
      let tell: (String) throws -> Void = { command in
        try imap.send("t \(command)\r\n")
        while let line = try imap.line(), !line.hasPrefix("t ") {}
      }
      try tell("LOGIN user@example.test \"correct horse\"")
      try tell("SELECT INBOX")
      let act: (Int) throws -> Void = { moment in
        guard moment == order.moment else { return }
        switch order.change {
        case "delete":
          try tell("STORE 2 +FLAGS (\\Deleted)")
          try tell("EXPUNGE")
        case "move": try tell("MOVE 2 Archive")
        case "flag": try tell("STORE 2 +FLAGS (\\Flagged)")
        default:
          let text = "Subject: 4\r\n\r\nx\r\n"
          try imap.send("t APPEND INBOX {\(text.utf8.count)}\r\n")
          _ = try imap.line()
          try imap.send(text + "\r\n")
          while let line = try imap.line(), !line.hasPrefix("t ") {}
        }
      }
      let pop = try PopClient(port, device)
      try act(0)
      #expect(try pop.count() == 3)
      let ids = try pop.ids()
      _ = try pop.retrieve(2)
      try act(1)
      #expect(try pop.retrieve(3)?.contains("Subject: 3") == true)
      try pop.delete(2)
      try act(2)
      #expect(try pop.ids().map(\.id) == [ids[0].id, ids[2].id])
      try pop.delete(3)
      try act(3)
      #expect(try pop.quit().hasPrefix("+OK"))
      let again = try PopClient(port, device)
      let left = try again.ids()
      #expect(left[0].id == ids[0].id)
      #expect(left.count == (order.change == "append" ? 2 : 1))
    }
    #expect(try await place.subjects() == (order.change == "append" ? ["1", "4"] : ["1"]))
    // What IMAP has put elsewhere is not POP's to remove.
    #expect(try await place.subjects("Archive") == (order.change == "move" ? ["2"] : []))
    await place.office.stop()
  }

  /// Adds messages as an import does, with the ids that they had elsewhere.
  private static func take(_ ids: [String], into office: TestOffice) async throws {
    let target = try await office.store.mailbox(named: "INBOX", of: office.account)
    var items: [AppendItem] = []
    for id in ids {
      let spool = office.store.spool()
      Array("Subject: \(id)\r\n\r\n".utf8).withUnsafeBytes { spool.append($0) }
      var item = AppendItem(message: try await spool.finish(), internalDate: 0)
      item.uniqueID = id
      items.append(item)
    }
    let mark = ImportMark(key: Array("key".utf8))
    _ = try await office.store.append(items, to: target.id, of: office.account, mark: mark)
  }

  private static func ids(_ office: TestOffice) async throws -> [String] {
    let port = office.pop3Port
    return try await onThread { try PopClient(port).ids().map(\.id) }
  }

  /// Ids that came with imported mail are kept, and no other message ever gets the same.
  @Test func importedIDs() async throws {
    var office = try await TestOffice.start()
    for number in 0..<3 { try await Self.raw("Subject: \(number)\r\n\r\n", into: office) }
    let own = try await Self.ids(office)
    let next = (Int64(own[2].dropFirst(), radix: 36) ?? 0) + 1
    let future = (0..<4).map { "b" + String(next + $0, radix: 36) }
    let long = String(repeating: "x", count: 70)
    // Ours by themselves, in any order; ahead of the counter's last generation; as other servers make them.
    let good = [
      future[3], "UID7-1234567890", future[0], long, "b" + String((1 << 40) + 3 as Int64, radix: 36), "b01", "b",
    ]
    try await Self.take(good, into: office)
    let bad = [
      own[1], "UID7-1234567890", future[3], "bad id", long + "x", "", "é", "b" + String(Int64.max, radix: 36),
    ]
    try await Self.take(bad, into: office)
    try await Self.raw("Subject: 3\r\n\r\n", into: office)
    // A second import of ids like ours.
    try await Self.take([future[1], future[0]], into: office)
    let before = try await Self.ids(office)
    #expect(before.count == 21 && Set(before).count == 21)
    #expect(Array(before[..<3]) == own && Array(before[3..<10]) == good)
    #expect(bad.allSatisfy { id in !before[10..<18].contains(id) })
    #expect(before[19] == future[1] && before[20] != future[0])
    await office.halt()
    office = try await TestOffice.start(folder: office.folder)
    #expect(try await Self.ids(office) == before)
    // Not even when its message is gone for good.
    let port = office.pop3Port
    try await onThread {
      let client = try PopClient(port)
      for number in [4, 5] { try client.delete(number) }
      try client.quit()
    }
    #expect(try await office.store.purgeDeleted(.all, of: office.account) == 2)
    try await Self.take(["UID7-1234567890", future[3], future[2]], into: office)
    let after = try await Self.ids(office)
    #expect(Array(after[..<19]) == Array(before[..<3] + before[5...]))
    #expect(Set(after).union(before).count == 24 && after[21] == future[2])
    await office.stop()
  }

  /// Policies and devices' secrets are still there after a restart.
  @Test func policiesLast() async throws {
    var place = try await POPOffice.start()
    _ = try await place.device("pc") {
      $0.keeping = .afterArrival(days: 15)
      $0.folder = "Archive = و"
      $0.onlyNew = true
    }
    try await place.policy {
      $0.isGroup = true
      $0.deletion = .archive
    }
    let rules = try place.office.directory.popRules(of: place.address).rules
    await place.office.halt()
    place = try await POPOffice.start(folder: place.office.folder, clock: place.clock)
    #expect(try place.office.directory.popRules(of: place.address).rules == rules)
    #expect(rules.fewestDays == 15 && rules.account.deletion == .archive)
    #expect(place.office.directory.snapshot.popAccounts == [place.office.account.raw])
    await place.office.stop()
  }
}

extension String {
  fileprivate var replacingDashes: String { filter { $0 != "-" } }
}
