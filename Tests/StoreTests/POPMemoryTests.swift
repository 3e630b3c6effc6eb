import Database
import Testing

@testable import Store

@Suite struct POPMemoryTests {
  @Test(arguments: [1, 9, 10, 35, 36, 37, 1_295, 1_296, 46_655, 1 << 40, (1 << 40) + 7, Int64.max] as [Int64])
  func identityIsBase36(_ item: Int64) {
    let text = String(decoding: POPIdentity.text(item), as: UTF8.self)
    #expect(text == "b" + String(item, radix: 36))
    #expect(POPIdentity.item(of: text) == item)
  }

  @Test func bitmapsComeBack() {
    var bitmap = ItemBitmap()
    let items: [Int64] = [1, 63, 64, 4_095, 4_096, 1 << 40, (1 << 40) + 4_097]
    for item in items {
      let isNew = bitmap.insert(item)
      #expect(isNew)
    }
    let isNewAgain = bitmap.insert(64)
    #expect(!isNewAgain)
    var back = ItemBitmap()
    for chunk in bitmap.changed { back.load(chunk, bitmap.bytes(chunk)) }
    for item in items { #expect(back.contains(item)) }
    for item: Int64 in [0, 2, 62, 65, 4_097, (1 << 40) + 1] { #expect(!back.contains(item)) }
    back.load(9, [0xFF])
    #expect(back.contains(9 << 12) && !back.contains((9 << 12) + 8))
  }

  @Test func listsComeBack() {
    for items: [Int64] in [[], [1], [3, 1, 2], [1 << 40, 5, 127, 128, 300], Array(1...5_000)] {
      #expect(ItemList.decode(ItemList.encode(items)) == items.sorted())
    }
  }

  /// QUIT that removes and remembers, killed at every durable step: after the next start both are there or neither.
  @Test(arguments: CrashTests.killPoints, [POPDeletion.trash, .archive, .delete])
  func quitIsOneStep(_ point: DurableStep.Point, _ deletion: POPDeletion) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    for text in ["one", "two", "three"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let records = inbox.state.table.records
    var update = POPUpdate(
      mailbox: inbox.id, account: Fixture.account, device: 1, peer: "192.0.2.1", table: inbox.state.table,
      retention: POPRetention(members: [
        .init(device: 1, since: 0, keeping: .afterDownload(days: 0), isAlone: true)
      ]))
    update.taken = [records[0].item, records[1].item]
    update.deleted = [records[1].item]
    update.deletion = deletion
    update.marksSeen = true
    trap.arm(point, .kill)
    var isDone = true
    do { _ = try await fixture.store.popUpdate(update) } catch { isDone = false }
    try await fixture.reopen()
    let texts = try await fixture.texts().values.sorted()
    let opening = try await fixture.store.popOpening(1, of: Fixture.account, taken: true)
    let isThere = texts == ["one", "three", "two"]
    #expect(isThere || texts == ["three"])
    if isDone { #expect(!isThere) }
    for index in 0..<2 { #expect(opening.taken.contains(records[index].item) == !isThere) }
    #expect((opening.device?.taken ?? 0) == (isThere ? 0 : 2))
    #expect(try await fixture.texts("Archive").values.sorted() == (isThere || deletion != .archive ? [] : ["two"]))
    #expect(try await fixture.store.popSessions(of: Fixture.account, limit: 9).count == (isThere ? 0 : 1))
    let usage = try await fixture.store.usage(of: Fixture.account)
    #expect(usage.count == (isThere ? 3 : deletion == .archive ? 2 : 1))
  }

  /// In a group nobody decides alone, whatever the policies of before say.
  @Test func aGroupWaitsForAll() async throws {
    let fixture = try await Fixture()
    try await fixture.deliver("one")
    let inbox = try await fixture.inbox()
    var rule = POPRetention(
      members: [1, 2].map { .init(device: $0, since: 1 << 40, keeping: .afterDownload(days: 0), isAlone: true) })
    for isGroup in [true, false] {
      rule.isGroup = isGroup
      var update = POPUpdate(
        mailbox: inbox.id, account: Fixture.account, device: 1, peer: "", table: inbox.state.table, retention: rule)
      update.taken = inbox.state.table.records.map(\.item)
      #expect(try await fixture.store.popUpdate(update).removed == (isGroup ? 0 : 1))
    }
  }

  /// What went has a row that says why, from which it can be restored.
  @Test func causes() async throws {
    let fixture = try await Fixture()
    for text in ["one", "two", "three"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let records = inbox.state.table.records
    let rule = POPRetention(members: [.init(device: 1, since: 0, keeping: .afterDownload(days: 0), isAlone: true)])
    for (deleted, deletion) in [(records[0].item, POPDeletion.trash), (records[1].item, .delete)] {
      var update = POPUpdate(
        mailbox: inbox.id, account: Fixture.account, device: 1, peer: "", table: inbox.state.table, retention: rule)
      update.deleted = [deleted]
      update.deletion = deletion
      _ = try await fixture.store.popUpdate(update)
    }
    var update = POPUpdate(
      mailbox: inbox.id, account: Fixture.account, device: 1, peer: "", table: inbox.state.table, retention: rule)
    update.taken = [records[2].item]
    let removal = try await fixture.store.popUpdate(update)
    #expect(removal.removed == 1 && removal.freedBytes == 5)
    await fixture.close()
    let connection = try Connection("\(fixture.folder)/lane-0/index.sqlite", .writer)
    defer { connection.close() }
    let causes = try connection.rows(SQL("SELECT item, cause FROM gone ORDER BY uid")) { ($0.int(0), $0.int(1)) }
    #expect(causes.map(\.0) == records.map(\.item))
    #expect(
      causes.map(\.1)
        == [GoneCause.popped, .discarded, .expired].map(\.rawValue))
  }
}

extension Fixture {
  /// Brings a message in as an import does, with the unique id that it had elsewhere.
  func take(_ id: String, _ mark: ImportMark) async throws {
    let spool = store.spool()
    Array("Subject: imported".utf8).withUnsafeBytes { spool.append($0) }
    var item = AppendItem(message: try await spool.finish(), internalDate: 0)
    item.uniqueID = id
    _ = try await store.append([item], to: inbox().id, of: Fixture.account, mark: mark)
  }

  func uniqueIDs(_ account: Int64 = 1) async throws -> [String] {
    let items = try await inbox(account).state.table.records.map(\.item)
    return try await store.uniqueIDs(of: items, in: AccountID(raw: account))
  }
}
