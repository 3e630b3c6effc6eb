import Testing

@testable import Store

/// Random work of an owner and members, each with an own state, against what the store reads anew and what QRESYNC would tell.
@Suite("Store: members at random")
struct MemberModelTests {
  /// What a client knew at some moment.
  private struct Memory {
    var who: AccountID
    var table: MessageTable
    var since: Modseq
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func viewsAndReplaysAreExact(_ seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let people = (1...4).map { AccountID(raw: $0) }
    let owner = people[0]
    let fixture = try await Fixture(accounts: [1, 2, 3, 4])
    let inbox = try await fixture.inbox().id
    for who in people[1...2] { try await share(fixture, inbox, who) }
    for number in 0..<10 { try await fixture.deliver("letter \(number)") }
    try await fixture.store.setStateMode(.own, of: inbox, of: owner)
    var views = try await open(fixture, inbox, people)
    var memories: [Memory] = []
    for step in 0..<250 {
      let who = people[Int.random(in: 0..<4, using: &random)]
      let view = views[who]
      if let view { memories.append(Memory(who: who, table: view.state.table, since: view.state.highestModseq)) }
      try await act(step, who, view, inbox, fixture, &random)
      if Int.random(in: 0..<20, using: &random) == 0 {
        // Somebody comes or goes; sessions that were sent away come again.
        let mayRead = fixture.store.rights(of: people[3], in: inbox, of: owner).contains(.read)
        if mayRead {
          try await fixture.store.setAccess(AccessIdentifier(people[3]), .delete, in: inbox, of: owner)
        } else {
          try await share(fixture, inbox, people[3])
        }
      }
      if Int.random(in: 0..<60, using: &random) == 0 {
        let mode = fixture.store.stateMode(of: inbox, of: owner)
        try await fixture.store.setStateMode(mode == .own ? .shared : .own, of: inbox, of: owner)
      }
      for (who, view) in views where view.state.isReplaced { views[who] = nil }
      if views.count < 4 { views.merge(try await open(fixture, inbox, people)) { old, _ in old } }
      if step % 10 == 0 { try compare(fixture, inbox, views) }
    }
    try compare(fixture, inbox, views)
    for memory in memories {
      guard let view = views[memory.who] else { continue }
      #expect(try await isExact(memory, view, fixture), "seed \(seed), account \(memory.who), since \(memory.since)")
    }
    let report = try await fixture.store.verify()
    #expect(report.isSound, "\(report.mistakes)")
    try await fixture.reopen()
    for (who, view) in views {
      let again = try await fixture.store.open(inbox, of: owner, for: who, claimRecent: false)
      #expect(again.state.table.records == view.state.table.records)
      #expect(again.state.highestModseq == view.state.highestModseq)
    }
  }

  private func share(_ fixture: Fixture, _ inbox: MailboxID, _ who: AccountID) async throws {
    try await fixture.store.setAccess(
      AccessIdentifier(who), .replace([.lookup, .read, .write]), in: inbox, of: AccountID(raw: 1))
  }

  private func open(
    _ fixture: Fixture, _ inbox: MailboxID, _ people: [AccountID]
  ) async throws -> [AccountID: OpenMailbox] {
    var views: [AccountID: OpenMailbox] = [:]
    for who in people where fixture.store.rights(of: who, in: inbox, of: AccountID(raw: 1)).contains(.read) {
      views[who] = try await fixture.store.open(inbox, of: AccountID(raw: 1), for: who, claimRecent: false)
    }
    return views
  }

  private func act(
    _ step: Int, _ who: AccountID, _ view: OpenMailbox?, _ inbox: MailboxID, _ fixture: Fixture,
    _ random: inout SplitMix
  ) async throws {
    let store = fixture.store
    guard let view, !view.state.isReplaced else { return }
    let uids = view.state.table.uids.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
    let flags = [Flags.seen, .flagged, .deleted, .answered, .draft].filter { _ in Bool.random(using: &random) }
    let mode = [FlagChange.Mode.add, .remove, .replace].randomElement(using: &random) ?? .add
    switch Int.random(in: 0..<11, using: &random) {
    case 0, 1: try await fixture.deliver("mail \(step)")
    case 2:
      let item = AppendItem(
        message: try await fixture.spooled(Array("own \(step)".utf8)), flags: [.seen, .answered], internalDate: 1)
      _ = try await store.append([item], to: inbox, of: view.account, by: who)
    case 3: _ = try await store.expunge(nil, in: view)
    case 4: _ = try await store.copy(uids, from: view, to: inbox, of: view.account, keeping: .everything)
    case 5:
      let archive = try await fixture.open("Archive", who.raw).id
      _ = try await store.move(uids, from: view, to: archive, of: who, keeping: .everything)
    case 6 where store.stateMode(of: inbox, of: view.account) == .own:
      let first = UID.random(in: 1...20, using: &random)
      _ = try await store.show([first...first + 20], to: who, in: inbox, of: view.account)
    case 7:
      guard let uid = uids.first else { return }
      _ = try await store.expungeForAll([uid...uid], in: inbox, of: view.account, by: who)
    default:
      let change = FlagChange(
        uids: uids, mode: mode, flags: flags.reduce(into: []) { $0.formUnion($1) },
        keywords: step % 3 == 0 ? ["$x"] : [])
      _ = try await store.setFlags(change, in: view)
    }
  }

  /// What members look at is what the store would read anew.
  private func compare(_ fixture: Fixture, _ inbox: MailboxID, _ views: [AccountID: OpenMailbox]) throws {
    let lane = try fixture.store.lane(of: AccountID(raw: 1))
    for (who, view) in views {
      let key = MailboxKey(account: AccountID(raw: 1), mailbox: inbox)
      let state = try LaneReader(lane).load(ViewKey(key, lane.members.isOwn(key) ? who : nil)).value
      #expect(state.table.records == view.state.table.records, "account \(who)")
      #expect(state.highestModseq == view.state.highestModseq && state.uidNext == view.state.uidNext)
      #expect(state.aliases == view.state.aliases && state.table.uids == state.table.uids.sorted())
      let highest = state.table.records.map(\.modseq).max() ?? 0
      #expect(highest <= state.highestModseq)
    }
  }

  /// RFC 7162 §3.2.5: what vanished since, then what changed since, makes of the old what is now.
  private func isExact(_ memory: Memory, _ view: OpenMailbox, _ fixture: Fixture) async throws -> Bool {
    let now = view.state
    var rows: [UID: MessageRecord] = [:]
    memory.table.forEach { _, record in rows[record.uid] = record }
    for range in try await fixture.store.vanished(since: memory.since, in: view) {
      for uid in Array(rows.keys) where range.contains(uid) && now.table.index(of: uid) == nil { rows[uid] = nil }
    }
    now.table.forEach { _, record in if record.modseq > memory.since { rows[record.uid] = record } }
    return rows == Dictionary(uniqueKeysWithValues: now.table.records.map { ($0.uid, $0) })
  }
}
