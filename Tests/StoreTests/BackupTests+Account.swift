import Database
import Glibc
import Synchronization
import Testing

@testable import Store

/// One account, and what goes wrong.
extension BackupTests {
  /// Without room for all of it nothing is changed: quota, domain, disk.
  @Test func aReturnWithoutRoomChangesNothing() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<6 { try await fixture.deliver("letter \(number)") }
    let backup = try await backUp(fixture)
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: [1, 2, 3], mode: .add, flags: .deleted), in: inbox)
    _ = try await fixture.store.expunge(nil, in: inbox)
    try await fixture.deliver("new")
    let before = inbox.state
    func back() async throws {
      _ = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    }
    try await fixture.store.setLimits(bytes: 40, count: nil, of: Fixture.account)
    await #expect(throws: StoreFault.overQuota) { try await back() }
    try await fixture.store.setLimits(bytes: nil, count: 5, of: Fixture.account)
    await #expect(throws: StoreFault.overQuota) { try await back() }
    try await fixture.store.setLimits(bytes: nil, count: nil, of: Fixture.account)
    fixture.store.setQuota(DomainQuota(bytes: nil, count: 5), of: "x", members: [Fixture.account])
    await #expect(throws: StoreFault.domainOverQuota) { try await back() }
    fixture.store.setQuota(nil, of: "x", members: [])
    #expect(inbox.state.uidValidity == before.uidValidity && inbox.state.table.uids == before.table.uids)
    try await fixture.reopen(clock.options { $0.diskReserve = .max })
    await #expect(throws: StoreFault.diskFull) { try await back() }
    #expect(try await fixture.texts().values.sorted() == ["letter 3", "letter 4", "letter 5", "new"])
    #expect(try await fixture.inbox().state.uidValidity == before.uidValidity)
    // With exactly enough it comes back: what the account has now does not count beside it.
    try await fixture.reopen(clock.options())
    try await fixture.store.setLimits(bytes: 48, count: 6, of: Fixture.account)
    try await back()
    #expect(try await fixture.texts().values.sorted() == (0..<6).map { "letter \($0)" })
  }

  /// Killed at the first, second, … durable step: what the account had before stays within reach whatever the cap and the disk say, until
  /// the command was run again and the account is whole. Then it is removed mail like any other.
  @Test(arguments: CrashTests.killPoints, [1, 2, 3, 4])
  func aReturnThatBreaksOff(_ point: DurableStep.Point, _ number: Int) async throws {
    let clock = TestClock()
    let left = Mutex(0)
    let options = clock.options { options in
      options.lackingRoom = { 1 << 30 }
      options.fault = { step in
        guard step.point == point else { return nil }
        return left.withLock { left in
          left -= 1
          return left == 0 ? .kill : nil
        }
      }
    }
    let fixture = try await Fixture(options)
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<4 { try await fixture.deliver("letter \(number)") }
    let archive = try await fixture.open("Archive")
    _ = try await fixture.store.move([3, 4], from: try await fixture.inbox(), to: archive.id)
    let backup = try await backUp(fixture)
    for number in 0..<4 { try await fixture.deliver("new \(number)") }
    try await fixture.store.setLimits(bytes: 100, count: nil, of: Fixture.account)
    left.withLock { $0 = number }
    func back() async throws {
      _ = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    }
    // Killed after the last step, before the answer: it is whole, and nobody knows.
    var isWhole = point == .committed && number == 4
    do {
      try await back()
      isWhole = true
    } catch {
      // Not even begun, or said to be half done.
      if error as? StoreFault != .closed {
        guard case StoreFault.brokenOff = error else {
          Issue.record(error)
          return
        }
      }
    }
    left.withLock { $0 = 0 }
    try await fixture.reopen(options)
    _ = try await fixture.store.collect()
    if !isWhole {
      var all = Array(try await fixture.texts().values) + Array(try await fixture.texts("Archive").values)
      for message in try await fixture.store.deletedMessages(of: Fixture.account) {
        let bytes = try await fixture.store.content(message.email, of: Fixture.account)
        all.append(String(decoding: bytes, as: UTF8.self))
      }
      let expected = (0..<4).flatMap { ["letter \($0)", "new \($0)"] }
      #expect(Set(all).isSuperset(of: expected), "\(all.sorted())")
      try await back()
    }
    #expect(try await fixture.texts().values.sorted() == ["letter 0", "letter 1"])
    #expect(try await fixture.texts("Archive").values.sorted() == ["letter 2", "letter 3"])
    #expect(try await fixture.store.verify().isSound)
    _ = try await fixture.store.collect()
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).isEmpty)
  }

  @Test func annotationsComeBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(), accounts: [1, 2, 3])
    defer { Fixture.remove("\(fixture.folder)-backups") }
    let (owner, other, today) = (Fixture.account, AccountID(raw: 2), AccountID(raw: 3))
    _ = try await fixture.store.createMailbox("Work", of: owner)
    func annotate(_ name: String?, _ entry: String, _ value: String, by who: AccountID) async throws {
      let mailbox: MailboxID? =
        if let name { try await fixture.store.mailbox(named: name, of: owner).id } else { nil }
      let change = AnnotationChange(entry: entry, value: Array(value.utf8))
      let isDone = try await fixture.store.lanes[0].perform { transaction throws(StoreFault) in
        try transaction.annotate([change], of: mailbox, of: owner, by: who, AnnotationLimits())
      }
      #expect(isDone)
    }
    for name in ["INBOX", "Work", nil] {
      try await annotate(name, "/shared/comment", "shared", by: owner)
      try await annotate(name, "/private/comment", "mine", by: owner)
    }
    try await annotate("Work", "/private/comment", "theirs", by: other)
    let backup = try await backUp(fixture)
    try await annotate("INBOX", "/shared/later", "x", by: owner)
    try await annotate(nil, "/shared/comment", "changed", by: owner)
    _ = try await fixture.store.restoreAccount(
      owner, from: backup, old: owner, lane: 0, people: [owner: owner, other: today])
    func all(_ name: String?, _ who: AccountID) async throws -> [String] {
      let mailbox: MailboxID? =
        if let name { try await fixture.store.mailbox(named: name, of: owner).id } else { nil }
      return try await fixture.store.lanes[0].read { reader throws(StoreFault) in
        try reader.annotations(of: mailbox, owner, for: who).map {
          "\($0.entry)=\(String(decoding: $0.value, as: UTF8.self))"
        }
      }
    }
    for name in ["INBOX", "Work", nil] {
      #expect(try await all(name, owner) == ["/private/comment=mine", "/shared/comment=shared"])
    }
    #expect(try await all("Work", today) == ["/private/comment=theirs", "/shared/comment=shared"])
    #expect(try await all("Work", other) == ["/shared/comment=shared"])
  }

  @Test func whatIsDamagedInTheBackupIsCounted() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<3 { try await fixture.deliver("letter \(number) " + String(repeating: "x", count: 2_000)) }
    let backup = try await backUp(fixture)
    let file = try Descriptor.open("\(backup)/lane-0/segments/00000001", O_RDWR)
    try [UInt8(1)].withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: SegmentFolder.start + 500) }
    let report = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    #expect(report.restored == 2 && report.damaged == 1)
  }

  /// Two disasters, one backup: what clients remember from the first return is not taken for true after the second.
  @Test func noTwoReturnsGiveTheSameNumbers() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    defer { for end in ["-backups", "-back"] { Fixture.remove(fixture.folder + end) } }
    try await fixture.deliver("one")
    let backup = try await backUp(fixture)
    let target = "\(fixture.folder)-back"
    var validities: Set<UInt32> = []
    var generations: Set<Int64> = []
    var modseqs: Set<Modseq> = []
    func note(_ store: Store) async throws {
      let spool = store.spool()
      Array("new".utf8).withUnsafeBytes { spool.append($0) }
      _ = try await store.deliver(
        try await spool.finish(), trace: [], sender: "s@x", to: [DeliveryRecipient(account: Fixture.account)])
      let info = try await store.mailbox(named: "INBOX", of: Fixture.account)
      let state = try await store.open(info.id, of: Fixture.account, claimRecent: false).state
      let last = state.table[state.table.count - 1]
      validities.insert(state.uidValidity)
      generations.insert(last.item >> 40)
      modseqs.insert(last.modseq)
      #expect(last.item >> 40 > 0)
    }
    for _ in 0..<3 {
      _ = try BackupFolder.restore(backup, to: target)
      let store = try Fixture.open(target, clock.options())
      try await note(store)
      await store.close()
      Fixture.remove(target)
    }
    _ = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    try await note(fixture.store)
    #expect(validities.count == 4 && generations.count == 4 && modseqs.count == 4)
  }
}
