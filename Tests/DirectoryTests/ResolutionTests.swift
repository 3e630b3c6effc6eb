import Mail
import Testing

@testable import Directory

struct ResolutionTests {
  /// Address, the accounts it leads to; nil: not ours; empty: nobody.
  static let table: [(address: String, accounts: [AccountKey]?)] = [
    ("amal@example.org", [1]),
    ("AMAL@EXAMPLE.ORG", [1]),
    ("\"amal\"@example.org", [1]),
    ("basma@example.org", [2]),
    ("amal@other.example", [3]),
    ("nobody@example.org", []),
    ("amal@elsewhere.example", nil),
    ("amal@sub.example.org", nil),
    ("amal@[127.0.0.1]", nil),
    // A domain alias.
    ("amal@example.net", [1]),
    ("info@example.net", [1, 2]),
    ("nobody@example.net", []),
    // user+tag.
    ("amal+news@example.org", [1]),
    ("Amal+A+b@example.net", [1]),
    ("amal+@example.org", [1]),
    ("info+x@example.org", [1, 2]),
    ("+amal@example.org", []),
    ("nobody+amal@example.org", []),
    // Aliases; nobody gets it twice (basma is named by "all" itself, so not again inside "info").
    ("info@example.org", [1, 2]),
    ("all@example.org", [1, 3, 2]),
    // The required names: the domain's first account, or whom they were given to, before the catch-all.
    ("postmaster@example.org", [1]),
    ("POSTMASTER@Example.NET", [1]),
    ("Abuse@example.org", [1]),
    ("postmaster@other.example", [3]),
    ("abuse@other.example", [2]),
    // A catch-all.
    ("whoever@other.example", [3]),
    ("whoever+x@other.example", [3]),
    // Unicode: NFC, case and A-label do not matter.
    ("سمر@مثال.example", [4]),
    ("سمر@xn--mgbh0fb.example", [4]),
    ("postmaster@مثال.example", [4]),
  ]

  @Test(arguments: table)
  func anAddressLeadsToItsAccounts(address: String, accounts: [AccountKey]?) throws {
    let snapshot = try sampleSnapshot()
    let resolution = snapshot.resolve(try EmailAddress.parse(address))
    guard let accounts else {
      #expect(resolution == .notLocal)
      return
    }
    if accounts.isEmpty {
      #expect(resolution == .noSuchUser)
    } else {
      #expect(resolution == .accounts(accounts.map { Recipient(account: $0, lane: Int($0) % 2) }))
    }
  }

  /// An account may send as what it receives.
  @Test(arguments: table)
  func anAccountMayUseWhatItReceives(address: String, accounts: [AccountKey]?) throws {
    let snapshot = try sampleSnapshot()
    let parsed = try EmailAddress.parse(address)
    for account in AccountKey(0)...5 {
      #expect(snapshot.mayUse(account, parsed) == (accounts ?? []).contains(account), "\(account) as \(address)")
    }
  }

  @Test func postmasterNeedsNoDomain() throws {
    let snapshot = try sampleSnapshot()
    #expect(snapshot.resolve(bare: "PostMaster") == .accounts([Recipient(account: 1, lane: 1)]))
    #expect(snapshot.resolve(bare: "abuse") == .accounts([Recipient(account: 1, lane: 1)]))
    #expect(snapshot.resolve(bare: "amal") == nil)
    #expect(DirectorySnapshot().resolve(bare: "postmaster") == .noSuchUser)
  }

  @Test func postmasterOfADomainWithoutAccountsIsTheFirstOfAll() throws {
    var snapshot = try sampleSnapshot()
    _ = try snapshot.addDomain("empty.example", aliasOf: nil)
    #expect(
      snapshot.resolve(try EmailAddress.parse("postmaster@empty.example"))
        == .accounts([Recipient(account: 1, lane: 1)]))
  }

  /// Log-in name, account.
  @Test(
    arguments: [
      ("amal@example.org", 1), ("Amal@Example.ORG", 1), ("amal@example.net", 1), ("basma", 2), ("BASMA", 2),
      ("سمر", 4), ("سمر@مثال.example", 4), ("amal@other.example", 3),
      // Two share it.
      ("amal", nil),
      // Aliases, tags and required names are no log-in names.
      ("info@example.org", nil), ("amal+x@example.org", nil), ("postmaster@example.org", nil),
      ("any@other.example", nil), ("", nil), ("@", nil), ("basma@", nil), ("@example.org", nil), ("a b", nil),
      ("basma@elsewhere.example", nil),
    ] as [(String, AccountKey?)])
  func aNameLogsInToOneAccount(name: String, account: AccountKey?) throws {
    let snapshot = try sampleSnapshot()
    #expect(snapshot.account(logIn: DirectorySnapshot.logInName(name))?.key == account)
  }

  /// 100 aliases of 100 aliases: looked at once each.
  @Test func aTangleOfAliasesCostsItsSize() throws {
    var snapshot = try sampleSnapshot()
    for layer in 0..<8 {
      for alias in 0..<20 {
        let targets = layer == 0 ? ["amal@example.org"] : (0..<20).map { "l\(layer - 1)a\($0)@example.org" }
        _ = try snapshot.addAlias("l\(layer)a\(alias)@example.org", to: targets)
      }
    }
    #expect(
      snapshot.resolve(try EmailAddress.parse("l7a0@example.org")) == .accounts([Recipient(account: 1, lane: 1)]))
  }
}
