import Testing

@testable import Directory

/// Accounts that come back.
struct ClosedAccountTests {
  /// Aliases that led to the account lead to it again, also over a restart; those that went meanwhile do not come back.
  @Test func itsAliasesComeBack() async throws {
    let folder = TemporaryFolder()
    let clock = TestClock()
    let first = try openDirectory(folder, clock, lanes: 1)
    try await first.addDomain("example.org")
    for name in ["amal", "basma", "omar"] {
      _ = try await first.addAccount("\(name)@example.org", password: Array("correct horse".utf8))
    }
    let amal = "amal@example.org"
    for alias in ["info@example.org", "sales@example.org", "gone@example.org", "@example.org"] {
      try await first.addAlias(alias, to: [amal, "basma@example.org"])
    }
    try await first.addAlias("omars@example.org", to: ["omar@example.org"])
    try await first.removeAccount(amal)
    #expect(first.aliases.allSatisfy { !$0.targets.contains(amal) })
    try await first.removeAlias("gone@example.org")
    await first.close()

    let second = try openDirectory(folder, clock, lanes: 1)
    _ = try await second.reopenAccount(amal)
    for _ in 0..<2 {
      #expect(
        Dictionary(uniqueKeysWithValues: second.aliases.map { ($0.address, $0.targets) }) == [
          "info@example.org": ["basma@example.org", amal], "sales@example.org": ["basma@example.org", amal],
          "@example.org": ["basma@example.org", amal], "omars@example.org": ["omar@example.org"],
        ])
      // Once: what the owner takes away afterwards stays away.
      try await second.removeAlias("sales@example.org")
      try await second.addAlias("sales@example.org", to: ["basma@example.org", amal])
    }
    await second.close()
    let third = try openDirectory(folder, clock, lanes: 1)
    #expect(third.aliases.first { $0.address == "info@example.org" }?.targets == ["basma@example.org", amal])
    await third.close()
  }

  @Test func aQuotaOfADomain() async throws {
    let folder = TemporaryFolder()
    let clock = TestClock()
    let first = try openDirectory(folder, clock, lanes: 1)
    try await first.addDomain("example.org")
    try await first.addDomain("example.net", aliasOf: "example.org")
    #expect(try await first.setDomainQuota("Example.ORG", bytes: 5_000, count: nil).byteLimit == 5_000)
    _ = try await first.setDomainQuota("example.org", bytes: nil, count: .some(7))
    await #expect(throws: DirectoryError.domainIsAlias("example.net", of: "example.org")) {
      try await first.setDomainQuota("example.net", bytes: 1, count: nil)
    }
    await #expect(throws: DirectoryError.domainUnknown("no.example")) {
      try await first.setDomainQuota("no.example", bytes: 1, count: nil)
    }
    await first.close()
    let second = try openDirectory(folder, clock, lanes: 1)
    let domain = second.domains.first { $0.name == "example.org" }
    #expect(domain?.byteLimit == 5_000 && domain?.countLimit == 7)
    #expect(try await second.setDomainQuota("example.org", bytes: .some(nil), count: nil).byteLimit == nil)
    #expect(second.domains.first { $0.name == "example.org" }?.countLimit == 7)
    await second.close()
  }
}
