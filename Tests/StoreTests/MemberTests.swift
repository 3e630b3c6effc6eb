import Testing

@testable import Store

/// Mailboxes in which each member has an own state (requirement A17).
@Suite("Store: each member's own state")
struct MemberTests {
  static let owner = AccountID(raw: 1)
  static let anna = AccountID(raw: 2)
  static let omar = AccountID(raw: 3)
  static let late = AccountID(raw: 4)

  /// INBOX of account 1 with three messages, read by three members.
  private func office(
    _ options: StoreOptions = Fixture.options(), messages: Int = 3
  ) async throws -> (fixture: Fixture, inbox: MailboxID) {
    let fixture = try await Fixture(options, accounts: [1, 2, 3, 4])
    let inbox = try await fixture.inbox().id
    for who in [Self.anna, Self.omar] { try await share(fixture, inbox, with: who) }
    for number in 0..<messages { try await fixture.deliver("letter \(number + 1)") }
    try await fixture.store.setStateMode(.own, of: inbox, of: Self.owner)
    return (fixture, inbox)
  }

  private func share(_ fixture: Fixture, _ inbox: MailboxID, with who: AccountID) async throws {
    try await fixture.store.setAccess(
      AccessIdentifier(who), .replace([.lookup, .read, .write]), in: inbox, of: Self.owner)
  }

  private func open(_ fixture: Fixture, _ inbox: MailboxID, _ who: AccountID) async throws -> OpenMailbox {
    try await fixture.store.open(inbox, of: Self.owner, for: who, claimRecent: false)
  }

  private func flag(
    _ fixture: Fixture, _ mailbox: OpenMailbox, _ uids: [UID], _ flags: Flags, _ mode: FlagChange.Mode = .add,
    keywords: [String] = []
  ) async throws -> FlagResult {
    try await fixture.store.setFlags(
      FlagChange(uids: uids, mode: mode, flags: flags, keywords: keywords), in: mailbox)
  }

  /// What a member who comes now is shown.
  private func fresh(_ fixture: Fixture, _ inbox: MailboxID, _ who: AccountID) throws -> MailboxState {
    let key = ViewKey(MailboxKey(account: Self.owner, mailbox: inbox), who)
    let lane = try fixture.store.lane(of: Self.owner)
    return try LaneReader(lane).load(key).value
  }

  private func sound(_ fixture: Fixture) async throws {
    let report = try await fixture.store.verify()
    #expect(report.isSound, "\(report.mistakes)")
  }

  @Test func seenIsOnesOwnAndAnsweredIsEverybodys() async throws {
    let (fixture, inbox) = try await office()
    let boss = try await open(fixture, inbox, Self.owner)
    let anna = try await open(fixture, inbox, Self.anna)
    let omar = try await open(fixture, inbox, Self.omar)
    let before = omar.state
    let seen = try await flag(fixture, anna, [1, 2], [.seen, .flagged])
    #expect(anna.state.table.records.map(\.flags) == [[.seen, .flagged], [.seen, .flagged], []])
    #expect(omar.state.table.records == before.table.records && boss.state.table.records.allSatisfy { $0.flags == [] })
    // HIGHESTMODSEQ is the highest that this member may see.
    #expect(anna.state.highestModseq == seen.modseq && omar.state.highestModseq == before.highestModseq)
    #expect(anna.state.table[0].modseq == seen.modseq && anna.state.table[2].modseq < seen.modseq ?? 0)
    let answered = try await flag(fixture, omar, [2], [.answered, .seen], keywords: ["$Forwarded"])
    #expect(anna.state.table[1].flags == [.seen, .flagged, .answered, .keyword(0)])
    #expect(
      omar.state.table[1].flags == [.seen, .answered, .keyword(0)]
        && boss.state.table[1].flags == [.answered, .keyword(0)])
    #expect(anna.state.highestModseq == answered.modseq && anna.state.table[1].modseq == answered.modseq)
    // RFC 7162 §3.1.3: the higher of both modseqs counts.
    var change = FlagChange(uids: [1, 2], mode: .remove, flags: .seen)
    change.unchangedSince = seen.modseq
    let result = try await fixture.store.setFlags(change, in: anna)
    #expect(result.modified == [2] && anna.state.table[0].flags == .flagged)
    // Several changes in one step are this member's too.
    let both = try await fixture.store.setFlags(
      [FlagChange(uids: [3], mode: .add, flags: .seen), FlagChange(uids: [3], mode: .remove, flags: .seen)], in: omar)
    #expect(both.allSatisfy { $0.modseq != nil } && boss.state.table[2].modseq == before.table[2].modseq)
    let unseen = try await fixture.store.status(of: inbox, of: Self.owner, for: Self.omar)
    #expect(unseen.unseen == 2 && unseen.messages == 3)
    #expect(try await fixture.store.status(of: inbox, of: Self.owner).unseen == 3)
    try await fixture.reopen()
    for (who, flags) in [
      (Self.owner, [[], [.answered, .keyword(0)], []]),
      (Self.anna, [.flagged, [.seen, .flagged, .answered, .keyword(0)], []]),
      (Self.omar, [[], [.seen, .answered, .keyword(0)], []]),
    ] as [(AccountID, [Flags])] {
      #expect(try await open(fixture, inbox, who).state.table.records.map(\.flags) == flags)
    }
    try await sound(fixture)
  }

  @Test func expungeHidesAndStorageGoesWithTheLast() async throws {
    let (fixture, inbox) = try await office()
    let views = try await [Self.owner, Self.anna, Self.omar].asyncMap { try await open(fixture, inbox, $0) }
    let full = try await fixture.store.usage(of: Self.owner)
    let start = views.map(\.state.highestModseq)
    for (number, view) in views.enumerated() {
      _ = try await flag(fixture, view, [2], .deleted)
      #expect(try await fixture.store.expunge(nil, in: view) == [2])
      #expect(view.state.table.uids == [1, 3])
      for other in views[(number + 1)...] { #expect(other.state.table.uids == [1, 2, 3]) }
      let usage = try await fixture.store.usage(of: Self.owner)
      #expect(usage.count == (number == 2 ? full.count - 1 : full.count))
      #expect(try await fixture.store.vanished(since: start[number], in: view) == [2...2])
    }
    #expect(try await fixture.store.vanished(since: views[0].state.highestModseq, in: views[0]) == [])
    #expect(try await fixture.store.deletedMessages(of: Self.owner).map(\.uid) == [2])
    try await sound(fixture)
    // It comes back for all.
    _ = try await fixture.store.restoreDeleted(.all, of: Self.owner)
    for view in views { #expect(view.state.table.uids == [1, 3, 4]) }
    try await sound(fixture)
  }

  @Test func hiddenMailComesBackUnderANewUID() async throws {
    let (fixture, inbox) = try await office()
    let anna = try await open(fixture, inbox, Self.anna)
    let omar = try await open(fixture, inbox, Self.omar)
    _ = try await flag(fixture, anna, [1], [.deleted, .seen])
    _ = try await fixture.store.expunge([1], in: anna)
    #expect(try await fixture.store.show([1...UID.max], to: Self.anna, in: inbox, of: Self.owner) == 1)
    #expect(anna.state.table.uids == [2, 3, 4] && omar.state.table.uids == [1, 2, 3])
    #expect(anna.state.table[2].flags == .seen && anna.state.table[2].email == omar.state.table[0].email)
    #expect(anna.state.uidNext == 5 && omar.state.uidNext == 5)
    // What all share goes on being shared.
    let answered = try await flag(fixture, omar, [1], .answered)
    #expect(anna.state.table[2].flags == [.seen, .answered] && anna.state.table[2].modseq == answered.modseq)
    _ = try await flag(fixture, anna, [4], .flagged)
    #expect(anna.state.table[2].flags == [.seen, .answered, .flagged] && omar.state.table[0].flags == .answered)
    #expect(try fresh(fixture, inbox, Self.anna).table.records == anna.state.table.records)
    let archive = try await fixture.open("Archive", 2)
    let copied = try await fixture.store.copy([4], from: anna, to: archive.id, of: Self.anna, keeping: .everything)
    #expect(copied.source == [4] && archive.state.table[0].flags == [.seen, .answered, .flagged])
    let since = anna.state.highestModseq
    // Gone for all: each hears of the UID that he knew.
    #expect(try await fixture.store.expungeForAll([4...4], in: inbox, of: Self.owner, by: Self.anna) == 1)
    #expect(anna.state.table.uids == [2, 3] && omar.state.table.uids == [2, 3])
    #expect(try await fixture.store.vanished(since: since, in: anna).contains { $0.contains(4) })
    try await sound(fixture)
  }

  /// MOVE into the mailbox itself: new UIDs for the one who moves, and nothing twice for the others.
  @Test func aMoveInPlaceIsOnesOwn() async throws {
    let (fixture, inbox) = try await office()
    let anna = try await open(fixture, inbox, Self.anna)
    let omar = try await open(fixture, inbox, Self.omar)
    let since = anna.state.highestModseq
    let moved = try await fixture.store.move([1, 3], from: anna, to: inbox, of: Self.owner, keeping: .everything)
    #expect(moved.source == [1, 3] && moved.destination == [4, 5])
    #expect(anna.state.table.uids == [2, 4, 5] && omar.state.table.uids == [1, 2, 3])
    _ = try await fixture.store.move([4], from: anna, to: inbox, of: Self.owner, keeping: .everything)
    #expect(anna.state.table.uids == [2, 5, 6])
    #expect(try fresh(fixture, inbox, Self.anna).table.records == anna.state.table.records)
    #expect(try await fixture.store.vanished(since: since, in: anna) == [1...1, 3...3, 4...4])
    #expect(try await fixture.store.usage(of: Self.owner).count == 3)
    try await sound(fixture)
  }

  @Test func whoJoinsBeginsWithWhatComes() async throws {
    let (fixture, inbox) = try await office()
    try await share(fixture, inbox, with: Self.late)
    let late = try await open(fixture, inbox, Self.late)
    #expect(late.state.table.isEmpty)
    try await fixture.deliver("new")
    #expect(late.state.table.uids == [4])
    // Unless asked: what came before, under UIDs that he cannot have missed.
    #expect(try await fixture.store.show([2...2], to: Self.late, in: inbox, of: Self.owner) == 1)
    #expect(late.state.table.uids == [4, 5])
    #expect(try fresh(fixture, inbox, Self.late).table.records == late.state.table.records)
    // Once more a member: what he kept of the first time is gone for him.
    let since = late.state.highestModseq
    try await fixture.store.setAccess(AccessIdentifier(Self.late), .delete, in: inbox, of: Self.owner)
    #expect(late.state.isReplaced)
    try await share(fixture, inbox, with: Self.late)
    let again = try await open(fixture, inbox, Self.late)
    #expect(again.state.table.isEmpty && again.state.highestModseq > since)
    #expect(try await fixture.store.vanished(since: since, in: again) == [1...5])
    try await sound(fixture)
  }

  @Test func whatALeaverAloneKeptGoes() async throws {
    let (fixture, inbox) = try await office()
    for who in [Self.owner, Self.anna] {
      let view = try await open(fixture, inbox, who)
      _ = try await flag(fixture, view, [1, 2], .deleted)
      _ = try await fixture.store.expunge(nil, in: view)
    }
    let anna = try await open(fixture, inbox, Self.anna)
    _ = try await flag(fixture, anna, [3], .deleted)
    _ = try await fixture.store.expunge(nil, in: anna)
    try await fixture.store.setAccess(AccessIdentifier(Self.omar), .delete, in: inbox, of: Self.owner)
    #expect(try await fixture.store.usage(of: Self.owner).count == 1)
    #expect(try await open(fixture, inbox, Self.owner).state.table.uids == [3])
    try await sound(fixture)
    // An owner who gives up reading loses nothing, but nothing is kept for him any more.
    try await fixture.store.setAccess(
      AccessIdentifier(Self.owner), .replace([.lookup, .administer]), in: inbox, of: Self.owner)
    #expect(try await fixture.store.usage(of: Self.owner).count == 1)
    try await fixture.deliver("four")
    _ = try await flag(fixture, anna, [4], .deleted)
    _ = try await fixture.store.expunge(nil, in: anna)
    #expect(try await fixture.store.usage(of: Self.owner).count == 1)
    // A removed account is a member of nothing.
    try await fixture.store.removeAccount(Self.anna)
    #expect(try await fixture.store.members(of: inbox, of: Self.owner).isEmpty)
    try await sound(fixture)
  }

  @Test func anyoneIsAMember() async throws {
    let (fixture, inbox) = try await office()
    try await fixture.store.setAccess(.anyone, .replace([.lookup, .read]), in: inbox, of: Self.owner)
    let late = try await open(fixture, inbox, Self.late)
    #expect(late.state.table.isEmpty)
    try await fixture.deliver("four")
    _ = try await flag(fixture, late, [4], [.seen, .deleted])
    _ = try await fixture.store.expunge(nil, in: late)
    #expect(late.state.table.isEmpty)
    #expect(try fresh(fixture, inbox, Self.late).table.isEmpty)
    for who in [Self.owner, Self.anna, Self.omar] {
      let view = try await open(fixture, inbox, who)
      _ = try await flag(fixture, view, [4], .deleted)
      _ = try await fixture.store.expunge(nil, in: view)
    }
    // Somebody whom nobody knows may still want it.
    #expect(try await fixture.store.usage(of: Self.owner).count == 4)
    try await sound(fixture)
    try await fixture.store.setAccess(.anyone, .delete, in: inbox, of: Self.owner)
    #expect(try await fixture.store.usage(of: Self.owner).count == 3)
    try await sound(fixture)
  }

  @Test func oneStateForAllAgain() async throws {
    let (fixture, inbox) = try await office(messages: 4)
    try await share(fixture, inbox, with: Self.late)
    let anna = try await open(fixture, inbox, Self.anna)
    let omar = try await open(fixture, inbox, Self.omar)
    try await fixture.deliver("five")
    try await fixture.deliver("six")
    _ = try await flag(fixture, anna, [5], [.seen])
    _ = try await flag(fixture, omar, [5, 6], [.flagged, .deleted])
    _ = try await flag(fixture, anna, [6], .deleted)
    _ = try await fixture.store.expunge([6], in: anna)
    let known = (anna.state.table, anna.state.highestModseq)
    try await fixture.store.setStateMode(.shared, of: inbox, of: Self.owner)
    #expect(anna.state.isReplaced && omar.state.isReplaced)
    let all = try await open(fixture, inbox, Self.anna)
    #expect(try await open(fixture, inbox, Self.omar).view === all.view)
    // Messages that the latecomer did not see, or that Anna hid, have new UIDs; the other keeps its own.
    #expect(all.state.table.uids == [5, 7, 8, 9, 10, 11])
    #expect(all.state.table.records.map(\.flags) == [[.seen, .flagged], [], [], [], [], .flagged])
    // What Anna's client knew becomes what there is, by what QRESYNC tells.
    #expect(replayed(known.0, all.state, try await fixture.store.vanished(since: known.1, in: all), known.1))
    try await sound(fixture)
    #expect(try await fixture.store.members(of: inbox, of: Self.owner).isEmpty)
    // And back: everybody begins with that.
    try await fixture.store.setStateMode(.own, of: inbox, of: Self.owner)
    #expect(try await open(fixture, inbox, Self.late).state.table.records == all.state.table.records)
    #expect(try await fixture.store.members(of: inbox, of: Self.owner).count == 4)
    try await fixture.store.deleteMailbox("Archive", of: Self.owner)
    await #expect(throws: StoreFault.self) {
      _ = try await fixture.store.renameMailbox("INBOX", to: "old", of: Self.owner)
    }
    try await fixture.store.removeAccount(Self.owner)
    try await sound(fixture)
  }

  private func replayed(
    _ known: MessageTable, _ now: MailboxState, _ vanished: [ClosedRange<UID>], _ since: Modseq
  ) -> Bool {
    var rows: [UID: MessageRecord] = [:]
    known.forEach { _, record in rows[record.uid] = record }
    // As the server tells it: what is in the table is not told as vanished.
    for range in vanished {
      for uid in Array(rows.keys) where range.contains(uid) && now.table.index(of: uid) == nil { rows[uid] = nil }
    }
    now.table.forEach { _, record in if record.modseq > since { rows[record.uid] = record } }
    return rows == Dictionary(uniqueKeysWithValues: now.table.records.map { ($0.uid, $0) })
  }

  /// Hiding, also the last hiding that removes, killed at every durable step: whole or not at all.
  @Test(arguments: CrashTests.killPoints, [false, true])
  func hidingSurvivesAKill(_ point: DurableStep.Point, _ isLast: Bool) async throws {
    let trap = Trap()
    let (fixture, inbox) = try await office(trap.options)
    let views = try await [Self.owner, Self.anna, Self.omar].asyncMap { try await open(fixture, inbox, $0) }
    for view in views { _ = try await flag(fixture, view, [2], .deleted) }
    if isLast { for view in views.dropLast() { _ = try await fixture.store.expunge(nil, in: view) } }
    trap.arm(point, .kill)
    var isAnswered = true
    do { _ = try await fixture.store.expunge(nil, in: views[2]) } catch { isAnswered = false }
    if !isAnswered { #expect(views[2].state.table.uids == [1, 2, 3]) }
    try await fixture.reopen()
    let omar = try await open(fixture, inbox, Self.omar).state.table.uids
    #expect(omar == [1, 3] || (!isAnswered && omar == [1, 2, 3]))
    #expect(try await open(fixture, inbox, Self.anna).state.table.uids == (isLast ? [1, 3] : [1, 2, 3]))
    #expect(try await fixture.store.usage(of: Self.owner).count == (isLast && omar == [1, 3] ? 2 : 3))
    try await sound(fixture)
  }

  /// Both ways of changing the mode, and leaving, killed at every durable step.
  @Test(arguments: CrashTests.killPoints, [0, 1, 2])
  func changesOfMembersSurviveAKill(_ point: DurableStep.Point, _ change: Int) async throws {
    let trap = Trap()
    let (fixture, inbox) = try await office(trap.options)
    let omar = try await open(fixture, inbox, Self.omar)
    _ = try await flag(fixture, omar, [1], [.seen, .deleted])
    _ = try await fixture.store.expunge(nil, in: omar)
    _ = try await flag(fixture, omar, [2], .seen)
    if change == 0 { try await fixture.store.setStateMode(.shared, of: inbox, of: Self.owner) }
    trap.arm(point, .kill)
    var isAnswered = true
    do {
      switch change {
      case 0: try await fixture.store.setStateMode(.own, of: inbox, of: Self.owner)
      case 1: try await fixture.store.setStateMode(.shared, of: inbox, of: Self.owner)
      default: try await fixture.store.setAccess(AccessIdentifier(Self.omar), .delete, in: inbox, of: Self.owner)
      }
    } catch { isAnswered = false }
    try await fixture.reopen()
    try await sound(fixture)
    let mode = fixture.store.stateMode(of: inbox, of: Self.owner)
    if isAnswered { #expect(mode == [StateMode.own, .shared, .own][change]) }
    let state = try await open(fixture, inbox, Self.owner).state
    #expect(state.table.count == 3)
    if mode == .shared { #expect(state.table.uids == [2, 3, 4] && state.table[0].flags == .seen) }
    if mode == .own, change > 0 { #expect(state.table.uids == [1, 2, 3]) }
    try await fixture.deliver("after")
    #expect(try await open(fixture, inbox, Self.owner).state.table.count == 4)
  }

  /// POP of the owner's maildrop: what a session takes out is out for the owner.
  @Test(arguments: [POPDeletion.trash, .archive, .delete])
  func popIsTheOwners(_ deletion: POPDeletion) async throws {
    let (fixture, inbox) = try await office()
    let boss = try await open(fixture, inbox, Self.owner)
    let anna = try await open(fixture, inbox, Self.anna)
    let records = boss.state.table.records
    var update = POPUpdate(
      mailbox: inbox, account: Self.owner, device: 1, peer: "192.0.2.1", table: boss.state.table,
      retention: POPRetention(members: []))
    update.taken = records.map(\.item)
    update.deleted = [records[1].item]
    update.deletion = deletion
    update.marksSeen = true
    let removal = try await fixture.store.popUpdate(update)
    #expect(removal.removed == 1 && removal.freedBytes == 0)
    #expect(boss.state.table.uids == [1, 3] && boss.state.table.records.allSatisfy { $0.flags == .seen })
    #expect(anna.state.table.uids == [1, 2, 3] && anna.state.table.records.allSatisfy { $0.flags == [] })
    #expect(try await fixture.open("Archive").state.table.count == (deletion == .archive ? 1 : 0))
    // Policies take nothing twice.
    let rule = POPRetention(members: [.init(device: 1, since: 0, keeping: .afterDownload(days: 0), isAlone: true)])
    let now = try await fixture.store.popRetain(rule, in: inbox, of: Self.owner, limit: 10)
    #expect(!now.isPartial)
    try await sound(fixture)
  }
}

extension Array where Element: Sendable {
  fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
