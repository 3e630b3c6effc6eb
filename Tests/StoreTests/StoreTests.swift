import Testing

@testable import Store

@Suite struct StoreTests {
  @Test func aNewAccountHasItsMailboxes() async throws {
    let fixture = try await Fixture()
    let all = try await fixture.store.mailboxes(of: Fixture.account)
    #expect(all.map(\.name) == ["INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"])
    #expect(all.map(\.role) == [.inbox, .archive, .drafts, .junk, .sent, .trash])
    #expect(all.allSatisfy { $0.isSubscribed && $0.isSelectable && !$0.hasChildren })
    #expect(Set(all.map(\.uidValidity)).count == 6)
    #expect(try await fixture.store.mailbox(named: "inBox", of: Fixture.account).name == "INBOX")
    await #expect(throws: StoreFault.accountExists) { try await fixture.store.createAccount(Fixture.account) }
    await #expect(throws: StoreFault.noSuchAccount) { try await fixture.store.mailboxes(of: AccountID(raw: 9)) }
  }

  @Test func deliveredMailIsThereAndStaysThere() async throws {
    let fixture = try await Fixture()
    let outcome = try await fixture.deliver("Subject: 1\r\n\r\nOne", trace: "Return-Path: <s@x>\r\n")
    guard case .filed(_, let uid) = outcome.fates[0] else {
      Issue.record("\(outcome.fates)")
      return
    }
    #expect(uid == 1)
    try await fixture.deliver("Subject: 2\r\n\r\nTwo")
    let expected: [UID: String] = [1: "Return-Path: <s@x>\r\nSubject: 1\r\n\r\nOne", 2: "Subject: 2\r\n\r\nTwo"]
    #expect(try await fixture.texts() == expected)
    try await fixture.reopen()
    #expect(try await fixture.texts() == expected)
    let state = try await fixture.inbox().state
    #expect(state.uidNext == 3)
    #expect(state.table.records.map(\.item) == [1, 2])
    let derived = try await fixture.store.derived(
      state.table.records.map(\.email) + [EmailID(raw: 99)], of: Fixture.account)
    #expect(derived[0]?.subject == "م")
    #expect(derived[0]?.threadKeys == ["a@x", "b@x"])
    #expect(derived[1]?.sentAt == 17)
    #expect(derived[2] == nil)
  }

  @Test func anOpenMailboxHearsOfNewMail() async throws {
    let fixture = try await Fixture()
    let mailbox = try await fixture.inbox()
    let before = mailbox.state
    await confirmation { heard in
      let subscription = mailbox.subscribe { heard() }
      do { try await fixture.deliver("x") } catch { Issue.record(error) }
      subscription.cancel()
      do { try await fixture.deliver("y") } catch { Issue.record(error) }
    }
    let changes = mailbox.state.table.changes(since: before.table)
    #expect(changes.addedFrom == 0)
    #expect(mailbox.state.uidNext == 3)
    #expect(mailbox.state.highestModseq > before.highestModseq)
  }

  @Test(arguments: [0, 1, 16_384, 16_385, 131_072, 131_073, 400_000, 1_000_000])
  func everySizeComesBackBitForBit(_ size: Int) async throws {
    let fixture = try await Fixture()
    let bodies = [
      noise(size), [UInt8](repeating: 65, count: size),
      Array(noise(size / 2)) + [UInt8](repeating: 0, count: size - size / 2),
    ]
    let trace = Array("Received: by x\r\n".utf8)
    for body in bodies {
      let message = try await fixture.spooled(body)
      #expect(message.size == size)
      #expect(message.withBytes { [UInt8]($0) } == body)
      _ = try await fixture.store.deliver(
        message, trace: trace, sender: "", to: [DeliveryRecipient(account: Fixture.account)])
    }
    try await fixture.reopen()
    let emails = try await fixture.inbox().state.table.records.map(\.email)
    for (email, body) in zip(emails, bodies) {
      let whole = trace + body
      #expect(try await fixture.store.content(email, of: Fixture.account) == whole)
      for range in [0..<10, 5..<20, 16_380..<16_390, 131_070..<131_100, 0..<Int.max, 300_000..<300_001, 5..<5] {
        let part = try await fixture.store.content(email, of: Fixture.account, range: range)
        #expect(part == Array(whole[range.clamped(to: 0..<whole.count)]))
      }
    }
    let all = try await fixture.store.contents(emails, of: Fixture.account, limit: .max)
    #expect(all == bodies.map { trace + $0 })
    #expect(try await fixture.store.contents(emails, of: Fixture.account, limit: 0).count == 1)
  }

  @Test func theSameContentIsKeptOnce() async throws {
    let fixture = try await Fixture(accounts: [1, 2, 3])
    let body = String(repeating: "x", count: 10_000)
    try await fixture.deliver(body, to: [1, 2, 3], trace: "Received: 1\r\n")
    let once = try fixture.segmentLength()
    try await fixture.deliver(body, to: [1, 2, 3], sender: "other", trace: "Received: 1\r\n")
    #expect(try fixture.segmentLength() - once < 1_000)
    for account in [1, 2, 3] as [Int64] { #expect(try await fixture.texts("INBOX", account).count == 2) }
  }

  @Test func flagsAndKeywords() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b", "c"] { try await fixture.deliver(text) }
    let mailbox = try await fixture.inbox()
    let store = fixture.store
    var result = try await store.setFlags(
      FlagChange(uids: [3, 1, 77], mode: .add, flags: [.seen, .flagged], keywords: ["$Later"]), in: mailbox)
    #expect(result.modified.isEmpty)
    #expect(mailbox.state.keywords == ["$Later"])
    #expect(
      mailbox.state.table.records.map(\.flags) == [
        [.seen, .flagged, .keyword(0)], [], [.seen, .flagged, .keyword(0)],
      ])
    // Nothing changes: no new modseq.
    result = try await store.setFlags(
      FlagChange(uids: [1], mode: .add, flags: .seen, keywords: ["$LATER"]), in: mailbox)
    #expect(result.modseq == nil)
    let since = mailbox.state.table[0].modseq
    result = try await store.setFlags(
      FlagChange(uids: [1, 2, 3], mode: .remove, flags: .flagged, unchangedSince: since), in: mailbox)
    #expect(result.modified.isEmpty)
    result = try await store.setFlags(
      FlagChange(uids: [1, 2, 3], mode: .replace, flags: .draft, unchangedSince: since), in: mailbox)
    #expect(result.modified == [1, 3])
    #expect(mailbox.state.table.records.map(\.flags) == [[.seen, .keyword(0)], [.draft], [.seen, .keyword(0)]])
    result = try await store.setFlags(
      FlagChange(uids: [1], mode: .remove, flags: [], keywords: ["unknown"]), in: mailbox)
    #expect(mailbox.state.keywords == ["$Later"])
    let state = mailbox.state
    try await fixture.reopen()
    let again = try await fixture.inbox().state
    #expect(again.table.records == state.table.records)
    #expect(again.keywords == state.keywords)
    #expect(again.highestModseq == state.highestModseq)
  }

  @Test func tooManyKeywordsAreRefusedWhole() async throws {
    let fixture = try await Fixture()
    try await fixture.deliver("a")
    let mailbox = try await fixture.inbox()
    let names = (0..<53).map { "k\($0)" }
    _ = try await fixture.store.setFlags(FlagChange(uids: [1], mode: .add, flags: [], keywords: names), in: mailbox)
    #expect(mailbox.state.table[0].flags.keywordIndices == Array(0..<53))
    await #expect(throws: StoreFault.tooManyKeywords) {
      try await fixture.store.setFlags(
        FlagChange(uids: [1], mode: .replace, flags: .seen, keywords: ["new"]), in: mailbox)
    }
    #expect(mailbox.state.table[0].flags.contains(.seen) == false)
  }

  /// RFC 9051 §6.4.7: flags should go along, messages must; and time travel sets mail of many mailboxes aside into one.
  @Test func mailMovesWithoutKeywordsThatHaveNoPlace() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    let moment = clock.now
    clock.advance(60)
    for text in ["a", "b"] { try await fixture.deliver(text) }
    let (inbox, archive) = (try await fixture.inbox(), try await fixture.open("Archive"))
    _ = try await fixture.store.move([2], from: inbox, to: archive.id)
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [1], mode: .add, flags: [], keywords: (0..<53).map { "k\($0)" }), in: inbox)
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [1], mode: .add, flags: .seen, keywords: ["other", "K7"]), in: archive)
    _ = try await fixture.store.copy([1], from: archive, to: inbox.id)
    #expect(inbox.state.table.records.last?.flags == [.seen, .keyword(7)])
    #expect(try await fixture.store.restore(to: moment, newer: "Newer", of: Fixture.account).setAside == 3)
    #expect(try await fixture.texts("Newer").values.sorted() == ["a", "b", "b"])
  }

  @Test func copyKeepsTheEmailMoveKeepsTheItem() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b", "c"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let archive = try await fixture.open("Archive")
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [2], mode: .add, flags: .flagged, keywords: ["x", "y"]), in: inbox)
    _ = try await fixture.store.setFlags(FlagChange(uids: [2], mode: .remove, flags: [], keywords: ["x"]), in: inbox)
    let copied = try await fixture.store.copy([2, 3], from: inbox, to: archive.id)
    #expect(copied.source == [2, 3] && copied.destination == [1, 2])
    #expect(copied.uidValidity == archive.state.uidValidity)
    let before = inbox.state.table.records
    #expect(archive.state.table.records.map(\.email) == before[1...].map(\.email))
    #expect(archive.state.table.records.map(\.item) == [4, 5])
    #expect(archive.state.keywords == ["y"])
    #expect(archive.state.table[0].flags == [.flagged, .keyword(0)])
    let moved = try await fixture.store.move([1, 3, 9], from: inbox, to: archive.id)
    #expect(moved.source == [1, 3] && moved.destination == [3, 4])
    #expect(inbox.state.table.uids == [2])
    #expect(archive.state.table.records.map(\.item) == [4, 5, 1, 3])
    #expect(
      archive.state.table.records.map(\.internalDate)
        == [before[1], before[2], before[0], before[2]].map(\.internalDate))
    #expect(try await fixture.store.vanished(since: 0, in: inbox) == [1...1, 3...3])
    let usage = try await fixture.store.usage(of: Fixture.account)
    #expect(usage.count == 5 && usage.bytes == 5)
    try await fixture.reopen()
    #expect(try await fixture.texts("Archive") == [1: "b", 2: "c", 3: "a", 4: "c"])
    #expect(try await fixture.texts() == [2: "b"])
  }

  @Test func expungeTakesOnlyDeleted() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b", "c", "d"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: [1, 2, 4], mode: .add, flags: .deleted), in: inbox)
    let old = inbox.state.table
    #expect(try await fixture.store.expunge([2, 3], in: inbox) == [2])
    #expect(try await fixture.store.expunge(nil, in: inbox) == [1, 4])
    #expect(try await fixture.store.expunge(nil, in: inbox) == [])
    #expect(inbox.state.table.uids == [3])
    let changes = inbox.state.table.changes(since: old)
    #expect(changes.vanished.map(\.oldIndex) == [0, 1, 3])
    try await fixture.deliver("e")
    #expect(inbox.state.table.uids == [3, 5])
    #expect(try await fixture.store.usage(of: Fixture.account).count == 2)
    try await fixture.reopen()
    #expect(try await fixture.texts() == [3: "c", 5: "e"])
  }

  @Test func popRemovesByItem() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b", "c"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let items = inbox.state.table.records.map(\.item)
    try await fixture.store.remove(items: [items[2], items[0], 999], from: inbox.id, of: Fixture.account)
    #expect(inbox.state.table.uids == [2])
  }

  @Test func appendManyAtOnce() async throws {
    let fixture = try await Fixture()
    let drafts = try await fixture.open("Drafts")
    var items: [AppendItem] = []
    for number in 0..<3 {
      items.append(
        AppendItem(
          message: try await fixture.spooled(Array("draft \(number)".utf8)), flags: [.draft, .seen],
          keywords: ["k\(number)"], internalDate: Int64(number) - 1))
    }
    let result = try await fixture.store.append(items, to: drafts.id, of: Fixture.account)
    #expect(result.uids == [1, 2, 3])
    #expect(drafts.state.table.records.map(\.internalDate) == [-1, 0, 1])
    #expect(drafts.state.table[2].flags == [.draft, .seen, .keyword(2)])
    await #expect(throws: StoreFault.noSuchMailbox) {
      try await fixture.store.append(items, to: MailboxID(raw: 99), of: Fixture.account)
    }
  }

  /// RFC 9051 §9: no FLAGS response could say a keyword that is no atom.
  @Test func keywordsAreAtoms() async throws {
    let fixture = try await Fixture()
    try await fixture.deliver("a")
    let inbox = try await fixture.inbox()
    let words = ["$ok", "", "a b", "foo(", "b{", "c]", "*", "%", "\"q\"", "\\Foo", "ünï", "a\u{7F}", "x[1]", "X-Y.z:/"]
    _ = try await fixture.store.setFlags(FlagChange(uids: [1], mode: .add, flags: [], keywords: words), in: inbox)
    #expect(inbox.state.keywords == ["$ok", "X-Y.z:/"] && inbox.state.table[0].flags == [.keyword(0), .keyword(1)])
  }

  @Test func quotaIsCountedInTheBatch() async throws {
    let fixture = try await Fixture(accounts: [1, 2])
    try await fixture.store.setLimits(bytes: 10, count: nil, of: Fixture.account)
    try await fixture.deliver("123456")
    await #expect(throws: StoreFault.overQuota) { try await fixture.deliver("12345") }
    let both = try await fixture.deliver("12345", to: [1, 2])
    guard case .refused(.overQuota) = both.fates[0], case .filed = both.fates[1] else {
      Issue.record("\(both.fates)")
      return
    }
    let inbox = try await fixture.inbox()
    await #expect(throws: StoreFault.overQuota) { try await fixture.store.copy([1], from: inbox, to: inbox.id) }
    let message = try await fixture.spooled(Array("12345".utf8))
    await #expect(throws: StoreFault.overQuota) {
      try await fixture.store.append([AppendItem(message: message, internalDate: 0)], to: inbox.id, of: Fixture.account)
    }
    try await fixture.store.remove(items: [1], from: inbox.id, of: Fixture.account)
    try await fixture.deliver("12345")
    #expect(
      try await fixture.store.usage(of: Fixture.account) == Usage(bytes: 5, count: 1, byteLimit: 10, countLimit: nil))
  }

  @Test func recentIsForOneSession() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b"] { try await fixture.deliver(text) }
    let id = try await fixture.store.mailbox(named: "INBOX", of: Fixture.account).id
    #expect(try await fixture.store.status(of: id, of: Fixture.account).recent == 2)
    // Who only looks takes nothing.
    #expect(try await fixture.inbox().takeRecent(before: 3) == 1)
    do {
      let first = try await fixture.inbox(claimRecent: true)
      #expect(first.takeRecent(before: 3, isFirst: true) == 1)
      let second = try await fixture.inbox(claimRecent: true)
      #expect(second.takeRecent(before: 3, isFirst: true) == 3)
      try await fixture.deliver("c")
      #expect(try await fixture.store.status(of: id, of: Fixture.account).recent == 1)
      // Whoever is told first.
      #expect(second.takeRecent(before: 4) == 3)
      #expect(first.takeRecent(before: 4) == 4)
      #expect(try await fixture.store.status(of: id, of: Fixture.account).recent == 0)
    }
    try await fixture.deliver("d")
    #expect(try await fixture.store.status(of: id, of: Fixture.account).recent == 1)
    try await fixture.reopen()
    #expect(try await fixture.inbox(claimRecent: true).takeRecent(before: 5, isFirst: true) == 4)
  }

  @Test func removingAnAccountLeavesNothing() async throws {
    let fixture = try await Fixture(accounts: [1, 2])
    try await fixture.deliver("a", to: [1, 2])
    let inbox = try await fixture.inbox()
    try await fixture.store.removeAccount(Fixture.account)
    #expect(inbox.state.isDeleted)
    await #expect(throws: StoreFault.noSuchAccount) { try await fixture.deliver("a") }
    try await fixture.reopen()
    #expect(fixture.store.accounts() == [AccountID(raw: 2)])
    #expect(try await fixture.texts("INBOX", 2) == [1: "a"])
  }

  @Test func aSecondOpenIsRefusedWithOneSentence() async throws {
    let fixture = try await Fixture()
    let fault = #expect(throws: StoreFault.self) { try Fixture.open(fixture.folder, Fixture.options()) }
    guard case .inUse(let sentence) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(sentence.contains(fixture.folder) && sentence.contains("in use"))
    try await fixture.deliver("still works")
  }

  @Test func aClosedStoreSaysSo() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    await store.close()
    await #expect(throws: StoreFault.closed) { try await store.mailboxes(of: Fixture.account) }
    await #expect(throws: StoreFault.closed) { try await store.createMailbox("x", of: Fixture.account) }
  }

  @Test func lanesStayAsManyAsAtFirst() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 3), accounts: [1, 2, 3, 4])
    try await fixture.reopen(Fixture.options(lanes: 1))
    #expect(fixture.store.lanes.count == 3)
    #expect(fixture.store.accounts().count == 4)
  }
}

extension Fixture {
  /// Bytes in all segments of a lane.
  func segmentLength(lane: Int = 0) throws -> Int {
    var sum = 0
    for name in try Folder.names(in: "\(folder)/lane-\(lane)/segments") {
      sum += try Descriptor.open("\(folder)/lane-\(lane)/segments/\(name)", 0).length()
    }
    return sum
  }
}
