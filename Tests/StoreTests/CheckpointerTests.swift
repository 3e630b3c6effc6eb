import Database
import Glibc
import Testing

@testable import Store

@Suite("Store: the log of the index")
struct CheckpointerTests {
  private func logSize(_ fixture: Fixture) -> Int {
    var facts = stat()
    guard stat("\(fixture.folder)/lane-0/index.sqlite-wal", &facts) == 0 else { return 0 }
    return Int(facts.st_size)
  }

  /// Thirty times what it may hold goes through the log, one batch after the other.
  @Test func staysShort() async throws {
    let limit = 200
    let options = Fixture.options { $0.logPages = limit }
    let fixture = try await Fixture(options)
    for number in 0..<600 { try await fixture.deliver("message \(number)") }
    let most = 3 * limit * 4_200
    #expect(logSize(fixture) > 0)
    #expect(logSize(fixture) < most)
    try await fixture.reopen(options)
    #expect(try await fixture.texts().count == 600)
  }

  /// A reader that stays keeps the log from beginning anew, and nothing from being written; when it has gone, the log is short again.
  @Test func outlivesALongReader() async throws {
    let limit = 100
    let options = Fixture.options { $0.logPages = limit }
    let fixture = try await Fixture(options)
    try await fixture.deliver("before")
    let reader = try Connection("\(fixture.folder)/lane-0/index.sqlite", .reader, cacheKiB: 64)
    defer { reader.close() }
    try await reading(reader, fixture)
    let grown = logSize(fixture)
    #expect(grown > limit * 4_096)
    for number in 0..<300 { try await fixture.deliver("after \(number)") }
    // The file keeps its length; had the log not begun anew it would have grown as much again.
    #expect(logSize(fixture) < grown * 3 / 2)
    #expect(try await fixture.texts().count == 601)
  }

  private func reading(_ reader: Connection, _ fixture: Fixture) async throws {
    try reader.run(SQL("BEGIN"))
    _ = try reader.first(LaneSQL.readBatch) { $0.int(0) }
    for number in 0..<300 { try await fixture.deliver("during \(number)") }
    try reader.run(SQL("COMMIT"))
  }
}

@Suite("Store: mailbox names in memory")
struct MailboxListsTests {
  private static let account = AccountID(raw: 1)

  private func info(_ name: String) -> MailboxInfo {
    MailboxInfo(
      id: MailboxID(raw: 1), name: name, role: nil, isSelectable: true, isSubscribed: false, hasChildren: false,
      uidValidity: 1)
  }

  @Test func keepsWhatIsNewest() {
    let lists = MailboxLists()
    #expect(lists.list(of: Self.account) == nil)
    lists.keep([info("a")], of: Self.account, batch: 5)
    #expect(lists.list(of: Self.account)?.map(\.name) == ["a"])
    lists.drop([Self.account], batch: 7)
    #expect(lists.list(of: Self.account) == nil)
    // Read before the change was published.
    lists.keep([info("a")], of: Self.account, batch: 6)
    #expect(lists.list(of: Self.account) == nil)
    lists.keep([info("b")], of: Self.account, batch: 7)
    #expect(lists.list(of: Self.account)?.map(\.name) == ["b"])
  }

  @Test func forgetsChangesSafely() {
    let lists = MailboxLists()
    for raw in 1...5_000 { lists.drop([AccountID(raw: Int64(raw))], batch: Int64(raw)) }
    // Which of these changed is forgotten: nothing older than that is kept.
    lists.keep([info("old")], of: AccountID(raw: 1), batch: 3_000)
    #expect(lists.list(of: AccountID(raw: 1)) == nil)
    lists.keep([info("new")], of: AccountID(raw: 1), batch: 5_000)
    #expect(lists.list(of: AccountID(raw: 1)) != nil)
  }

  /// What is in memory is what a new process reads, after every kind of change.
  @Test func followsEveryChange() async throws {
    let fixture = try await Fixture()
    let store = { fixture.store }
    _ = try await store().mailboxes(of: Self.account)
    _ = try await store().createMailbox("a/b", of: Self.account)
    _ = try await store().mailboxes(of: Self.account)
    try await store().setSubscribed("a/b", true, of: Self.account)
    #expect(try await store().mailbox(named: "a/b", of: Self.account).isSubscribed)
    _ = try await store().renameMailbox("a", to: "c", of: Self.account)
    #expect(try await store().mailboxes(of: Self.account).contains { $0.name == "c/b" })
    try await store().deleteMailbox("c", of: Self.account)
    let known = try await store().mailboxes(of: Self.account)
    #expect(known.first { $0.name == "c" }?.isSelectable == false)
    try await fixture.reopen()
    #expect(try await store().mailboxes(of: Self.account) == known)
    try await store().removeAccount(Self.account)
    await #expect(throws: StoreFault.noSuchAccount) { try await store().mailboxes(of: Self.account) }
  }
}
