import MailAuth
import Testing

@testable import Directory

@Suite struct KeyTests {
  /// Two keys a domain; a new pair signs later, the old one stays published, and goes when its time is over.
  @Test func rotates() async throws {
    let folder = TemporaryFolder()
    let clock = TestClock()
    let directory = try openDirectory(folder, clock)
    try await directory.addDomain("example.org")
    #expect(try directory.keys(of: "example.org").isEmpty)
    try await directory.makeKeys(for: "Example.ORG")
    let first = try directory.keys(of: "example.org")
    #expect(first.map(\.algorithm).sorted() == ["ed25519-sha256", "rsa-sha256"])
    #expect(Set(first.map(\.selector)) == ["b20270115r", "b20270115e"])
    for key in first {
      let secret = try DKIMPrivateKey(pem: key.secret)
      #expect(secret.record == key.record)
      #expect(secret.algorithm == key.algorithm)
      #expect(!"\(key)".contains("PRIVATE"))
    }
    // Asked again it makes none.
    try await directory.makeKeys(for: "example.org")
    #expect(try directory.keys(of: "example.org") == first)
    func signing() -> Set<String> {
      Set(directory.snapshot.signingKeys(of: "example.org", at: clock.now).map(\.selector))
    }
    #expect(signing() == ["b20270115r", "b20270115e"])

    let all = try await directory.rotateKeys(of: "example.org", signsAfter: 86_400, staysFor: 7 * 86_400)
    #expect(all.count == 4)
    #expect(signing() == ["b20270115r", "b20270115e"])
    clock.advance(86_399)
    #expect(signing() == ["b20270115r", "b20270115e"])
    clock.advance(1)
    #expect(signing() == ["b20270115x2r", "b20270115x2e"])
    let old = try directory.keys(of: "example.org").filter { $0.retiresAt != nil }
    #expect(old.map(\.retiresAt) == [clock.now + 7 * 86_400, clock.now + 7 * 86_400])

    clock.advance(7 * 86_400 + 1)
    let later = try await directory.rotateKeys(of: "example.org", signsAfter: 0, staysFor: 60)
    #expect(later.count == 4)
    #expect(later.filter { $0.selector.hasPrefix("b20270115x2") }.count == 2)
    await directory.close()

    // Durable, and in no listing.
    let again = try openDirectory(folder, clock)
    #expect(Set(try again.keys(of: "example.org")) == Set(later))
    await #expect(throws: DirectoryError.domainUnknown("nowhere.example")) {
      try await again.rotateKeys(of: "nowhere.example", signsAfter: 0, staysFor: 0)
    }
    try await again.removeDomain("example.org")
    try await again.addDomain("example.org")
    #expect(try again.keys(of: "example.org").isEmpty)
    await again.close()
  }
}
