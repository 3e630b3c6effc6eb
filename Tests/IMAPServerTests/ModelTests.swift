import ServiceKit
import Testing

@Suite("IMAP: three clients at once")
struct ModelTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func converge(seed: UInt64) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do { try await onThread { try Self.play(port: port, seed: seed) } } catch { Issue.record("seed \(seed): \(error)") }
    await office.stop()
  }

  /// The same in one mailbox that two accounts work in: the owner, and two sessions of a member who also moves mail to his own Archive.
  @Test(arguments: [4, 5] as [UInt64])
  func convergeInASharedMailbox(seed: UInt64) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do {
      try await onThread {
        let shared = "\"Other Users/user@\(TestOffice.domain)/INBOX\""
        let owner = try ModelClient("a", port: port)
        try owner.command("SETACL INBOX other lrswipkxte")
        let members = try ["b", "c"].map { try ModelClient($0, port: port, user: "other", mailbox: shared) }
        try Self.play([owner] + members, rounds: 500, port: port, seed: seed)
      }
    } catch { Issue.record("seed \(seed): \(error)") }
    await office.stop()
  }

  /// Each member of a mailbox with an own state, one of them twice, knows at the end what a new session of his is told.
  @Test(arguments: [6, 7] as [UInt64])
  func convergeWithAnOwnStateForEach(seed: UInt64) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do {
      try await onThread {
        let members = try ModelClient.members(port: port)
        let again = try ModelClient("d", port: port, user: members[1].user, mailbox: members[1].mailbox)
        try Self.play(members + [again], rounds: 500, port: port, seed: seed)
      }
    } catch { Issue.record("seed \(seed): \(error)") }
    let report = try await office.store.verify()
    #expect(report.isSound, "\(report.mistakes)")
    await office.stop()
  }

  /// Random commands, those of one round sent to all three before any answer is read; at the end all know the same.
  private static func play(port: Int, seed: UInt64) throws {
    // Three clients: the first seed makes more than 10,000 commands.
    let rounds = seed == 1 ? 3_400 : 1_000
    try play(try ["a", "b", "c"].map { try ModelClient($0, port: port) }, rounds: rounds, port: port, seed: seed)
  }

  private static func play(_ clients: [ModelClient], rounds: Int, port: Int, seed: UInt64) throws {
    var random = Random(seed: seed)
    for _ in 0..<20 { try clients[0].command(append(clients[0], &random)) }
    for _ in 0..<rounds {
      for client in clients { try begin(client, &random) }
      for client in clients { try client.finish() }
      for client in clients where random.below(3) == 0 { try client.learn() }
    }
    for client in clients {
      let fresh = try ModelClient("z", port: port, user: client.user, mailbox: client.mailbox)
      try client.command("NOOP")
      try client.learn()
      #expect(client.messages == fresh.messages, "client \(client.name), seed \(seed)")
    }
  }

  private static let flags = ["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "$One", "$Two"]

  private static func append(_ client: ModelClient, _ random: inout Random) -> String {
    "APPEND \(client.mailbox) (\(flags[random.below(flags.count)])) {12+}\r\nSubject: x\r\n"
  }

  private static func begin(_ client: ModelClient, _ random: inout Random) throws {
    let count = client.messages.count
    let index = count == 0 ? 0 : random.below(count)
    let uid = client.messages.indices.contains(index) ? client.messages[index].uid : nil
    let flag = flags[random.below(flags.count)]
    let mode = ["+", "-", ""][random.below(3)]
    switch random.below(count == 0 ? 3 : 16) {
    case 0: try client.begin("NOOP")
    case 1, 2: try client.begin(count < 40 ? append(client, &random) : "EXPUNGE")
    case 3: try client.begin("EXPUNGE")
    case 4: try client.begin("IDLE\r\nDONE")
    case 5: try client.begin("FETCH \(index + 1):* (FLAGS)")
    case 6: try client.begin("FETCH \(index + 1) BODY[]<0.1>")
    case 7: try client.begin("SEARCH NOT \(index + 1)")
    case 8: try client.begin("COPY \(index + 1) \(random.below(2) == 0 ? client.mailbox : "Archive")")
    case 9: try client.begin("MOVE \(index + 1) \(random.below(2) == 0 ? client.mailbox : "Archive")")
    case 10, 11: try client.begin("STORE \(index + 1):* \(mode)FLAGS (\(flag))")
    case 12:
      client.assume(index, uid: nil, mode: mode, flag: flag)
      try client.begin("STORE \(index + 1) \(mode)FLAGS.SILENT (\(flag))")
    case 13 where uid != nil:
      client.assume(index, uid: uid, mode: mode, flag: flag)
      try client.begin("UID STORE \(uid ?? 1) \(mode)FLAGS.SILENT (\(flag))")
    case 14 where uid != nil: try client.begin("UID EXPUNGE \(uid ?? 1):*")
    default: try client.begin("UID FETCH 1:* (FLAGS)")
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Random {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(limit))
  }
}
