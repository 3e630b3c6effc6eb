import Glibc
import Logging
import Testing

@testable import Directory

struct DirectoryTests {
  @Test func everythingIsThereAfterReopening() async throws {
    let folder = TemporaryFolder()
    let clock = TestClock()
    let first = try openDirectory(folder, clock, lanes: 4)
    try await first.addDomain("example.org")
    try await first.addDomain("example.net", aliasOf: "example.org")
    _ = try await first.addAccount("amal@example.org", password: Array("correct horse".utf8))
    _ = try await first.addAccount("basma@example.org", password: nil, lane: 0)
    _ = try await first.addAccount("closed@example.org", password: Array("correct horse".utf8))
    try await first.addAlias("info@example.org", to: ["amal@example.org", "basma@example.org", "closed@example.org"])
    try await first.addAlias("@example.org", to: ["info@example.org"])
    try await first.addAlias("gone@example.org", to: ["amal@example.org"])
    let phone = try await first.addDevice("phone", to: "basma@example.org", scope: .pop3, expiresAt: clock.now + 9_000)
    _ = try await first.addDevice("lost", to: "basma@example.org")
    try await first.removeDevice("lost", from: "basma@example.org")
    try await first.removeAlias("gone@example.org")
    try await first.removeAccount("closed@example.org")
    for _ in 0..<3 {
      clock.advance(10)
      #expect(await LogInTests.logIn(first, "basma", phone.password, .pop3) != .refused)
    }
    let (domains, accounts, aliases) = (first.domains, first.accounts, first.aliases)
    let devices = try first.devices(of: "basma")
    await first.close()

    let second = try openDirectory(folder, clock, lanes: 4)
    #expect(second.domains == domains)
    #expect(second.accounts == accounts)
    #expect(second.accounts.map(\.lane) == [1, 0])
    #expect(second.aliases == aliases)
    #expect(try second.devices(of: "basma") == devices)
    #expect(devices.map(\.lastUse) == [clock.now], "the last use is written at close")
    #expect(await LogInTests.logIn(second, "amal", "correct horse") != .refused)
    #expect(await LogInTests.logIn(second, "closed", "correct horse") == .refused)
    #expect(await LogInTests.logIn(second, "basma", phone.password, .pop3) != .refused)
    #expect(try await second.addAccount("closed@example.org", password: nil).account == 4, "numbers are not used again")
    #expect(try await second.addDevice("new", to: "basma").info.key == 3)
    await second.close()
  }

  @Test func aRefusedChangeChangesNothing() async throws {
    let folder = TemporaryFolder()
    let directory = try openDirectory(folder)
    try await directory.addDomain("example.org")
    await #expect(throws: DirectoryError.domainExists("example.org")) { try await directory.addDomain("example.org") }
    await #expect(throws: DirectoryError.passwordTooShort(least: 8)) {
      _ = try await directory.addAccount("amal@example.org", password: Array("short".utf8))
    }
    await #expect(throws: DirectoryError.passwordInvalid) {
      _ = try await directory.addAccount("amal@example.org", password: Array("correct\0horse".utf8))
    }
    #expect(directory.accounts.isEmpty)
    await directory.close()
    await #expect(throws: DirectoryError.closed) { try await directory.addDomain("example.net") }
  }

  @Test func changesAtOnceAreMadeOneAfterAnother() async throws {
    let folder = TemporaryFolder()
    let directory = try openDirectory(folder)
    try await directory.addDomain("example.org")
    let added = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<100 {
        group.addTask {
          do {
            // Every address is asked for twice.
            _ = try await directory.addAccount("user\(number / 2)@example.org", password: nil)
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(added == 50)
    #expect(Set(directory.accounts.map(\.account)) == Set(1...50))
    await directory.close()
    let again = try openDirectory(folder)
    #expect(again.accounts.count == 50)
    await again.close()
  }

  /// A snapshot taken is a snapshot kept.
  @Test func aSnapshotDoesNotChange() async throws {
    let folder = TemporaryFolder()
    let directory = try openDirectory(folder)
    try await directory.addDomain("example.org")
    let before = directory.snapshot
    _ = try await directory.addAccount("amal@example.org", password: nil)
    #expect(before.accounts.isEmpty)
    #expect(directory.snapshot.accounts.count == 1)
    await directory.close()
  }

  @Test func theFileIsForItsOwner() async throws {
    let folder = TemporaryFolder()
    let directory = try openDirectory(folder)
    try await directory.addDomain("example.org")
    for name in ["directory.db", "directory.db-wal"] {
      var status = stat()
      #expect(stat("\(folder.path)/\(name)", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
    await directory.close()
  }

  @Test func damageIsSaid() throws {
    let folder = TemporaryFolder()
    let file = fopen("\(folder.path)/directory.db", "w")
    fputs(String(repeating: "this is not a database ", count: 100), file)
    fclose(file)
    #expect {
      _ = try openDirectory(folder)
    } throws: { error in
      if case DirectoryError.damaged = error { true } else { false }
    }
  }

  @Test func aFolderThatIsMissingIsSaid() {
    #expect {
      _ = try Directory.open("/nonexistent/barid", logger: .init(label: "test"))
    } throws: { error in
      if case DirectoryError.fault = error { true } else { false }
    }
  }
}
