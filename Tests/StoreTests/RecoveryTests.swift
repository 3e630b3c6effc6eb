import Glibc
import Testing

@testable import Store

@Suite struct RecoveryTests {
  private func expunge(_ uids: [UID], _ fixture: Fixture, _ name: String = "INBOX") async throws {
    let mailbox = try await fixture.open(name)
    _ = try await fixture.store.setFlags(FlagChange(uids: uids, mode: .add, flags: .deleted), in: mailbox)
    _ = try await fixture.store.expunge(uids, in: mailbox)
  }

  @Test func removedMessagesComeBackWithFlagsAndItems() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for text in ["one", "two", "three"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let old = inbox.state.table.records
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [2], mode: .add, flags: .flagged, keywords: ["Work"]), in: inbox)
    try await expunge([2], fixture)
    try await fixture.store.remove(items: [old[2].item], from: inbox.id, of: Fixture.account)
    let list = try await fixture.store.deletedMessages(of: Fixture.account)
    #expect(list.map(\.uid).sorted() == [2, 3] && list.allSatisfy { $0.mailboxName == "INBOX" })
    #expect(Set(list.map(\.cause)) == [.expunge, .pop])
    let report = try await fixture.store.restoreDeleted(.messages([DeletedName(inbox.id, 2)]), of: Fixture.account)
    #expect(report.restored == 1)
    let back = inbox.state.table.records
    #expect(back.map(\.uid) == [1, 4] && back[1].item == old[1].item && back[1].email == old[1].email)
    #expect(back[1].flags.contains(.flagged) && back[1].flags.keywordIndices == [0])
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).map(\.uid) == [3])
    await #expect(throws: StoreFault.noSuchMessage) {
      try await fixture.store.restoreDeleted(.messages([DeletedName(inbox.id, 2)]), of: Fixture.account)
    }
    #expect(try await fixture.store.purgeDeleted(.mailbox("inbox"), of: Fixture.account) == 1)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).isEmpty)
    #expect(try await fixture.texts().values.sorted() == ["one", "two"])
    _ = try await fixture.store.collect()
    #expect(try await fixture.texts().values.sorted() == ["one", "two"])
    #expect(try await fixture.store.usage(of: Fixture.account).bytes == 6)
  }

  @Test func aDeletedMailboxComesBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for text in ["one", "two"] { try await fixture.deliver(text) }
    let work = try await fixture.store.createMailbox("Work/2026", of: Fixture.account)
    _ = try await fixture.store.move([1, 2], from: try await fixture.inbox(), to: work.id)
    try await fixture.store.deleteMailbox("Work/2026", of: Fixture.account)
    try await fixture.store.deleteMailbox("Work", of: Fixture.account)
    #expect(try await fixture.store.deletedMessages("Work/2026", of: Fixture.account).count == 2)
    let report = try await fixture.store.restoreDeleted(.mailbox("Work/2026"), of: Fixture.account)
    #expect(report.restored == 2 && report.mailboxes == ["Work/2026"])
    #expect(try await fixture.texts("Work/2026").values.sorted() == ["one", "two"])
    #expect(try await fixture.store.mailbox(named: "Work/2026", of: Fixture.account).uidValidity != work.uidValidity)
  }

  @Test func aFullAccountDoesNotTakeThemBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("one")
    try await expunge([1], fixture)
    try await fixture.store.setLimits(bytes: 2, count: nil, of: Fixture.account)
    await #expect(throws: StoreFault.overQuota) {
      try await fixture.store.restoreDeleted(.all, of: Fixture.account)
    }
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).count == 1)
  }

  @Test func mailboxesAreAsTheyWere() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for text in ["one", "two", "three", "four"] { try await fixture.deliver(text) }
    let old = try await fixture.store.createMailbox("Old", of: Fixture.account)
    _ = try await fixture.store.copy([4], from: try await fixture.inbox(), to: old.id)
    clock.advance(60)
    let moment = clock.now
    clock.advance(60)
    let inbox = try await fixture.inbox()
    try await expunge([1], fixture)
    let archive = try await fixture.open("Archive")
    _ = try await fixture.store.move([2], from: inbox, to: archive.id)
    _ = try await fixture.store.setFlags(FlagChange(uids: [3], mode: .add, flags: .seen), in: inbox)
    try await fixture.store.deleteMailbox("Old", of: Fixture.account)
    _ = try await fixture.store.createMailbox("Later", of: Fixture.account)
    try await fixture.deliver("five")
    clock.advance(60)
    let report = try await fixture.store.restore(to: moment, newer: "Newer", of: Fixture.account)
    #expect(report.restored == 2 && report.movedBack == 1 && report.setAside == 1 && report.mailboxes == ["Old"])
    #expect(try await fixture.texts().values.sorted() == ["four", "one", "three", "two"])
    #expect(try await fixture.texts("Archive").isEmpty)
    #expect(try await fixture.texts("Old").values.sorted() == ["four"])
    #expect(try await fixture.texts("Newer").values.sorted() == ["five"])
    let three = inbox.state.table.records.first { $0.uid == 3 }
    #expect(three?.flags == .seen)
    #expect(Set(inbox.state.table.records.map(\.item)).count == 4)
    // Again: nothing more to do.
    let again = try await fixture.store.restore(to: moment, "INBOX", newer: "Newer", of: Fixture.account)
    #expect(again.restored == 0 && again.movedBack == 0)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).isEmpty)
  }

  /// Moved, removed, brought back by time travel, removed again: one message, and one comes back.
  @Test func aMessageRemovedTwiceComesBackOnce() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("one")
    clock.advance(60)
    let moment = clock.now
    clock.advance(60)
    _ = try await fixture.store.move([1], from: try await fixture.inbox(), to: try await fixture.open("Trash").id)
    try await expunge([1], fixture, "Trash")
    clock.advance(60)
    _ = try await fixture.store.restore(to: moment, newer: "Newer", of: Fixture.account)
    try await expunge([2], fixture)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).map(\.mailboxName) == ["INBOX"])
    #expect(try await fixture.store.restoreDeleted(.all, of: Fixture.account).restored == 1)
    #expect(try await fixture.texts() == [3: "one"])
    #expect(try await fixture.texts("Trash").isEmpty)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).isEmpty)
    // By the mailbox that it was in first, the same.
    try await expunge([3], fixture)
    #expect(try await fixture.store.restoreDeleted(.mailbox("Trash"), of: Fixture.account).restored == 1)
    #expect(try await fixture.store.restoreDeleted(.all, of: Fixture.account).restored == 0)
    #expect(try await fixture.texts("Trash").count == 1)
    #expect(try await fixture.store.verify().isSound)
  }

  /// What was moved is alive: it does not come back beside itself.
  @Test func aMovedMessageIsNotRestored() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("one")
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.move([1], from: inbox, to: try await fixture.open("Archive").id)
    await #expect(throws: StoreFault.noSuchMessage) {
      try await fixture.store.restoreDeleted(.messages([DeletedName(inbox.id, 1)]), of: Fixture.account)
    }
    #expect(try await fixture.texts().isEmpty)
  }

  /// Purged is purged: time travel does not find it where it was before.
  @Test func whatIsPurgedIsNowhere() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for text in ["one", "two"] { try await fixture.deliver(text) }
    clock.advance(60)
    let moment = clock.now
    clock.advance(60)
    _ = try await fixture.store.move([1, 2], from: try await fixture.inbox(), to: try await fixture.open("Trash").id)
    try await expunge([1], fixture, "Trash")
    #expect(try await fixture.store.purgeDeleted(.all, of: Fixture.account) == 1)
    _ = try await fixture.store.collect()
    let blobs = try await fixture.store.verify().blobs
    #expect(blobs == 1)
    let report = try await fixture.store.restore(to: moment, newer: "Newer", of: Fixture.account)
    #expect(report.restored == 0 && report.movedBack == 1)
    #expect(try await fixture.texts().values.sorted() == ["two"])
  }
}
