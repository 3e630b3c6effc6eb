import Testing

@testable import Store

@Suite struct AnnotationTests {
  private func set(
    _ entries: [(String, String?)], _ fixture: Fixture, _ name: String = "INBOX", limits: AnnotationLimits = .init()
  ) async throws -> Bool {
    let info = try await fixture.store.mailbox(named: name, of: AccountID(raw: 1))
    return try await fixture.store.annotate(
      entries.map { AnnotationChange(entry: $0.0, value: $0.1.map { Array($0.utf8) }) }, of: info.id,
      of: AccountID(raw: 1), limits)
  }

  private func all(_ fixture: Fixture, _ name: String = "INBOX") async throws -> [String: String] {
    let info = try await fixture.store.mailbox(named: name, of: AccountID(raw: 1))
    let found = try await fixture.store.annotations(of: info.id, of: AccountID(raw: 1))
    return Dictionary(uniqueKeysWithValues: found.map { ($0.entry, String(decoding: $0.value, as: UTF8.self)) })
  }

  @Test func theyStay() async throws {
    let fixture = try await Fixture()
    #expect(try await set([("/shared/comment", "a"), ("/private/comment", "b")], fixture))
    #expect(try await set([("/private/comment", nil), ("/shared/x", "c")], fixture))
    try await fixture.reopen()
    #expect(try await all(fixture) == ["/shared/comment": "a", "/shared/x": "c"])
    await fixture.close()
  }

  @Test func allOrNone() async throws {
    let fixture = try await Fixture()
    var limits = AnnotationLimits()
    limits.entries = 2
    #expect(try await set([("/shared/a", "1"), ("/shared/b", "1")], fixture, limits: limits))
    #expect(try await !set([("/shared/a", "2"), ("/shared/c", "1")], fixture, limits: limits))
    #expect(try await set([("/shared/a", nil), ("/shared/c", "1")], fixture, limits: limits))
    #expect(try await all(fixture) == ["/shared/b": "1", "/shared/c": "1"])
    await fixture.close()
  }

  @Test(arguments: CrashTests.killPoints)
  func annotatingSurvivesAKill(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    #expect(try await set([("/shared/a", "old")], fixture))
    trap.arm(point, .kill)
    var isDone = false
    do { isDone = try await set([("/shared/a", "new"), ("/shared/b", "new")], fixture) } catch { isDone = false }
    try await fixture.reopen()
    let found = try await all(fixture)
    if isDone { #expect(found["/shared/a"] == "new") }
    #expect(found == ["/shared/a": "old"] || found == ["/shared/a": "new", "/shared/b": "new"])
    await fixture.close()
  }

  /// REPLACE: after a crash there is either the old message or the new one, never both, never none.
  @Test(arguments: CrashTests.killPoints)
  func replacingSurvivesAKill(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("old")
    let inbox = try await fixture.inbox()
    let item = AppendItem(message: try await fixture.spooled(Array("new".utf8)), internalDate: 0)
    trap.arm(point, .kill)
    var isDone = false
    do {
      _ = try await fixture.store.replace(1, in: inbox, with: item, to: inbox.id)
      isDone = true
    } catch { isDone = false }
    try await fixture.reopen()
    let texts = try await fixture.texts().values.sorted()
    #expect(texts == ["new"] || (!isDone && texts == ["old"]))
    let usage = try await fixture.store.usage(of: AccountID(raw: 1))
    #expect(usage.count == 1 && usage.bytes == 3)
    await fixture.close()
  }

  @Test func aFeedTellsWhatHappened() async throws {
    let fixture = try await Fixture()
    let account = AccountID(raw: 1)
    let feed = try fixture.store.feed(of: account) {}
    #expect(feed.isEmpty)
    try await fixture.deliver("one")
    try await fixture.deliver("two")
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.createMailbox("a/b", of: account)
    _ = try await fixture.store.renameMailbox("a/b", to: "c", of: account)
    try await fixture.store.setSubscribed("c", true, of: account)
    try await fixture.store.deleteMailbox("c", of: account)
    #expect(
      feed.take() == [
        .created(name: "a/b"), .renamed(from: "a/b", to: "c"), .subscribed(name: "c", true), .deleted(name: "c"),
        .messages(inbox.id, .new),
      ])
    #expect(feed.isEmpty)
    for number in 0..<600 {
      try await fixture.store.setSubscribed("n\(number)", true, of: account)
      try await fixture.store.setSubscribed("n\(number)", false, of: account)
    }
    // Too much: the listener must look for itself, and goes on from there.
    #expect(feed.take() == nil)
    #expect(feed.take() == [])
    await fixture.close()
  }
}
