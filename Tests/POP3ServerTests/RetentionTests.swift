import Directory
import ServiceKit
import Store
import Testing

@Suite("POP3 retention")
struct RetentionTests {
  enum Takers: CaseIterable { case none, some, all }

  struct Rule: Sendable, CustomTestStringConvertible {
    var keeping: POPPolicy.Keeping
    var counted: POPPolicy.Counted
    var testDescription: String { "\(keeping) \(counted)" }
  }

  static let rules: [Rule] = [
    Rule(keeping: .forever, counted: .all),
    Rule(keeping: .afterDownload(days: 10), counted: .all), Rule(keeping: .afterDownload(days: 10), counted: .device),
    Rule(keeping: .afterArrival(days: 10), counted: .all), Rule(keeping: .afterArrival(days: 10), counted: .device),
  ]

  /// {younger than N, N or older} × {taken by none, some, all} × {policy}: only what was taken and is old enough goes.
  @Test(arguments: rules, Takers.allCases)
  func table(_ rule: Rule, _ takers: Takers) async throws {
    let place = try await POPOffice.start()
    try await place.policy { $0.keeping = .forever }
    let first = try await place.device("first") {
      $0.keeping = rule.keeping
      $0.counted = rule.counted
    }
    let second = try await place.device("second") { if rule.counted == .all { $0.keeping = rule.keeping } }
    try await place.deliver(["letter"])
    if takers != .none { _ = try await place.fetch(first) }
    if takers == .all { _ = try await place.fetch(second) }
    place.clock.advance(days: 9, seconds: 86_399)
    #expect(await place.round() == 0)
    place.clock.advance(seconds: 1)
    let mayGo =
      rule.keeping != .forever && (takers == .all || (takers == .some && rule.counted == .device))
    #expect(await place.round() == (mayGo ? 1 : 0))
    #expect(try await place.subjects() == (mayGo ? [] : ["letter"]))
    // Taken later: the rest of the wait depends on the clock that counts.
    if rule.counted == .all, takers == .some, rule.keeping != .forever {
      _ = try await place.fetch(second)
      let isGone = rule.keeping == .afterArrival(days: 10)
      #expect(try await place.subjects() == (isGone ? [] : ["letter"]))
      place.clock.advance(days: 10)
      #expect(await place.round() == (isGone ? 0 : 1))
    }
    await place.office.stop()
  }

  /// TOP, a session without QUIT, and the account password never count as taken.
  @Test func whatDoesNotCount() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("pc") { $0.keeping = .afterDownload(days: 1) }
    try await place.deliver(["letter"])
    let port = place.port
    try await onThread {
      let top = try PopClient(port, device)
      _ = try top.line.ask("TOP 1 100")
      _ = try top.line.block()
      try top.quit()
      let cut = try PopClient(port, device)
      #expect(try cut.retrieve(1) != nil)
      cut.line.reset()
      let unknown = try PopClient(port)
      #expect(try unknown.retrieve(1) != nil)
      try unknown.quit()
    }
    await place.office.untilNobodyIsHere()
    place.clock.advance(days: 30)
    #expect(await place.round() == 0)
    #expect(try await place.subjects() == ["letter"])
    await place.office.stop()
  }

  /// A device silent for 90 days leaves "all devices", with a notice; when it comes again it counts again.
  @Test func silence() async throws {
    let place = try await POPOffice.start()
    let rule: @Sendable (inout POPPolicy) -> Void = { $0.keeping = .afterDownload(days: 5) }
    let active = try await place.device("active", rule)
    let silent = try await place.device("silent", rule)
    try await place.deliver(["one"])
    _ = try await place.fetch(active)
    _ = try await place.fetch(silent)
    place.clock.advance(days: 6)
    #expect(await place.round() == 1)
    try await place.deliver(["two"])
    for _ in 0..<4 {
      place.clock.advance(days: 20)
      _ = try await place.fetch(active)
      #expect(await place.round() == 0)
    }
    place.clock.advance(days: 11)
    #expect(await place.round() == 1)
    let states = try await place.office.store.popDevices(of: place.office.account)
    #expect(states.first { $0.device == 2 }?.quietAt != nil)
    try await place.deliver(["three"])
    #expect(try await place.fetch(silent) == ["three"])
    place.clock.advance(days: 6)
    #expect(await place.round() == 0)
    #expect(try await place.office.store.popDevices(of: place.office.account).first { $0.device == 2 }?.quietAt == nil)
    await place.office.stop()
  }

  /// What was moved away and back, or restored, stays as long again; it is the same message to the device.
  @Test func movedBack() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("pc") { $0.keeping = .afterDownload(days: 5) }
    try await place.deliver(["letter"])
    _ = try await place.fetch(device)
    let inbox = try await place.open()
    let archive = try await place.open("Archive")
    let there = try await place.office.store.move([inbox.state.table[0].uid], from: inbox, to: archive.id)
    place.clock.advance(days: 30)
    #expect(await place.round() == 0)
    _ = try await place.office.store.move(there.destination, from: archive, to: inbox.id)
    #expect(await place.round() == 0)
    place.clock.advance(days: 5)
    #expect(await place.round() == 1)
    await place.office.stop()
  }

  /// What is restored stays a day between sessions, also where 0 days after arrival are over at once.
  @Test func restoredWithoutDays() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("pc") { $0.keeping = .afterArrival(days: 0) }
    try await place.deliver(["one"])
    #expect(try await place.fetch(device) == ["one"])
    #expect(try await place.subjects() == [])
    #expect(try await place.office.store.restoreDeleted(.all, of: place.office.account).restored == 1)
    #expect(await place.round() == 0)
    place.clock.advance(days: 1)
    #expect(await place.round() == 1)
    await place.office.stop()
  }

  /// The owner's word at QUIT is what holds, not the one at log-in.
  @Test func aPolicyThatChanges() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("pc") { $0.keeping = .afterDownload(days: 0) }
    try await place.deliver(["letter"])
    let port = place.port
    let client = try await onThread { Shared(try PopClient(port, device)) }
    try await place.office.directory.setPOPPolicy(of: place.address, device: "pc") { $0.keeping = .forever }
    try await onThread {
      #expect(try client.value.retrieve(1) != nil)
      try client.value.quit()
    }
    #expect(try await place.subjects() == ["letter"])
    await place.office.stop()
  }

  /// While the clock has jumped nothing goes.
  @Test func aClockThatJumped() async throws {
    let place = try await POPOffice.start(storeOptions: { $0.steadySeconds = { 0 } })
    let device = try await place.device("pc") { $0.keeping = .afterArrival(days: 1) }
    try await place.deliver(["letter"])
    place.clock.advance(days: 3_650)
    _ = try await place.fetch(device)
    #expect(await place.round() == 0)
    #expect(try await place.subjects() == ["letter"])
    try await place.office.store.confirmTime()
    #expect(await place.round() == 1)
    await place.office.stop()
  }

  /// 0 days: the QUIT of the session that took it removes it, and EXPIRE says 0 (RFC 2449 §6.7).
  @Test func expire() async throws {
    let place = try await POPOffice.start()
    let port = place.port
    let expire: @Sendable (String?) async throws -> String? = { password in
      try await onThread {
        let client = try password.map { try PopClient(port, $0).line } ?? LineClient(port: port)
        if password == nil { _ = try client.line() }
        _ = try client.ask("CAPA")
        return try client.block().first { $0.hasPrefix("EXPIRE") }
      }
    }
    let keeps = try await place.device("keeps")
    #expect(try await expire(nil) == "EXPIRE NEVER USER")
    #expect(try await expire(keeps) == "EXPIRE NEVER")
    let pc = try await place.device("pc") { $0.keeping = .afterArrival(days: 15) }
    #expect(try await expire(nil) == "EXPIRE 15 USER")
    #expect(try await expire(pc) == "EXPIRE 15")
    // The other device's mail goes too, when both agree: the least that is sure for this user.
    #expect(try await expire(keeps) == "EXPIRE 15")
    let at = try await place.device("zero") {
      $0.keeping = .afterDownload(days: 0)
      $0.counted = .device
    }
    #expect(try await expire(at) == "EXPIRE 0")
    #expect(try await expire(nil) == "EXPIRE 0 USER")
    try await place.deliver(["letter"])
    #expect(try await place.fetch(at) == ["letter"])
    #expect(try await place.subjects() == [])
    // Others may lose it at once, too: not what this session retrieved.
    #expect(try await expire(keeps) == "EXPIRE 1")
    // Where others must agree, QUIT alone removes nothing.
    try await place.office.directory.setPOPPolicy(of: place.address, device: "zero") { $0.counted = .all }
    #expect(try await expire(at) == "EXPIRE 1")
    #expect(try await expire(nil) == "EXPIRE 1 USER")
    try await place.office.directory.removeDevice("keeps", from: place.address)
    try await place.office.directory.removeDevice("pc", from: place.address)
    // Nobody else is there to agree.
    #expect(try await expire(at) == "EXPIRE 0")
    try await place.office.directory.removeDevice("zero", from: place.address)
    #expect(try await expire(nil) == "EXPIRE NEVER USER")
    await place.office.stop()
  }

  /// What DELE means: archive, recoverable, for good. RETR marks \Seen where that is wanted. Another folder as maildrop.
  @Test func deletionsAndFolders() async throws {
    let place = try await POPOffice.start()
    let archiver = try await place.device("archiver") {
      $0.deletion = .archive
      $0.marksSeen = true
    }
    let reader = try await place.device("reader") { $0.folder = "Archive" }
    let lost = try await place.device("lost") { $0.folder = "Gone" }
    try await place.deliver(["one"])
    #expect(try await place.fetch(archiver, delete: true) == ["one"])
    #expect(try await place.subjects() == [])
    #expect(try await place.subjects("Archive") == ["one"])
    #expect(try await place.open("Archive").state.table.flags(at: 0).contains(.seen))
    #expect(try await place.fetch(reader, delete: true) == ["one"])
    #expect(try await place.subjects("Archive") == [])
    let port = place.port
    try await onThread {
      do { _ = try PopClient(port, lost) } catch {
        #expect("\(error)" == "-ERR [SYS/PERM] The folder chosen for POP does not exist")
      }
    }
    await place.office.stop()
  }

  /// DELE that archives makes the archive anew where somebody has removed it: nothing goes to the bin, or to INBOX.
  @Test(arguments: [false, true])
  func anArchiveThatIsMissing(_ isName: Bool) async throws {
    let place = try await POPOffice.start()
    let (store, account) = (place.office.store, place.office.account)
    let device = try await place.device("pc") { $0.deletion = .archive }
    if isName { _ = try await store.createMailbox("Archive/2025", of: account) }
    try await store.deleteMailbox("Archive", of: account)
    try await place.deliver(["one"])
    #expect(try await place.fetch(device, delete: true) == ["one"])
    #expect(try await place.subjects() == [])
    #expect(try await place.subjects("Archive") == ["one"])
    let made = try await store.mailbox(named: "Archive", of: account)
    #expect(made.role == .archive && made.isSubscribed)
    // Where the maildrop is the archive itself, mail stays.
    let other = try await place.device("other") {
      $0.deletion = .archive
      $0.folder = "Archive"
    }
    #expect(try await place.fetch(other, delete: true) == ["one"])
    #expect(try await place.subjects("Archive") == ["one"])
    await place.office.stop()
  }

  /// A sync that mirrors the listing and drops what is missing (as phones do) has every message, whatever POP policy without removal is set.
  @Test(arguments: [0, 1, 2])
  func aMirrorLosesNothing(_ variant: Int) async throws {
    var place = try await POPOffice.start()
    let phone = try await place.device("phone") {
      if variant == 1 { $0.onlyNew = true }
      if variant == 2 { $0.hasBefore = 2_000_000_000 }
    }
    var mirror: [String: String] = [:]
    for round in 1...6 {
      try await place.deliver((0..<round).map { "\(round).\($0)" })
      let (port, before) = (place.port, mirror)
      mirror = try await onThread {
        var mirror = before
        let client = try PopClient(port, phone)
        if round % 2 == 0 { _ = try client.count() }
        let listing = try client.ids()
        let listed = Set(listing.map(\.id))
        mirror = mirror.filter { listed.contains($0.key) }
        for (number, id) in listing where mirror[id] == nil {
          mirror[id] = try client.retrieve(number)?.first { $0.hasPrefix("Subject: ") } ?? ""
        }
        // Every third session is cut.
        if round % 3 == 0 { client.line.reset() } else { try client.quit() }
        return mirror
      }
      place.clock.advance(days: 40)
      await place.round()
      if round == 3 {
        await place.office.halt()
        place = try await POPOffice.start(folder: place.office.folder, clock: place.clock)
      }
    }
    #expect(mirror.count == 21 && Set(mirror.values).count == 21)
    await place.office.stop()
  }

  /// Thirty days of five devices with random behaviour: what nobody has taken is never removed, and what is removed the rules allow.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func thirtyDays(_ seed: UInt64) async throws {
    let place = try await POPOffice.start()
    var chance = Chance(seed: seed)
    let rules: [POPPolicy.Keeping] = [
      .afterDownload(days: 3), .afterArrival(days: 5), .afterDownload(days: 1), .afterArrival(days: 2),
      .afterDownload(days: 7),
    ]
    var devices: [String] = []
    for (number, rule) in rules.enumerated() {
      let isAlone = seed == 2 && number == 2
      devices.append(
        try await place.device("device \(number)") {
          $0.keeping = rule
          if isAlone { $0.counted = .device }
        })
    }
    var takenBy: [String: Set<Int>] = [:]
    var all: Set<String> = []
    var removed = 0
    for day in 0..<30 {
      let letters = (0..<Int.random(in: 0...3, using: &chance)).map { "\(day).\($0)" }
      if !letters.isEmpty { try await place.deliver(letters) }
      all.formUnion(letters)
      for device in 0..<5 where Int.random(in: 0..<3, using: &chance) > 0 {
        let behaviour = Int.random(in: 0..<6, using: &chance)
        let share = Int.random(in: 1...4, using: &chance)
        let (port, password, had) = (place.port, devices[device], takenBy.filter { $0.value.contains(device) })
        let skips = Set(had.keys)
        let taken = try await onThread { () -> [String] in
          let client = try PopClient(port, password)
          var taken: [String] = []
          for (number, _) in try client.ids() where number % share == 0 || share == 1 {
            _ = try client.line.ask("TOP \(number) 0")
            let head = try client.line.block()
            let subject = head.first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? "?"
            if skips.contains(subject) || behaviour == 0 { continue }
            _ = try client.retrieve(number)
            taken.append(subject)
          }
          if behaviour == 1 {
            client.line.reset()
            return []
          }
          try client.quit()
          return taken
        }
        for subject in taken { takenBy[subject, default: []].insert(device) }
        removed += try await check(place, &all, takenBy, isAlone: seed == 2)
      }
      await place.office.untilNobodyIsHere()
      place.clock.advance(days: 1)
      await place.round()
      removed += try await check(place, &all, takenBy, isAlone: seed == 2)
    }
    #expect(removed > 0)
    await place.office.stop()
  }

  /// What is missing was taken by all, or by the one that decides alone. Returns how many are newly missing.
  private func check(
    _ place: POPOffice, _ all: inout Set<String>, _ takenBy: [String: Set<Int>], isAlone: Bool
  ) async throws -> Int {
    let there = Set(try await place.subjects())
    let missing = all.subtracting(there)
    for subject in missing {
      let takers = takenBy[subject] ?? []
      #expect(takers.count == 5 || (isAlone && takers.contains(2)), "\(subject) was taken by \(takers)")
    }
    all = all.intersection(there)
    return missing.count
  }
}

/// A client that goes from one thread to the next.
// SAFETY: one thread at a time uses it, each after the one before has ended.
final class Shared: @unchecked Sendable {
  let value: PopClient
  init(_ value: PopClient) { self.value = value }
}

/// Chance that is the same every time.
struct Chance: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
