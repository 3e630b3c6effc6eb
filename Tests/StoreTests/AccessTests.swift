import Testing

@testable import Store

@Suite("Store: access lists")
struct AccessTests {
  private static let owner = AccountID(raw: 1)
  private static let member = AccountID(raw: 2)
  private static let stranger = AccountID(raw: 3)

  /// RFC 4314 §2.1.1: "c" and "d" in, and out wherever one of their members is there.
  @Test(arguments: [
    ("lr", "lr"), ("lrswida", "lrswitead"), ("lrswikda", "lrswikteacd"), ("c", "kxc"), ("d", "ted"), ("", ""),
    ("e", "ed"), ("x", "xc"), ("acdlrswipkxte", "lrswipkxteacd"),
  ])
  func letters(_ given: String, _ shown: String) throws {
    let rights = try #require(AccessRights(given))
    #expect(rights.text == shown)
    #expect(AccessRights(rights.stored) == rights)
  }

  @Test(arguments: ["q", "lrL", "0", "l r", "é"])
  func unknownLetters(_ text: String) { #expect(AccessRights(text) == nil) }

  @Test(arguments: [1, 2, 4_711, Int64.max / 2], [false, true])
  func identifiers(_ raw: Int64, _ isNegative: Bool) {
    for identifier in [
      AccessIdentifier(AccountID(raw: raw), isNegative: isNegative), .init(nil, isNegative: isNegative),
    ] {
      #expect(AccessIdentifier(raw: identifier.raw) == identifier)
    }
  }

  /// Rows, and what owner, member and stranger may do.
  @Test(
    arguments: [
      ([], "lrswipkxtea", "", ""), ([("2", "lr")], "lrswipkxtea", "lr", ""),
      ([("anyone", "l"), ("2", "r")], "lrswipkxtea", "lr", "l"),
      ([("anyone", "lrw"), ("-2", "w")], "lrswipkxtea", "lr", "lrw"),
      ([("anyone", "lrw"), ("2", "i"), ("-anyone", "w")], "lrsipkxtea", "lri", "lr"),
      ([("1", "r"), ("2", "a")], "lra", "a", ""), ([("1", ""), ("anyone", "s")], "lsa", "s", "s"),
      ([("-1", "lrswipkxtea")], "la", "", ""),
    ] as [([(String, String)], String, String, String)])
  func rights(_ rows: [(String, String)], _ owner: String, _ member: String, _ stranger: String) throws {
    let table = AccessTable()
    let key = MailboxKey(account: Self.owner, mailbox: MailboxID(raw: 1))
    let list = try rows.map { name, rights in
      let isNegative = name.hasPrefix("-")
      let who = Int64(isNegative ? String(name.dropFirst()) : name)
      return AccessEntry(
        AccessIdentifier(who.map { AccountID(raw: $0) }, isNegative: isNegative), try #require(AccessRights(rights)))
    }
    table.update([key: list], removed: [])
    let wanted = [(Self.owner, owner), (Self.member, member), (Self.stranger, stranger)]
    for (who, text) in wanted { #expect(table.rights(of: who, in: key) == AccessRights(text), "\(who)") }
  }

  @Test func whoSharesFollowsTheLists() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2, 3])
    let inbox = try await fixture.inbox().id
    let archive = try await fixture.open("Archive").id
    let store = fixture.store
    try await store.setAccess(AccessIdentifier(Self.member), .replace([.lookup]), in: inbox, of: Self.owner)
    try await store.setAccess(.anyone, .replace([.lookup]), in: archive, of: Self.owner)
    #expect(store.owners(sharingWith: Self.member) == [Self.owner])
    #expect(store.owners(sharingWith: Self.stranger) == [Self.owner] && store.owners(sharingWith: Self.owner) == [])
    try await store.deleteMailbox("Archive", of: Self.owner)
    #expect(store.owners(sharingWith: Self.stranger) == [] && store.owners(sharingWith: Self.member) == [Self.owner])
    // A row that gives nothing any more goes.
    try await store.setAccess(AccessIdentifier(Self.member), .remove([.lookup]), in: inbox, of: Self.owner)
    #expect(store.access(to: inbox, of: Self.owner).isEmpty && store.owners(sharingWith: Self.member) == [])
    // Removed accounts are in nobody's list, and their own lists are gone.
    try await store.setAccess(AccessIdentifier(Self.member), .add([.lookup]), in: inbox, of: Self.owner)
    try await store.removeAccount(Self.member)
    #expect(store.access(to: inbox, of: Self.owner).isEmpty)
    try await store.setAccess(AccessIdentifier(Self.stranger), .add([.lookup]), in: inbox, of: Self.owner)
    try await store.removeAccount(Self.owner)
    #expect(store.owners(sharingWith: Self.stranger) == [])
  }

  @Test func aNewMailboxHasTheListOfTheOneAbove() async throws {
    let fixture = try await Fixture()
    let made = try await fixture.store.createMailbox("team", of: Self.owner)
    try await fixture.store.setAccess(AccessIdentifier(Self.member), .add([.read]), in: made.id, of: Self.owner)
    let below = try await fixture.store.createMailbox("team/a/b", of: Self.owner)
    #expect(fixture.store.rights(of: Self.member, in: below.id, of: Self.owner) == .read)
    let beside = try await fixture.store.createMailbox("teams", of: Self.owner)
    #expect(fixture.store.access(to: beside.id, of: Self.owner).isEmpty)
    try await fixture.reopen()
    #expect(fixture.store.rights(of: Self.member, in: below.id, of: Self.owner) == .read)
  }

  @Test func aListHasAnEnd() async throws {
    let fixture = try await Fixture()
    let inbox = try await fixture.inbox().id
    try await fixture.store.lanes[0].perform { transaction throws(StoreFault) in
      for who in 2...Int64(LaneTransaction.accessLimit + 1) {
        try transaction.setAccess(AccessIdentifier(AccountID(raw: who)), .add(.read), in: inbox, of: Self.owner)
      }
    }
    await #expect(throws: StoreFault.tooManyRights) {
      try await fixture.store.setAccess(.anyone, .add(.read), in: inbox, of: Self.owner)
    }
    try await fixture.store.setAccess(AccessIdentifier(Self.member), .add(.lookup), in: inbox, of: Self.owner)
  }

  /// SETACL that was answered is there after a kill; one that was not is there whole or not at all, in memory as on the disk.
  @Test(arguments: CrashTests.killPoints)
  func changesSurviveAKill(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    let inbox = try await fixture.inbox()
    try await fixture.store.setAccess(
      AccessIdentifier(Self.member), .replace([.lookup, .read]), in: inbox.id, of: Self.owner)
    trap.arm(point, .kill)
    var isAnswered = true
    do {
      try await fixture.store.setAccess(AccessIdentifier(Self.member), .delete, in: inbox.id, of: Self.owner)
    } catch {
      #expect(error == .closed)
      isAnswered = false
    }
    // Nothing is shown before it is durable.
    if !isAnswered { #expect(inbox.rights(of: Self.member) == [.lookup, .read]) }
    try await fixture.reopen()
    let after = fixture.store.rights(of: Self.member, in: inbox.id, of: Self.owner)
    #expect(after.isEmpty || (!isAnswered && after == [.lookup, .read]))
    try await fixture.store.setAccess(AccessIdentifier(Self.member), .replace(.read), in: inbox.id, of: Self.owner)
    #expect(fixture.store.rights(of: Self.member, in: inbox.id, of: Self.owner) == .read)
  }

  /// Copying between accounts, on one lane and on two.
  @Test(arguments: [1, 2])
  func messagesGoFromAccountToAccount(_ lanes: Int) async throws {
    let fixture = try await Fixture(Fixture.options(lanes: lanes), accounts: [1, 2])
    let long = String(decoding: noise(700_000).map { $0 & 0x3F | 0x20 }, as: UTF8.self)
    for text in ["one", "two", long] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let store = fixture.store
    _ = try await store.setFlags(
      FlagChange(uids: [1, 3], mode: .add, flags: [.seen, .deleted], keywords: ["$a", "$b"]), in: inbox)
    let target = try await fixture.open("Archive", 2)
    let copied = try await store.copy(
      [1, 2, 3, 9], from: inbox, to: target.id, of: Self.member, keeping: AccessRights([.write, .seen]).flags)
    #expect(copied.source == [1, 2, 3] && copied.destination == [1, 2, 3])
    #expect(try await fixture.texts("Archive", 2) == [1: "one", 2: "two", 3: long])
    #expect(target.state.keywords == ["$a", "$b"])
    #expect(
      target.state.table.records.map(\.flags) == [
        [.seen, .keyword(0), .keyword(1)], [], [.seen, .keyword(0), .keyword(1)],
      ])
    let moved = try await store.move([1, 3], from: inbox, to: target.id, of: Self.member, keeping: [])
    #expect(moved.destination == [4, 5] && inbox.state.table.uids == [2])
    #expect(try await store.usage(of: Self.member).count == 5)
    #expect(try await store.usage(of: Self.owner).count == 1)
    // The quota is the destination's, all or nothing.
    try await fixture.deliver("three")
    try await store.setLimits(bytes: nil, count: 6, of: Self.member)
    await #expect(throws: StoreFault.overQuota) {
      try await store.copy([2, 4], from: inbox, to: target.id, of: Self.member, keeping: .everything)
    }
    #expect(target.state.table.count == 5)
    #expect(try await store.verify().isSound)
  }
}
