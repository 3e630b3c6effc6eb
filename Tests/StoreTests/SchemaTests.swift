import Database
import Testing

@testable import Store

@Suite struct SchemaTests {
  /// Every named statement fits the schema.
  @Test func allStatementsPrepare() async throws {
    let fixture = try await Fixture()
    await fixture.close()
    let connection = try Connection("\(fixture.folder)/lane-0/index.sqlite", .writer)
    defer { connection.close() }
    for sql in LaneSQL.all + AccountSQL.all + MessageSQL.all + MetadataSQL.all + AccessSQL.statements + MemberSQL.all
      + POPSQL.all
      + CollectionSQL.all
      + RecoverySQL.all + VerificationSQL.all + BackupSQL.all + TransferSQL.all
    { _ = try connection.prepare(sql) }
    #expect(try connection.integrityReport() == nil)
    let index = try Connection("\(fixture.folder)/search-check.sqlite", .rebuildable)
    defer { index.close() }
    try index.migrate(SearchSQL.migrations)
    for sql in SearchSQL.all { _ = try index.prepare(sql) }
  }

  /// A lane from before there were members: its mailboxes are shared, and can be given to members.
  @Test func membersComeToAnOlderLane() async throws {
    let fixture = try await Fixture(accounts: [1, 2])
    try await fixture.deliver("old")
    await fixture.close()
    let path = "\(fixture.folder)/lane-0/index.sqlite"
    let connection = try Connection(path, .writer)
    // As version 5 left it.
    for sql in [
      SQL("DROP TABLE membership"), SQL("DROP TABLE own_state"), SQL("DROP TABLE own_vanished"),
      SQL(
        """
        CREATE TABLE member (
          a INTEGER NOT NULL, mbox INTEGER NOT NULL, uid INTEGER NOT NULL, who INTEGER NOT NULL, flags INTEGER NOT NULL,
          hidden INTEGER NOT NULL, m INTEGER NOT NULL, PRIMARY KEY (a, mbox, uid, who)) STRICT, WITHOUT ROWID
        """), SQL("DROP INDEX uidl_by_text"),
      SQL("ALTER TABLE pop_device DROP COLUMN lists_ids"), SQL("PRAGMA user_version = 5"),
    ] { try connection.run(sql) }
    connection.close()
    try await fixture.reopen()
    let inbox = try await fixture.inbox()
    #expect(inbox.state.table.count == 1 && !inbox.isOwnState)
    try await fixture.store.setStateMode(.own, of: inbox.id, of: Fixture.account)
    #expect(try await fixture.inbox().isOwnState)
    #expect(try await fixture.store.verify().isSound)
  }

  @Test func aNewerFolderIsRefused() async throws {
    let fixture = try await Fixture()
    await fixture.close()
    let file = try Descriptor.open("\(fixture.folder)/format", 2)
    try Array("barid-store 2\n".utf8).withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: 0) }
    let fault = #expect(throws: StoreFault.self) { try Fixture.open(fixture.folder, Fixture.options()) }
    guard case .newer(let sentence) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(sentence.contains("newer Barid"))
  }

  @Test func aFolderThatCannotBeMadeIsSaid() {
    let fault = #expect(throws: StoreFault.self) { try Fixture.open("/proc/none/x", Fixture.options()) }
    guard case .io(let sentence) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(sentence.contains("/proc"))
  }

  @Test func recordsComeBack() throws {
    let record = MessageRecord(
      uid: 4_000_000_000, flags: Flags(rawValue: 1 << 57), modseq: 9, size: 5, internalDate: -1, savedAt: 3,
      email: EmailID(raw: 8), item: 7)
    let place = PlaceRecord(
      account: AccountID(raw: 1), mailbox: MailboxID(raw: 2), record: record, resendKey: noise(16))
    var bytes: [UInt8] = []
    place.encode(hash: noise(32), into: &bytes)
    #expect(bytes.count == SegmentRecord.headerLength + PlaceRecord.length)
    let header = try #require(bytes.withUnsafeBytes { SegmentRecord($0) })
    #expect(header.kind == .place && header.totalLength == bytes.count && header.hash == noise(32))
    let back = bytes.withUnsafeBytes {
      PlaceRecord(UnsafeRawBufferPointer(rebasing: $0[SegmentRecord.headerLength...]))
    }
    #expect(back == place)
    for bit in 0..<(SegmentRecord.headerLength * 8) {
      var broken = bytes
      broken[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(broken.withUnsafeBytes { SegmentRecord($0) } == nil)
    }
  }

  @Test func addedRowsComeBack() {
    var rows = AddedRows()
    let all: [AddedRows.Row] = [
      .placement(account: AccountID(raw: -1), mailbox: MailboxID(raw: 2), uid: .max, email: EmailID(raw: 3)),
      .filed(account: AccountID(raw: 5), key: noise(14)), .intent(4),
    ]
    for row in all { rows.add(row) }
    #expect(AddedRows.rows(rows.bytes) == all)
    #expect(AddedRows.rows(Array(rows.bytes.dropLast())) == nil)
    #expect(AddedRows.rows([]) == [])
  }
}
