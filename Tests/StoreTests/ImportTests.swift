import Glibc
import Testing

@testable import Store

/// The mark of an import and the messages that it speaks of are one thing.
@Suite struct ImportTests {
  private static let key = [UInt8](repeating: 7, count: 16)

  private func take(
    _ numbers: Range<Int>, _ fixture: Fixture, after last: ImportMark?, size: Int = 500
  ) async throws -> ImportMark {
    var items: [AppendItem] = []
    for number in numbers {
      let text = "\(number)" + String(repeating: "-", count: size)
      items.append(AppendItem(message: try await fixture.spooled(Array(text.utf8)), internalDate: 0))
    }
    let mark = ImportMark(key: Self.key, position: Int64(numbers.upperBound), last: Int64(numbers.upperBound) * 3)
    let inbox = try await fixture.store.mailbox(named: "INBOX", of: Fixture.account).id
    _ = try await fixture.store.append(items, to: inbox, of: Fixture.account, mark: mark, after: last)
    return mark
  }

  private func noted(_ fixture: Fixture) async throws -> ImportMark? {
    try await fixture.store.importMark(Self.key, of: Fixture.account)
  }

  /// Two runs of the same import: what one has taken the other does not take again.
  @Test func twoRunsTakeNothingTwice() async throws {
    let fixture = try await Fixture()
    let first = try await take(0..<5, fixture, after: nil)
    await #expect(throws: StoreFault.importUnderWay) { _ = try await self.take(0..<5, fixture, after: nil) }
    #expect(try await noted(fixture) == first)
    let second = try await take(5..<10, fixture, after: first)
    await #expect(throws: StoreFault.importUnderWay) { _ = try await self.take(5..<10, fixture, after: first) }
    #expect(try await noted(fixture) == second)
    #expect(try await fixture.texts().count == 10)
    // Forgotten is forgotten for a run under way too.
    try await fixture.store.forgetImport(Self.key, of: Fixture.account)
    await #expect(throws: StoreFault.importUnderWay) { _ = try await self.take(10..<12, fixture, after: second) }
  }

  /// Killed at any step, with any part of the batch on the disk: the messages up to the mark are there, and no others.
  @Test(arguments: CrashTests.killPoints, [0, 1, 2, 3, 4])
  func crash(_ point: DurableStep.Point, _ quarters: Int) async throws {
    for known in [0, 4] {
      let trap = Trap()
      let fixture = try await Fixture(trap.options)
      var mark: ImportMark?
      // An older message with the content of one of the batch: that one shares its blob.
      try await fixture.deliver("6" + String(repeating: "-", count: 500))
      if known > 0 { mark = try await take(0..<known, fixture, after: nil) }
      let durable = try fixture.segmentLength()
      trap.arm(point, .kill)
      await #expect(throws: StoreFault.closed) { _ = try await self.take(known..<(known + 8), fixture, after: mark) }
      await fixture.close()
      let file = try Descriptor.open("\(fixture.folder)/lane-0/segments/00000001", O_RDWR)
      let length = try file.length()
      if length > durable, point != .segmentSynced, point != .committed {
        try file.truncate(to: durable + (length - durable) * quarters / 4)
      }
      try await fixture.reopen()
      let now = try await noted(fixture)
      #expect(now == mark || now?.position == Int64(known + 8))
      var numbers = try await fixture.texts().filter { $0.key > 1 }.sorted { $0.key < $1.key }.map {
        Int($0.value.prefix { $0 != "-" })
      }
      #expect(numbers == Array(0..<Int(now?.position ?? 0)), "\(known)")
      // The next run brings the rest.
      _ = try await take(Int(now?.position ?? 0)..<20, fixture, after: now)
      numbers = try await fixture.texts().filter { $0.key > 1 }.sorted { $0.key < $1.key }.map {
        Int($0.value.prefix { $0 != "-" })
      }
      #expect(numbers == Array(0..<20), "\(known)")
      #expect(try await fixture.store.verify().isSound)
    }
  }

  /// A sync that fails takes the mark back with the messages.
  @Test func aFailedSync() async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    let mark = try await take(0..<4, fixture, after: nil)
    trap.arm(.segmentSync, .error(EIO))
    await #expect(throws: StoreFault.self) { _ = try await self.take(4..<8, fixture, after: mark) }
    #expect(try await noted(fixture) == mark)
    try await fixture.reopen()
    let now = try await noted(fixture)
    #expect(try await fixture.texts().count == Int(now?.position ?? 0))
    #expect(try await fixture.store.verify().isSound)
  }

  @Test func journal() {
    let mark = ImportMark(key: Self.key, position: -3, last: 1 << 60)
    let rows: [AddedRows.Row] = [
      .placement(account: Fixture.account, mailbox: MailboxID(raw: 1), uid: 2, email: EmailID(raw: 3)),
      .imported(account: Fixture.account, key: Self.key, count: 1, before: nil), .intent(9),
      .imported(account: Fixture.account, key: Self.key, count: 500, before: mark),
      .filed(account: Fixture.account, key: [1, 2]),
    ]
    var journal = AddedRows()
    for row in rows { journal.add(row) }
    #expect(AddedRows.rows(journal.bytes) == rows)
    for count in 1..<journal.bytes.count {
      let some = AddedRows.rows(Array(journal.bytes.prefix(count)))
      #expect(some == nil || rows.starts(with: some ?? []))
    }
  }
}
