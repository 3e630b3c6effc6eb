import Database
import Glibc
import Synchronization
import Testing

@testable import Store

@Suite struct BackupTests {
  func tree(_ path: String) throws -> [String] {
    var files: [String] = []
    for name in try Folder.allNames(in: path) {
      var facts = stat()
      guard lstat("\(path)/\(name)", &facts) == 0 else { continue }
      if facts.st_mode & S_IFMT == S_IFDIR {
        files += try tree("\(path)/\(name)").map { "\(name)/\($0)" }
      } else {
        files.append(name)
      }
    }
    return files
  }

  func inode(_ path: String) -> UInt64 {
    var facts = stat()
    return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : 0
  }

  func backUp(_ fixture: Fixture, keep: Int? = nil) async throws -> String {
    try await fixture.store.backUp(to: "\(fixture.folder)-backups", databases: [], folders: [], keep: keep).path
  }

  /// Unique ids that came from elsewhere come back with one account, also after their messages were purged, also into another.
  @Test func importedIDsComeBack() async throws {
    let fixture = try await Fixture(accounts: [1, 2])
    defer { Fixture.remove("\(fixture.folder)-backups") }
    try await fixture.take("old-id", ImportMark(key: [1]))
    let backup = try await backUp(fixture)
    for account in [1, 1, 2] as [Int64] {
      let target = AccountID(raw: account)
      _ = try await fixture.store.restoreAccount(target, from: backup, old: Fixture.account, lane: 0)
      #expect(try await fixture.uniqueIDs(account) == ["old-id"])
      _ = try await fixture.store.purgeDeleted(.all, of: target)
      #expect(try await fixture.uniqueIDs(account) == ["old-id"])
    }
    for isLast in [false, true] {
      let inbox = try await fixture.inbox()
      let uids = inbox.state.table.records.map(\.uid)
      _ = try await fixture.store.setFlags(FlagChange(uids: uids, mode: .add, flags: .deleted), in: inbox)
      _ = try await fixture.store.expunge(nil, in: inbox)
      if isLast { continue }
      #expect(try await fixture.store.restoreDeleted(.all, of: Fixture.account).restored > 0)
      #expect(try await fixture.uniqueIDs().count { $0 == "old-id" } == 1)
    }
    #expect(try await fixture.store.purgeDeleted(.all, of: Fixture.account) >= 1)
    _ = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    #expect(try await fixture.uniqueIDs() == ["old-id"])
  }

  @Test func aBackupIsWholeAndIncremental() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2) { $0.segmentSize = 20_000 }, accounts: [1, 2])
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<20 {
      let text = String(decoding: noise(4_000, seed: UInt64(number)).map { 33 + $0 % 90 }, as: UTF8.self)
      try await fixture.deliver(text, to: [1, 2])
    }
    let first = try await backUp(fixture)
    #expect(try BackupFolder.verify(first).report == (try await fixture.store.verify()))
    #expect(try BackupFolder.verify(first).report.isSound)
    clock.advance(3_600)
    try await fixture.deliver("later", to: [1, 2])
    let second = try await backUp(fixture)
    #expect(try BackupFolder.verify(second).report.isSound)
    #expect(try BackupFolder.names("\(fixture.folder)-backups").count == 2)
    // What did not change is there once.
    #expect(inode("\(first)/lane-0/segments/00000001") == inode("\(second)/lane-0/segments/00000001"))
    #expect(inode("\(first)/lane-0/segments/00000001") != inode("\(fixture.folder)/lane-0/segments/00000001"))
    // The clock going back does not make an older name.
    clock.advance(-200)
    let third = try await backUp(fixture, keep: 2)
    #expect(third > second && !FileCopy.exists(first))
    #expect(try BackupFolder.verify(third).report.isSound)
    // A broken byte is found.
    let file = try Descriptor.open("\(third)/lane-0/segments/00000002", O_RDWR)
    try noise(4).withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: 500) }
    #expect(try !BackupFolder.verify(third).report.isSound)
  }

  @Test func theWholeComesBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2])
    defer { for end in ["-backups", "-back"] { Fixture.remove(fixture.folder + end) } }
    for number in 0..<5 { try await fixture.deliver("letter \(number)", to: [1, 2]) }
    let before = try await fixture.inbox()
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [2], mode: .add, flags: .seen, keywords: ["Work"]), in: before)
    let old = before.state
    let backup = try await backUp(fixture)
    try await fixture.deliver("after the backup")
    let lost = try #require(try await fixture.inbox().state.table.records.last)
    let target = "\(fixture.folder)-back"
    _ = try BackupFolder.restore(backup, to: target)
    #expect(throws: StoreFault.self) { try BackupFolder.restore(backup, to: target) }
    let store = try Fixture.open(target, clock.options())
    let inbox = try await store.open(
      try await store.mailbox(named: "INBOX", of: Fixture.account).id, of: Fixture.account, claimRecent: false)
    #expect(inbox.state.uidValidity != old.uidValidity)
    #expect(inbox.state.table.records.map(\.item) == old.table.records.map(\.item))
    #expect(inbox.state.table[1].flags == old.table[1].flags && inbox.state.keywords == ["Work"])
    let spool = store.spool()
    Array("new".utf8).withUnsafeBytes { spool.append($0) }
    _ = try await store.deliver(
      try await spool.finish(), trace: [], sender: "s@x", to: [DeliveryRecipient(account: Fixture.account)])
    let new = try #require(inbox.state.table.records.last)
    #expect(new.item > lost.item && new.item >> 40 >= 1)
    #expect(try await store.verify().isSound)
    await store.close()
  }

  @Test(arguments: [DurableStep.Point.backupWrite, .backupWritten])
  func aBackupThatBreaksOffIsNone(_ point: DurableStep.Point) async throws {
    let clock = TestClock()
    let isArmed = Mutex(false)
    let fixture = try await Fixture(
      clock.options { $0.fault = { step in step.point == point && isArmed.withLock { $0 } ? .kill : nil } })
    defer { Fixture.remove("\(fixture.folder)-backups") }
    try await fixture.deliver("one")
    isArmed.withLock { $0 = true }
    await #expect(throws: StoreFault.closed) { _ = try await self.backUp(fixture) }
    #expect(try BackupFolder.names("\(fixture.folder)-backups").isEmpty)
    isArmed.withLock { $0 = false }
    let backup = try await backUp(fixture)
    #expect(try BackupFolder.verify(backup).report.isSound)
    #expect(try Folder.allNames(in: "\(fixture.folder)-backups").count == 1)
  }

  @Test func aRestoreThatBreaksOffIsSaidAndDoneAgain() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    defer { for end in ["-backups", "-back"] { Fixture.remove(fixture.folder + end) } }
    try await fixture.deliver("one")
    let backup = try await backUp(fixture)
    let target = "\(fixture.folder)-back"
    _ = try BackupFolder.restore(backup, to: target)
    // As it is when the process dies between two moves.
    try Folder.make("\(target)/\(BackupFolder.restoring)")
    try BackupFolder.move("format", target, "\(target)/\(BackupFolder.restoring)")
    #expect(throws: StoreFault.self) { _ = try Fixture.open(target, clock.options()) }
    _ = try BackupFolder.restore(backup, to: target)
    let store = try Fixture.open(target, clock.options())
    #expect(try await store.verify().messages == 1)
    await store.close()
  }

  @Test func oneAccountComesBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2])
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<8 { try await fixture.deliver("letter \(number)", to: [1, 2]) }
    let work = try await fixture.store.createMailbox("Work/2026", of: Fixture.account)
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.move([7, 8], from: inbox, to: work.id)
    _ = try await fixture.store.setFlags(
      FlagChange(uids: [1], mode: .add, flags: .flagged, keywords: ["Later"]), in: inbox)
    let old = inbox.state
    let backup = try await backUp(fixture)
    clock.advance(60)
    _ = try await fixture.store.setFlags(FlagChange(uids: [1, 2, 3], mode: .add, flags: .deleted), in: inbox)
    _ = try await fixture.store.expunge(nil, in: inbox)
    try await fixture.store.deleteMailbox("Work/2026", of: Fixture.account)
    try await fixture.deliver("new", to: [1, 2])
    for _ in 0..<2 {
      let report = try await fixture.store.restoreAccount(
        Fixture.account, from: backup, old: Fixture.account, lane: 0)
      #expect(report.restored == 8)
      let back = try await fixture.inbox().state
      #expect(back.uidValidity != old.uidValidity)
      #expect(back.table.records.map(\.item) == old.table.records.map(\.item))
      #expect(back.table[0].flags.contains(.flagged) && back.keywords.contains("Later"))
      #expect(try await fixture.texts().values.sorted() == (0..<6).map { "letter \($0)" })
      #expect(try await fixture.texts("Work/2026").values.sorted() == ["letter 6", "letter 7"])
      #expect(try await fixture.texts("INBOX", 2).count == 9)
      #expect(try await fixture.store.verify().isSound)
    }
    // What the account had is recoverable.
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).contains { $0.mailboxName == "INBOX" })
    try await fixture.deliver("after")
    let items = try await fixture.inbox().state.table.records.map(\.item)
    #expect(items.last ?? 0 > 1 << 40)
  }

  /// RFC 4314's lists come back as they were, for the accounts that those people have now; who is gone is left out.
  @Test func accessListsComeBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2, 3, 4])
    let (owner, gone) = (Fixture.account, AccountID(raw: 3))
    let inbox = try await fixture.inbox().id
    func give(_ who: AccountID?, _ rights: AccessRights, _ mailbox: MailboxID, isNegative: Bool = false) async throws {
      try await fixture.store.setAccess(
        AccessIdentifier(who, isNegative: isNegative), .replace(rights), in: mailbox, of: owner)
    }
    try await give(AccountID(raw: 2), [.lookup, .read], inbox)
    try await give(gone, [.read], inbox)
    try await give(nil, [.lookup], inbox)
    _ = try await fixture.store.createMailbox("Work", of: owner)
    _ = try await fixture.store.createMailbox("Work/Old", of: owner)
    let work = try await fixture.store.mailbox(named: "Work", of: owner).id
    try await give(AccountID(raw: 2), .all, work)
    try await give(AccountID(raw: 2), [.write], work, isNegative: true)
    try await give(owner, [.lookup, .read, .administer], work)
    defer { Fixture.remove("\(fixture.folder)-backups") }
    let backup = try await backUp(fixture)
    // Since then: somebody else got in, and number 2 became number 4.
    try await give(AccountID(raw: 4), .all, inbox)
    _ = try await fixture.store.restoreAccount(
      owner, from: backup, old: owner, lane: 0, people: [owner: owner, AccountID(raw: 2): AccountID(raw: 4)])
    for _ in 0..<2 {
      let names = ["INBOX", "Work", "Work/Old"]
      var lists: [[AccessEntry]] = []
      for name in names {
        let mailbox = try await fixture.store.mailbox(named: name, of: owner).id
        lists.append(fixture.store.access(to: mailbox, of: owner))
      }
      let now = AccountID(raw: 4)
      #expect(
        lists == [
          [AccessEntry(.init(now), [.lookup, .read]), AccessEntry(.anyone, [.lookup])],
          [
            AccessEntry(.init(owner), [.lookup, .read, .administer]), AccessEntry(.init(now), .all),
            AccessEntry(.init(now, isNegative: true), [.write]),
          ], [],
        ])
      try await fixture.reopen(clock.options(lanes: 2))
    }
  }

  // MARK: Upgrades

  @Test func anUpgradeCanBeUndone() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2])
    try await fixture.deliver("before", to: [1, 2])
    await fixture.close()
    #expect(try UpgradeFolder.undo(fixture.folder) == nil)
    _ = try UpgradeFolder.snapshot(fixture.folder, databases: [], folders: [], now: clock.now)
    try await fixture.reopen(clock.options())
    try await fixture.deliver("after", to: [1, 2])
    await fixture.close()
    // Broken off after the marker: a server does not start, the undo goes on.
    let name = try #require(try BackupFolder.names("\(fixture.folder)/upgrade").last)
    let marker = try Descriptor.open("\(fixture.folder)/upgrade/undoing", O_RDWR | O_CREAT)
    try Array(name.utf8).withFaulty { bytes throws(StoreFault) in try marker.write(bytes, at: 0) }
    #expect(throws: StoreFault.self) { _ = try Fixture.open(fixture.folder, clock.options()) }
    #expect(try UpgradeFolder.undo(fixture.folder) != nil)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts().values.sorted() == ["before"])
    #expect(try await fixture.texts("INBOX", 2).values.sorted() == ["before"])
    #expect(try await fixture.store.verify().isSound)
    try await fixture.deliver("again", to: [1, 2])
    #expect(try UpgradeFolder.undo("/nonexistent") == nil)
  }

  // MARK: Verification

  private static let spoils: [(SQL, String)] = [
    (SQL("UPDATE account_state SET used_bytes = used_bytes + 1"), "used bytes"),
    (SQL("UPDATE mailbox SET uidnext = 1 WHERE role = 'inbox'"), "UIDNEXT"),
    (SQL("UPDATE account_state SET next_item = 1"), "an item"),
    (SQL("UPDATE account_state SET next_m = 1"), "a modseq"),
    (SQL("DELETE FROM blob"), "without its blob"),
    (SQL("DELETE FROM derived"), "without derived data"),
    (SQL("DELETE FROM placement"), "nothing names"),
    (SQL("DELETE FROM email"), "without its email"),
    (SQL("UPDATE mailbox SET parent = 99 WHERE role = 'sent'"), "below one that is not there"),
    (SQL("UPDATE mailbox SET deleted_m = 5 WHERE role = 'inbox'"), "mailbox that is not there"),
    (SQL("UPDATE blob SET off = off + 1"), "broken record"),
    (SQL("UPDATE blob SET codec = 9"), "impossible place"),
    (SQL("UPDATE blob SET len = 40"), "impossible place"),
    (SQL("UPDATE blob SET len = -9"), "impossible place"),
    (SQL("UPDATE blob SET raw_len = -1"), "impossible place"),
    (SQL("UPDATE blob SET raw_len = raw_len + 1"), "broken record"),
  ]

  @Test(arguments: spoils.indices)
  func everyMistakeIsFound(_ number: Int) async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("one")
    try await fixture.deliver("two", trace: "Received: x\r\n")
    try await fixture.deliver(String(repeating: "long ", count: 60_000), trace: "Received: y\r\n")
    let sound = try await fixture.store.verify()
    #expect(sound.isSound && sound.blobs == 3 && sound.messages == 3, "\(sound.mistakes)")
    await fixture.close()
    let connection = try Connection("\(fixture.folder)/lane-0/index.sqlite", .writer)
    try connection.run(Self.spoils[number].0)
    connection.close()
    try await fixture.reopen(clock.options())
    let report = try await fixture.store.verify()
    #expect(report.mistakes.contains { $0.what.contains(Self.spoils[number].1) }, "\(report.mistakes)")
  }

  @Test func aWrongByteIsFoundAndNamed() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<5 { try await fixture.deliver("letter \(number) " + String(repeating: "x", count: 2_000)) }
    let file = try Descriptor.open("\(fixture.folder)/lane-0/segments/00000001", O_RDWR)
    try [UInt8(1)].withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: SegmentFolder.start + 500) }
    let report = try await fixture.store.verify()
    #expect(report.mistakeCount == 1 && report.mistakes[0].account == 1, "\(report.mistakes)")
  }
}
