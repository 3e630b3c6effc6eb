import Testing

@testable import Directory

struct PasswordHashTests {
  /// Vectors of the reference implementation's test.c (github.com/P-H-C/phc-winner-argon2, CC0/Apache-2.0).
  @Test(arguments: [
    (65_536 as UInt32, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
    (256 as UInt32, "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
  ])
  func aKnownPasswordHasTheKnownHash(kibibytes: UInt32, phc: String) throws {
    let made = try PasswordHash(
      of: Array("password".utf8), cost: PasswordCost(passes: 2, kibibytes: kibibytes), salt: Array("somesalt".utf8))
    #expect(made.phc == phc)
    #expect(PasswordHash(phc: phc).verifies(Array("password".utf8)))
    #expect(!PasswordHash(phc: phc).verifies(Array("Password".utf8)))
  }

  @Test func theStandardCostIsWritten() throws {
    let hash = try PasswordHash(of: Array("أهلًا وسهلًا".utf8), cost: .standard)
    #expect(hash.phc.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(hash.verifies(Array("أهلًا وسهلًا".utf8)))
  }

  @Test func theSaltIsRandom() throws {
    let cost = PasswordCost(passes: 1, kibibytes: 8)
    #expect(
      try PasswordHash(of: Array("password".utf8), cost: cost)
        != PasswordHash(of: Array("password".utf8), cost: cost))
  }

  @Test(arguments: ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2y$10$abcdefghijklmnopqrstuv", "{PLAIN}password"])
  func whatIsNoHashVerifiesNothing(phc: String) {
    #expect(!PasswordHash(phc: phc).verifies(Array("password".utf8)))
  }
}
