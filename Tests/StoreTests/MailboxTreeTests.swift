import Testing

@testable import Store

@Suite struct MailboxTreeTests {
  private func names(_ fixture: Fixture) async throws -> [String] {
    try await fixture.store.mailboxes(of: Fixture.account).map(\.name).filter {
      !["Archive", "Drafts", "Junk", "Sent", "Trash"].contains($0)
    }
  }

  @Test func createMakesParents() async throws {
    let fixture = try await Fixture()
    let made = try await fixture.store.createMailbox("a/b/ج/", of: Fixture.account)
    #expect(made.name == "a/b/ج" && !made.isSubscribed && made.isSelectable)
    #expect(try await names(fixture) == ["INBOX", "a", "a/b", "a/b/ج"])
    await #expect(throws: StoreFault.mailboxExists) {
      try await fixture.store.createMailbox("a/b", of: Fixture.account)
    }
    await #expect(throws: StoreFault.mailboxExists) {
      try await fixture.store.createMailbox("iNbOx", of: Fixture.account)
    }
    #expect(try await fixture.store.createMailbox("inbox/x", of: Fixture.account).name == "INBOX/x")
    let all = try await fixture.store.mailboxes(of: Fixture.account)
    #expect(all.first { $0.name == "a" }?.hasChildren == true)
    await #expect(throws: StoreFault.notPermitted("another mailbox is sent already")) {
      try await fixture.store.createMailbox("sent2", role: .sent, of: Fixture.account)
    }
  }

  @Test(arguments: [
    "", "/", "a//b", "/a", "a\u{0}", "a\u{7f}b", "a\nb", String(repeating: "x", count: 256),
    Array(repeating: "x", count: 33).joined(separator: "/"),
    Array(repeating: String(repeating: "y", count: 200), count: 6).joined(separator: "/"),
  ])
  func badNames(_ name: String) async throws {
    let fault = #expect(throws: StoreFault.self) { try MailboxPath(name) }
    guard case .badMailboxName = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func deleteRespectsChildren() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    let old = try await store.createMailbox("foo", of: Fixture.account)
    _ = try await store.createMailbox("foo/bar", of: Fixture.account)
    let open = try await fixture.open("foo")
    let message = try await fixture.spooled(Array("x".utf8))
    _ = try await store.append([AppendItem(message: message, internalDate: 0)], to: old.id, of: Fixture.account)
    try await store.deleteMailbox("foo", of: Fixture.account)
    #expect(open.state.isDeleted)
    #expect(open.state.table.isEmpty)
    let left = try await store.mailbox(named: "foo", of: Fixture.account)
    #expect(!left.isSelectable && left.hasChildren)
    await #expect(throws: StoreFault.notSelectable) {
      try await store.open(left.id, of: Fixture.account, claimRecent: true)
    }
    await #expect(throws: StoreFault.notSelectable) { try await store.status(of: left.id, of: Fixture.account) }
    await #expect(throws: StoreFault.self) { try await store.deleteMailbox("foo", of: Fixture.account) }
    await #expect(throws: StoreFault.self) { try await store.deleteMailbox("INBOX", of: Fixture.account) }
    await #expect(throws: StoreFault.noSuchMailbox) { try await store.deleteMailbox("none", of: Fixture.account) }
    let again = try await store.createMailbox("foo", of: Fixture.account)
    #expect(again.isSelectable && again.uidValidity > old.uidValidity)
    #expect(try await fixture.texts("foo") == [:])
    try await store.deleteMailbox("foo/bar", of: Fixture.account)
    try await store.deleteMailbox("foo", of: Fixture.account)
    #expect(try await names(fixture) == ["INBOX"])
    #expect(try await store.usage(of: Fixture.account).count == 0)
    try await fixture.reopen()
    #expect(try await names(fixture) == ["INBOX"])
    #expect(try await fixture.store.createMailbox("foo", of: Fixture.account).uidValidity > again.uidValidity)
  }

  @Test func renameTakesTheTreeAlong() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    _ = try await store.createMailbox("a/b/c", of: Fixture.account)
    try await store.setSubscribed("a/b", true, of: Fixture.account)
    let message = try await fixture.spooled(Array("x".utf8))
    let c = try await fixture.open("a/b/c")
    _ = try await store.append([AppendItem(message: message, internalDate: 0)], to: c.id, of: Fixture.account)
    let renamed = try await store.renameMailbox("a/b", to: "z/y/x", of: Fixture.account)
    #expect(renamed.name == "z/y/x")
    #expect(try await names(fixture) == ["INBOX", "a", "z", "z/y", "z/y/x", "z/y/x/c"])
    #expect(try await fixture.texts("z/y/x/c") == [1: "x"])
    #expect(!c.state.isDeleted)
    // RFC 9051 §6.3.6: subscriptions stay with the old name.
    #expect(try await store.subscriptions(of: Fixture.account).contains("a/b"))
    await #expect(throws: StoreFault.mailboxExists) { try await store.renameMailbox("a", to: "z", of: Fixture.account) }
    await #expect(throws: StoreFault.noSuchMailbox) { try await store.renameMailbox("q", to: "r", of: Fixture.account) }
    await #expect(throws: StoreFault.notPermitted("a mailbox cannot move below itself")) {
      try await store.renameMailbox("z", to: "z/y/x/c/d", of: Fixture.account)
    }
    await #expect(throws: StoreFault.mailboxExists) {
      try await store.renameMailbox("a", to: "INBOX", of: Fixture.account)
    }
    try await fixture.reopen()
    #expect(try await names(fixture) == ["INBOX", "a", "z", "z/y", "z/y/x", "z/y/x/c"])
  }

  @Test func renamingInboxMovesItsMail() async throws {
    let fixture = try await Fixture()
    for text in ["a", "b"] { try await fixture.deliver(text) }
    _ = try await fixture.store.createMailbox("INBOX/sub", of: Fixture.account)
    let inbox = try await fixture.inbox()
    let made = try await fixture.store.renameMailbox("inbox", to: "old/mail", of: Fixture.account)
    #expect(made.name == "old/mail")
    #expect(inbox.state.table.isEmpty && !inbox.state.isDeleted)
    #expect(try await fixture.texts("old/mail") == [1: "a", 2: "b"])
    #expect(try await names(fixture) == ["INBOX", "INBOX/sub", "old", "old/mail"])
    try await fixture.deliver("c")
    #expect(try await fixture.texts() == [3: "c"])
  }

  @Test func subscriptionsNeedNoMailbox() async throws {
    let fixture = try await Fixture()
    try await fixture.store.setSubscribed("not/there", true, of: Fixture.account)
    try await fixture.store.setSubscribed("Sent", false, of: Fixture.account)
    try await fixture.store.setSubscribed("Sent", false, of: Fixture.account)
    try await fixture.reopen()
    let names = try await fixture.store.subscriptions(of: Fixture.account)
    #expect(names == ["Archive", "Drafts", "INBOX", "Junk", "Trash", "not/there"])
    #expect(try await fixture.store.mailbox(named: "Sent", of: Fixture.account).isSubscribed == false)
  }

  @Test func deletedRoleFallsBackToInbox() async throws {
    let fixture = try await Fixture()
    try await fixture.store.deleteMailbox("Junk", of: Fixture.account)
    let message = try await fixture.spooled(Array("spam".utf8))
    _ = try await fixture.store.deliver(
      message, trace: [], sender: "", to: [DeliveryRecipient(account: Fixture.account, role: .junk)])
    #expect(try await fixture.texts() == [1: "spam"])
  }

  @Test func statusIsTheSameOpenOrNot() async throws {
    let fixture = try await Fixture()
    for text in ["a", "bb", "ccc"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: [1], mode: .replace, flags: [.seen, .deleted]), in: inbox)
    let open = try await fixture.store.status(of: inbox.id, of: Fixture.account)
    #expect(
      open.messages == 3 && open.unseen == 2 && open.deleted == 1 && open.size == 6 && open.uidNext == 4
        && open.recent == 3)
    try await fixture.reopen()
    #expect(try await fixture.store.status(of: inbox.id, of: Fixture.account) == open)
  }

  /// What is below a renamed mailbox goes along, and must have a name that commands take.
  @Test(arguments: [
    ("a/" + Array(repeating: "l", count: 30).joined(separator: "/"), "p/q/r"),
    (
      "a/" + Array(repeating: String(repeating: "x", count: 200), count: 4).joined(separator: "/"),
      String(repeating: "y", count: 250)
    ),
  ])
  func renameRefusesNamesThatCannotBeSaid(_ deep: String, _ new: String) async throws {
    let fixture = try await Fixture()
    _ = try await fixture.store.createMailbox(deep, of: Fixture.account)
    let before = try await names(fixture)
    do {
      _ = try await fixture.store.renameMailbox("a", to: new, of: Fixture.account)
      Issue.record("renamed")
    } catch {
      guard case .badMailboxName = error else {
        Issue.record(error)
        return
      }
    }
    #expect(try await names(fixture) == before)
    _ = try await fixture.store.renameMailbox("a", to: "b", of: Fixture.account)
    for name in try await names(fixture) { try await fixture.store.setSubscribed(name, true, of: Fixture.account) }
  }
}
