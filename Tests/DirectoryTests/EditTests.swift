import Testing

@testable import Directory

struct EditTests {
  typealias Edit = @Sendable (inout DirectorySnapshot) throws(DirectoryError) -> Void

  /// A change that is refused, and why. Nothing may have changed.
  static let refusals: [(error: DirectoryError, edit: Edit)] = [
    (.domainInvalid(""), { s throws(DirectoryError) in _ = try s.addDomain("", aliasOf: nil) }),
    (.domainInvalid("a b"), { s throws(DirectoryError) in _ = try s.addDomain("a b", aliasOf: nil) }),
    (.domainInvalid("-a.example"), { s throws(DirectoryError) in _ = try s.addDomain("-a.example", aliasOf: nil) }),
    (.domainExists("example.org"), { s throws(DirectoryError) in _ = try s.addDomain("EXAMPLE.org", aliasOf: nil) }),
    (
      .domainUnknown("no.example"),
      { s throws(DirectoryError) in _ = try s.addDomain("a.example", aliasOf: "no.example") }
    ),
    (
      .domainIsAlias("example.net", of: "example.org"),
      { s throws(DirectoryError) in _ = try s.addDomain("a.example", aliasOf: "example.net") }
    ),
    (.domainUnknown("no.example"), { s throws(DirectoryError) in _ = try s.removeDomain("no.example") }),
    (.domainInUse("example.org"), { s throws(DirectoryError) in _ = try s.removeDomain("example.org") }),
    (.addressInvalid("amal"), { s throws(DirectoryError) in try add("amal", &s) }),
    (.addressInvalid("a@b@c"), { s throws(DirectoryError) in try add("a@b@c", &s) }),
    (.domainUnknown("no.example"), { s throws(DirectoryError) in try add("amal@no.example", &s) }),
    (.domainUnknown("[127.0.0.1]"), { s throws(DirectoryError) in try add("amal@[127.0.0.1]", &s) }),
    (.domainIsAlias("example.net", of: "example.org"), { s throws(DirectoryError) in try add("new@example.net", &s) }),
    (.addressTagged("a+b@example.org"), { s throws(DirectoryError) in try add("a+b@example.org", &s) }),
    (.addressTaken("amal@example.org"), { s throws(DirectoryError) in try add("AMAL@example.org", &s) }),
    (.addressTaken("info@example.org"), { s throws(DirectoryError) in try add("info@example.org", &s) }),
    (
      .accountUnknown("no@example.org"), { s throws(DirectoryError) in _ = try s.closeAccount("no@example.org", at: 9) }
    ),
    (
      .accountLastTarget("@other.example"),
      { s throws(DirectoryError) in _ = try s.closeAccount("amal@other.example", at: 9) }
    ),
    (
      .accountUnknown("info@example.org"),
      { s throws(DirectoryError) in _ = try s.setPassword("info@example.org", "hash") }
    ),
    (.aliasWithoutTarget, { s throws(DirectoryError) in _ = try s.addAlias("new@example.org", to: []) }),
    (.addressTaken("amal@example.org"), { s throws(DirectoryError) in try alias("amal@example.org", "basma", &s) }),
    (.addressTagged("a+b@example.org"), { s throws(DirectoryError) in try alias("a+b@example.org", "basma", &s) }),
    (.domainUnknown("no.example"), { s throws(DirectoryError) in try alias("a@no.example", "basma", &s) }),
    (.domainUnknown("no.example"), { s throws(DirectoryError) in try alias("@no.example", "basma", &s) }),
    (.domainInvalid(""), { s throws(DirectoryError) in try alias("@", "basma", &s) }),
    (
      .aliasTargetElsewhere("x@elsewhere.example"),
      { s throws(DirectoryError) in _ = try s.addAlias("new@example.org", to: ["x@elsewhere.example"]) }
    ),
    (
      .aliasTargetUnknown("nobody@example.org"),
      { s throws(DirectoryError) in try alias("new@example.org", "nobody", &s) }
    ),
    (.aliasCircle("info@example.org"), { s throws(DirectoryError) in try alias("info@example.org", "info", &s) }),
    (.aliasCircle("info@example.org"), { s throws(DirectoryError) in try alias("info@example.org", "all", &s) }),
    (.aliasUnknown("amal@example.org"), { s throws(DirectoryError) in _ = try s.removeAlias("amal@example.org") }),
    (.aliasUnknown("no@example.org"), { s throws(DirectoryError) in _ = try s.removeAlias("no@example.org") }),
    (.deviceNameInvalid(""), { s throws(DirectoryError) in try device("", &s) }),
    (.deviceNameInvalid(" a"), { s throws(DirectoryError) in try device(" a", &s) }),
    (.deviceNameInvalid("a\u{202E}b"), { s throws(DirectoryError) in try device("a\u{202E}b", &s) }),
    (.deviceNameInvalid("a\u{2028}b"), { s throws(DirectoryError) in try device("a\u{2028}b", &s) }),
    (.deviceNameInvalid("a\u{7}"), { s throws(DirectoryError) in try device("a\u{7}", &s) }),
    (.deviceExpiryPast, { s throws(DirectoryError) in try device("phone", expiresAt: 5, &s) }),
    (
      .deviceUnknown("phone"),
      { s throws(DirectoryError) in _ = try s.removeDevice("amal@example.org", name: "phone", at: 9) }
    ),
  ]

  static func add(_ address: String, _ snapshot: inout DirectorySnapshot) throws(DirectoryError) {
    _ = try snapshot.addAccount(address, password: nil, lane: { _ in 0 }, at: 5)
  }

  static func alias(_ address: String, _ local: String, _ snapshot: inout DirectorySnapshot) throws(DirectoryError) {
    _ = try snapshot.addAlias(address, to: ["\(local)@example.org"])
  }

  static func device(
    _ name: String, expiresAt: Int64? = nil, _ snapshot: inout DirectorySnapshot
  ) throws(DirectoryError) {
    _ = try snapshot.addDevice(
      "amal@example.org", name: name, fingerprint: { _ in [1] }, scope: .all, expiresAt: expiresAt, at: 5)
  }

  @Test(arguments: refusals.indices)
  func aChangeIsRefused(index: Int) throws {
    var snapshot = try sampleSnapshot()
    #expect(throws: Self.refusals[index].error) { try Self.refusals[index].edit(&snapshot) }
  }

  @Test func aClosedAccountIsGoneAndItsNumberIsNotUsedAgain() throws {
    var snapshot = try sampleSnapshot()
    let (key, rows) = try snapshot.closeAccount("amal@example.org", at: 9)
    #expect(key == 1)
    #expect(
      Set(rows) == [
        .putAlias("info@example.org", ["basma@example.org"]), .removeAddress("amal@example.org"),
        .keepAlias(1, "info@example.org"), .closeAccount(1, at: 9),
      ])
    #expect(snapshot.resolve(canonical: "amal@example.org") == .noSuchUser)
    #expect(snapshot.resolve(canonical: "info@example.org") == .accounts([Recipient(account: 2, lane: 0)]))
    #expect(snapshot.resolve(canonical: "postmaster@example.org") == .accounts([Recipient(account: 2, lane: 0)]))
    #expect(snapshot.resolve(bare: "postmaster") == .accounts([Recipient(account: 2, lane: 0)]))
    // The other amal may now use the bare name.
    #expect(snapshot.account(logIn: "amal")?.key == 3)
    let (again, _) = try snapshot.addAccount("amal@example.org", password: nil, lane: { _ in 0 }, at: 10)
    #expect(again == 5)
  }

  @Test func aDomainGoesWhenNothingIsLeftInIt() throws {
    var snapshot = try sampleSnapshot()
    _ = try snapshot.removeAlias("abuse@other.example")
    _ = try snapshot.removeAlias("@other.example")
    _ = try snapshot.addAlias("all@example.org", to: ["basma@example.org"])
    _ = try snapshot.closeAccount("amal@other.example", at: 9)
    #expect(try snapshot.removeDomain("other.example") == [.removeDomain("other.example")])
    #expect(snapshot.resolve(canonical: "amal@other.example") == .notLocal)
    #expect(snapshot.domains.map(\.name) == ["example.net", "example.org", "xn--mgbh0fb.example"])
  }

  @Test func anAliasGrowsAndKeepsItsTargetsOnce() throws {
    var snapshot = try sampleSnapshot()
    let (info, rows) = try snapshot.addAlias(
      "info@example.net", to: ["AMAL@example.net", "amal@other.example", "amal@other.example"])
    #expect(info.targets == ["amal@example.org", "basma@example.org", "amal@other.example"])
    #expect(rows == [.putAlias("info@example.org", info.targets)])
    let many = try (0..<101).map { number in
      _ = try snapshot.addAccount("u\(number)@example.org", password: nil, lane: { _ in 0 }, at: 9)
      return "u\(number)@example.org"
    }
    #expect(throws: DirectoryError.aliasTooManyTargets(limit: 100)) {
      _ = try snapshot.addAlias("many@example.org", to: many)
    }
  }

  /// Aliases of aliases: nobody may stand behind the last account that is looked at, in whatever order they grow.
  @Test func aliasesReachNoMoreThanAreServed() throws {
    var snapshot = try sampleSnapshot()
    var groups: [String] = []
    for group in 0..<11 {
      var members: [String] = []
      for number in 0..<(group < 10 ? 99 : 11) {
        let address = "m\(group)-\(number)@example.org"
        _ = try snapshot.addAccount(address, password: nil, lane: { _ in 0 }, at: 9)
        members.append(address)
      }
      groups.append("group\(group)@example.org")
      _ = try snapshot.addAlias(groups[group], to: members)
    }
    let grown = snapshot
    #expect(throws: DirectoryError.aliasTooManyTargets(limit: 1_000)) {
      var copy = grown
      _ = try copy.addAlias("top@example.org", to: groups)
    }
    _ = try snapshot.addAlias("top@example.org", to: Array(groups.prefix(10)))
    _ = try snapshot.addAlias("group0@example.org", to: ["m10-0@example.org"])
    for number in 1...9 { _ = try snapshot.addAlias("group\(number)@example.org", to: ["m10-\(number)@example.org"]) }
    guard case .accounts(let accounts) = snapshot.resolve(canonical: "top@example.org") else {
      Issue.record("nobody")
      return
    }
    #expect(accounts.count == 1_000)
    let full = snapshot
    #expect(throws: DirectoryError.aliasTooManyTargets(limit: 1_000)) {
      var copy = full
      _ = try copy.addAlias("top@example.org", to: ["m10-10@example.org"])
    }
  }

  @Test func anAliasThatOthersNeedStays() throws {
    var snapshot = try sampleSnapshot()
    _ = try snapshot.addAlias("only@example.org", to: ["info@example.org"])
    #expect(throws: DirectoryError.accountLastTarget("only@example.org")) {
      _ = try snapshot.removeAlias("info@example.org")
    }
    _ = try snapshot.removeAlias("only@example.org")
    _ = try snapshot.removeAlias("info@example.org")
    #expect(snapshot.resolve(canonical: "info@example.org") == .noSuchUser)
    #expect(snapshot.aliases.first { $0.address == "all@example.org" }?.targets.count == 2)
  }

  @Test func deviceNumbersAreNotUsedAgain() throws {
    var snapshot = try sampleSnapshot()
    try Self.device("phone", &snapshot)
    #expect(throws: DirectoryError.deviceExists("phone")) { try Self.device("phone", &snapshot) }
    _ = try snapshot.removeDevice("amal@example.org", name: "phone", at: 9)
    try Self.device("phone", &snapshot)
    #expect(snapshot.accountTable[1]?.devices.map(\.key) == [2])
  }
}
