import ServiceKit
import Testing

/// A client with a cache that comes back now and then (RFC 7162 §3.2.5): UIDs and flags, and nothing else, survive.
private struct Cache {
  var user = "user"
  var mailbox = "INBOX"
  var uidValidity: UInt32 = 0
  var highest: UInt64 = 0
  var flags: [UInt32: Set<String>] = [:]

  /// Visits the mailbox: SELECT with QRESYNC from the second time on.
  mutating func visit(port: Int) throws {
    let client = try LineClient(port: port)
    _ = try client.line()
    try client.send("a LOGIN \(user)@\(TestOffice.domain) \"\(TestOffice.password)\"\r\nb ENABLE QRESYNC\r\n")
    while let line = try client.line(), !line.hasPrefix("b ") {}
    let isFirst = uidValidity == 0
    try client.send(
      isFirst ? "c SELECT \(mailbox)\r\n" : "c SELECT \(mailbox) (QRESYNC (\(uidValidity) \(highest)))\r\n")
    try read(client, until: "c OK")
    guard isFirst else { return }
    try client.send("d UID FETCH 1:* (FLAGS)\r\n")
    try read(client, until: "d OK")
  }

  private mutating func read(_ client: LineClient, until end: String) throws {
    while let line = try client.line(), !line.hasPrefix(end) {
      if let value = number(after: "[UIDVALIDITY ", in: line) { uidValidity = UInt32(value) }
      if let value = number(after: "[HIGHESTMODSEQ ", in: line) { highest = value }
      if line.hasPrefix("* VANISHED (EARLIER) ") {
        for range in line.dropFirst(21).split(separator: ",") {
          let ends = range.split(separator: ":").compactMap { UInt32($0) }
          guard let first = ends.first, let last = ends.last else { continue }
          for uid in first...last { flags[uid] = nil }
        }
      }
      guard let uid = number(after: "UID ", in: line), let start = line.split(separator: "FLAGS (").last,
        line.contains("FLAGS (")
      else { continue }
      let names = start.prefix { $0 != ")" }.split(separator: " ").map(String.init)
      flags[UInt32(uid)] = Set(names).subtracting(["\\Recent"])
    }
  }

  private func number(after text: String, in line: String) -> UInt64? {
    let parts = line.split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? UInt64(parts[1].prefix { $0.isNumber }) : nil
  }
}

@Suite("IMAP: QRESYNC after an absence")
struct ResyncTests {
  @Test(arguments: [1, 2] as [UInt64])
  func replay(seed: UInt64) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do { try await onThread { try Self.play(port: port, seed: seed) } } catch { Issue.record("seed \(seed): \(error)") }
    await office.stop()
  }

  /// Three members of a mailbox in which each has an own state, and a cache for each.
  @Test(arguments: [3, 4] as [UInt64])
  func replayForEachMember(seed: UInt64) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do { try await onThread { try Self.playMembers(port: port, seed: seed) } } catch {
      Issue.record("seed \(seed): \(error)")
    }
    await office.stop()
  }

  private static func play(port: Int, seed: UInt64) throws {
    var random = Random(seed: seed)
    let active = try ModelClient("a", port: port)
    for _ in 0..<30 { try active.command("APPEND INBOX {12+}\r\nSubject: x\r\n") }
    var cache = Cache()
    for _ in 0..<30 {
      try check(active, &cache, port)
      for _ in 0..<random.below(12) { try act(active, &random) }
    }
  }

  private static func playMembers(port: Int, seed: UInt64) throws {
    var random = Random(seed: seed)
    let members = try ModelClient.members(port: port)
    for _ in 0..<20 { try members[1].command("APPEND \(members[1].mailbox) (\\Seen) {12+}\r\nSubject: x\r\n") }
    var caches = members.map { Cache(user: $0.user, mailbox: $0.mailbox) }
    for _ in 0..<30 {
      for index in members.indices where random.below(2) == 0 { try check(members[index], &caches[index], port) }
      for _ in 0..<random.below(12) { try act(members[random.below(members.count)], &random) }
    }
    for index in members.indices { try check(members[index], &caches[index], port) }
  }

  private static func check(_ active: ModelClient, _ cache: inout Cache, _ port: Int) throws {
    try active.command("NOOP")
    try active.learn()
    try cache.visit(port: port)
    let known = Dictionary(active.messages.map { ($0.uid ?? 0, $0.flags ?? []) }) { first, _ in first }
    #expect(cache.flags == known, "\(active.user)")
  }

  private static func act(_ active: ModelClient, _ random: inout Random) throws {
    let number = random.below(max(1, active.messages.count)) + 1
    let flag = ["\\Seen", "\\Flagged", "\\Deleted", "$One"][random.below(4)]
    switch active.messages.isEmpty ? 0 : random.below(6) {
    case 0: try active.command("APPEND \(active.mailbox) {12+}\r\nSubject: x\r\n")
    case 1: try active.command("EXPUNGE")
    case 2: try active.command("MOVE \(number) Archive")
    case 3: try active.command("MOVE \(number) \(active.mailbox)")
    default: try active.command("STORE \(number) \(random.below(2) == 0 ? "+" : "-")FLAGS (\(flag))")
    }
  }
}
