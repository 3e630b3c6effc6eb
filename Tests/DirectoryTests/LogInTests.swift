import Testing

@testable import Directory

struct LogInTests {
  /// amal@example.org with the password "correct horse".
  static func directory(_ folder: TemporaryFolder, _ clock: TestClock = TestClock()) async throws -> Directory {
    let directory = try openDirectory(folder, clock, lanes: 3)
    try await directory.addDomain("example.org")
    _ = try await directory.addAccount("amal@example.org", password: Array("correct horse".utf8))
    return directory
  }

  static func logIn(
    _ directory: Directory, _ name: String, _ password: String, _ service: Service = .imap
  ) async -> LogIn {
    await directory.logIn(name: name, password: Array(password.utf8), service: service, peer: "192.0.2.1")
  }

  @Test(arguments: [
    ("amal@example.org", "correct horse", true), ("Amal", "correct horse", true),
    ("amal@example.org", "correct hors", false), ("amal@example.org", "correct horse ", false),
    ("amal@example.org", "", false), ("amal@example.org", "correct horse\0", false),
    ("nobody@example.org", "correct horse", false), ("", "correct horse", false),
    ("amal@example.org", String(repeating: "x", count: 2_000), false),
  ])
  func aPasswordIsRightOrNot(name: String, password: String, isRight: Bool) async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    let principal = Principal(account: 1, name: "amal@example.org", device: nil, lane: 1)
    #expect(await Self.logIn(directory, name, password) == (isRight ? .accepted(principal) : .refused))
    await directory.close()
  }

  /// RFC 8265 §4.3 among them: set in one spelling, sent in another.
  @Test(arguments: [
    ("caf\u{E9} cr\u{E8}me", "cafe\u{301} cre\u{300}me", true),
    ("cafe\u{301} cre\u{300}me", "caf\u{E9} cr\u{E8}me", true),
    // Shadda and fatha in both orders.
    ("كلمة سرّ\u{64E}ي", "كلمة سر\u{64E}ّي", true),
    ("correct\u{A0}horse\u{3000}battery", "correct horse battery", true),
    ("correct horse", "correct\u{2003}horse", true),
    // Case and compatibility stay.
    ("\u{3C0}\u{DF}\u{E5}234567", "\u{3C0}\u{DF}\u{C5}234567", false),
    ("12345678", "\u{FF11}\u{FF12}345678", false),
  ])
  func spellingsOfAPasswordAreOne(set: String, sent: String, isRight: Bool) async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    try await directory.setPassword("amal@example.org", Array(set.utf8))
    for _ in 0..<2 {
      #expect((await Self.logIn(directory, "amal", sent) != .refused) == isRight)
      #expect(await Self.logIn(directory, "amal", set) != .refused)
    }
    #expect(directory.verified.count == 1)
    await directory.close()
  }

  /// Set by a Barid that did not prepare them.
  @Test func olderPasswordsAreComparedAsSent() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    for old in ["cafe\u{301} creme", "tab\tand\u{A0}space", "caf\u{E9} creme"] {
      let phc = try PasswordHash(of: Array(old.utf8), cost: PasswordCost(passes: 1, kibibytes: 8)).phc
      try await directory.change { next throws(DirectoryError) in ((), try next.setPassword("amal@example.org", phc)) }
      #expect(await Self.logIn(directory, "amal", old) != .refused)
      #expect(await Self.logIn(directory, "amal", old) != .refused, "from the cache")
      #expect(await Self.logIn(directory, "amal", old + "x") == .refused)
    }
    await directory.close()
  }

  @Test func aNewPasswordHasNoControlCharacters() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    for wrong in ["correct\thorse", "correct horse\u{85}", "correct\0horse"] {
      await #expect(throws: DirectoryError.passwordInvalid) {
        try await directory.setPassword("amal@example.org", Array(wrong.utf8))
      }
    }
    await #expect(throws: DirectoryError.self) { try await directory.setPassword("amal@example.org", []) }
    await directory.close()
  }

  @Test func theCacheAnswersOnlyForTheRightPasswordAndEndsWithIt() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    for _ in 0..<3 {
      #expect(await Self.logIn(directory, "amal", "correct horse") != .refused)
      #expect(await Self.logIn(directory, "amal", "wrong horse") == .refused)
    }
    #expect(directory.verified.count == 1)
    try await directory.setPassword("amal@example.org", Array("another horse".utf8))
    #expect(await Self.logIn(directory, "amal", "correct horse") == .refused)
    #expect(await Self.logIn(directory, "amal", "another horse") != .refused)
    try await directory.removeAccount("amal@example.org")
    #expect(await Self.logIn(directory, "amal", "another horse") == .refused)
    await directory.close()
  }

  @Test func aDeviceHasItsScopeItsEndAndItsLastUse() async throws {
    let folder = TemporaryFolder()
    let clock = TestClock()
    let directory = try await Self.directory(folder, clock)
    let phone = try await directory.addDevice(
      "هاتف", to: "amal", scope: [.imap, .smtp], expiresAt: clock.now + 100)
    let laptop = try await directory.addDevice("laptop", to: "amal@example.org")
    #expect(
      await Self.logIn(directory, "amal", phone.password)
        == .accepted(Principal(account: 1, name: "amal@example.org", device: "هاتف", deviceKey: 1, lane: 1)))
    #expect(await Self.logIn(directory, "amal", phone.password.uppercased(), .smtp) != .refused)
    #expect(await Self.logIn(directory, "amal", phone.password, .pop3) == .refused)
    #expect(await Self.logIn(directory, "amal", laptop.password, .pop3) != .refused)
    #expect(try directory.devices(of: "amal").map(\.lastUse) == [clock.now, clock.now])
    clock.advance(100)
    #expect(await Self.logIn(directory, "amal", phone.password) == .refused, "expired")
    #expect(await Self.logIn(directory, "amal", laptop.password) != .refused)
    #expect(try directory.devices(of: "amal").map(\.lastUse) == [clock.now - 100, clock.now])
    try await directory.removeDevice("laptop", from: "amal")
    #expect(await Self.logIn(directory, "amal", laptop.password, .pop3) == .refused)
    #expect(await Self.logIn(directory, "amal", "correct horse") != .refused, "the account's password still works")
    await directory.close()
  }

  @Test func anotherAccountsDevicePasswordIsWrong() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    _ = try await directory.addAccount("basma@example.org", password: nil)
    let amals = try await directory.addDevice("phone", to: "amal")
    let basmas = try await directory.addDevice("phone", to: "basma")
    #expect(await Self.logIn(directory, "basma", amals.password) == .refused)
    #expect(await Self.logIn(directory, "basma", basmas.password) != .refused)
    #expect(await Self.logIn(directory, "basma", "correct horse") == .refused, "no account password")
    await directory.close()
  }

  /// A password that looks like a device's may be an account's.
  @Test func aGeneratedAccountPasswordWorks() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    let made = Directory.generatedPassword()
    try await directory.setPassword("amal", Array(made.utf8))
    _ = try await directory.addDevice("phone", to: "amal")
    #expect(await Self.logIn(directory, "amal", made) != .refused)
    await directory.close()
  }

  @Test func manyLogInsAtOnceAllGetTheirAnswer() async throws {
    let folder = TemporaryFolder()
    let directory = try await Self.directory(folder)
    let accepted = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          await Self.logIn(directory, "amal", number % 4 == 0 ? "wrong horse" : "correct horse") != .refused
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(accepted == 150)
    await directory.close()
    #expect(
      await Self.logIn(directory, "amal", "never seen horse") == .unavailable("too many log-ins wait to be checked"))
  }
}
