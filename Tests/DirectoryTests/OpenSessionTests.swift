import Glibc
import Synchronization
import Testing

@testable import Directory

/// Who is here is told what was taken away, and only he.
@Suite("Open sessions")
struct OpenSessionTests {
  private static let amal = "amal@example.org"

  /// What happens, and whose sessions it ends: by the account's password, the phone, the laptop, and a guest's.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var ends: Set<String>
    var act: @Sendable (Directory, TestClock) async throws -> Int
  }

  static let rows = [
    Row(testDescription: "device removed", ends: ["phone"]) { directory, _ in
      try await directory.removeDevice("phone", from: amal)
    },
    Row(testDescription: "password changed", ends: ["password"]) { directory, _ in
      try await directory.setPassword(amal, Array("another horse".utf8))
    },
    Row(testDescription: "account closed", ends: ["password", "phone", "laptop", "guest"]) { directory, _ in
      try await directory.removeAccount(amal).sessionsEnded
    },
    Row(testDescription: "device expired", ends: ["laptop"]) { directory, clock in
      clock.advance(100)
      directory.endExpired()
      return 1
    },
    Row(testDescription: "nothing of it", ends: []) { directory, clock in
      clock.advance(99)
      directory.endExpired()
      _ = try await directory.addDevice("tablet", to: amal)
      _ = try await directory.setPOPPolicy(of: amal, device: "phone") { $0.onlyNew = true }
      try await directory.addAlias("a@example.org", to: [amal])
      _ = try await directory.setSettings(amal, AccountSettingsChange())
      _ = try await directory.removeAccount("basma@example.org")
      return try await directory.setPassword("samar@example.org", Array("another horse".utf8))
    },
  ]

  @Test(arguments: rows) func whatEndsWhom(_ row: Row) async throws {
    let place = try await Place()
    let told = Told()
    let sessions = try await place.enterAll(told.add)
    do {
      let visit = place.directory.visit(1, .imap) { told.add("guest") }
      let other = place.directory.visit(3, .imap) {}
      #expect(try await row.act(place.directory, place.clock) == row.ends.count)
      #expect(told.names.sorted() == row.ends.sorted())
      #expect(visit.isOver == row.ends.contains("guest") && !other.isOver)
    }
    for (name, session) in sessions {
      #expect(session.isOver(at: place.clock.now) == row.ends.contains(name), "\(name)")
      place.directory.leave(session)
    }
    #expect(place.directory.sessions.count == 0)
    await place.directory.close()
  }

  /// The log-in was right when it was checked; by the time the session is entered it is not.
  @Test(arguments: rows.dropLast()) func theLogInWasJustBefore(_ row: Row) async throws {
    let place = try await Place()
    let principals = try await place.principals()
    _ = try await row.act(place.directory, place.clock)
    for (name, principal) in principals {
      let session = place.directory.enter(principal, .imap) {}
      #expect((session == nil) == row.ends.contains(name), "\(name)")
      if let session { place.directory.leave(session) }
    }
    #expect(place.directory.visit(1, .imap) {}.isOver == row.ends.contains("guest"))
    #expect(place.directory.sessions.count == 0)
    await place.directory.close()
  }

  /// Closed and opened again: who was here is not let in again, but may come again.
  @Test func reopened() async throws {
    let place = try await Place()
    let sessions = try await place.enterAll { _ in }
    try await place.directory.removeAccount(Self.amal)
    _ = try await place.directory.reopenAccount(Self.amal)
    for (_, session) in sessions { #expect(session.isOver(at: place.clock.now)) }
    for (_, session) in try await place.enterAll({ _ in }) { #expect(!session.isOver(at: place.clock.now)) }
    await place.directory.close()
  }

  /// A device that may no longer use a protocol: nothing changes scopes yet, but the judgement is there.
  @Test func scope() async throws {
    let place = try await Place()
    let phone = try #require(try await place.principals()["phone"])
    for (service, isIn) in [(Service.imap, true), (.smtp, true), (.pop3, false)] {
      let session = place.directory.enter(phone, service) {}
      #expect((session != nil) == isIn)
    }
    await place.directory.close()
  }

  /// Log-ins and removals side by side: each session was refused, or told.
  @Test func race() async throws {
    let place = try await Place()
    for round in 0..<40 {
      let name = "lap\(round)"
      let password = try await place.directory.addDevice(name, to: Self.amal).password
      let told = Told()
      let directory = place.directory
      async let entered = withTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let answer = await directory.logIn(
              name: "amal", password: Array(password.utf8), service: .imap, peer: "")
            guard case .accepted(let principal) = answer else { return false }
            return directory.enter(principal, .imap) { told.add(name) } != nil
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      for _ in 0..<round { await Task.yield() }
      let ended = try await directory.removeDevice(name, from: Self.amal)
      // Some that were told may have been refused as well.
      #expect(await entered <= told.names.count)
      #expect(ended == told.names.count)
    }
    #expect(place.directory.sessions.count == 0)
    await place.directory.close()
  }

  /// `BARID_BENCH=1`: what a hundred thousand sessions of as many accounts take.
  @Test(.enabled(if: getenv("BARID_BENCH") != nil)) func memory() {
    let count = 100_000
    let sessions = OpenSessions()
    let target = Target()
    var kept: [OpenSession] = []
    kept.reserveCapacity(count)
    let before = Self.residentPages
    for account in 0..<count {
      let session = OpenSession(AccountKey(account), .device(1), .imap, expiresAt: nil) { target.told() }
      sessions.add(session)
      kept.append(session)
    }
    let each = (Self.residentPages - before) * 4_096 / count
    print("an open session takes \(each) bytes")
    #expect(each < 200)
    withExtendedLifetime(kept) {}
  }

  /// The second number of /proc/self/statm.
  private static var residentPages: Int {
    let file = open("/proc/self/statm", O_RDONLY)
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 200)
    let count = read(file, &text, text.count)
    let numbers = String(decoding: text.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
    return numbers.count > 1 ? Int(numbers[1]) ?? 0 : 0
  }

  private final class Target: Sendable { func told() {} }
}

/// What sessions were told.
private final class Told: Sendable {
  private let kept = Mutex<[String]>([])
  var names: [String] { kept.withLock { $0 } }
  func add(_ name: String) { kept.withLock { $0.append(name) } }
}

/// A directory with amal (1), basma (2) and samar (3); amal has a phone for IMAP and SMTP, and a laptop for a hundred seconds.
private struct Place {
  let folder = TemporaryFolder()
  let clock = TestClock()
  let directory: Directory
  private let passwords: [String: String]

  init() async throws {
    let directory = try openDirectory(folder, clock)
    try await directory.addDomain("example.org")
    for name in ["amal", "basma", "samar"] {
      _ = try await directory.addAccount("\(name)@example.org", password: Array("correct horse".utf8))
    }
    let phone = try await directory.addDevice("phone", to: "amal", scope: [.imap, .smtp])
    let laptop = try await directory.addDevice("laptop", to: "amal", scope: .all, expiresAt: clock.now + 100)
    passwords = ["password": "correct horse", "phone": phone.password, "laptop": laptop.password]
    self.directory = directory
  }

  /// Who logs in with amal's passwords.
  func principals() async throws -> [String: Principal] {
    var found: [String: Principal] = [:]
    for (name, password) in passwords {
      let answer = await directory.logIn(name: "amal", password: Array(password.utf8), service: .imap, peer: "")
      if case .accepted(let principal) = answer { found[name] = principal }
    }
    return found
  }

  /// A session for each; `tell` gets its name.
  func enterAll(_ tell: @escaping @Sendable (String) -> Void) async throws -> [String: OpenSession] {
    try await principals().reduce(into: [:]) { sessions, entry in
      let name = entry.key
      sessions[name] = directory.enter(entry.value, .imap) { tell(name) }
    }
  }
}
