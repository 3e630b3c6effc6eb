import Database
import Glibc
import Testing

@testable import Store

/// Invariant 6 across lanes: a message whose 250 was lost is recognised for every recipient, on whatever lane.
@Suite struct ResendTests {
  static let text = "Message-ID: <a@x>\r\n\r\none\r\n"

  @Test func replyWasLost() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 3), accounts: [1, 2, 3])
    let outcome = try await fixture.deliver(Self.text, to: [1, 2, 3])
    fixture.store.replyWasLost(outcome)
    for accounts in [[1, 2, 3], [3, 2, 1], [2]] as [[Int64]] { try await fixture.deliver(Self.text, to: accounts) }
    for account in 1...3 as ClosedRange<Int64> { #expect(try await fixture.texts("INBOX", account).count == 1) }
  }

  /// Killed at any step on either lane; the client sends again: once in every mailbox.
  @Test(arguments: CrashTests.killPoints + [.intentDurable], [0, 1])
  func crash(_ point: DurableStep.Point, _ lane: Int) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    trap.arm(point, .kill, lane: lane)
    var isAcknowledged = false
    do {
      try await fixture.deliver(Self.text, to: [1, 2, 3, 4])
      isAcknowledged = true
    } catch is StoreFault {}
    await fixture.close()
    try await fixture.reopen(Fixture.options(lanes: 2))
    // Who was told means it when he sends the same again.
    if !isAcknowledged { try await fixture.deliver(Self.text, to: [1, 2, 3, 4]) }
    for account in 1...4 as ClosedRange<Int64> {
      #expect(try await fixture.texts("INBOX", account).count == 1, "\(account)")
    }
  }

  private func copies(_ fixture: Fixture, _ accounts: ClosedRange<Int64> = 1...4) async throws -> [Int] {
    var copies: [Int] = []
    for account in accounts { copies.append(try await fixture.texts("INBOX", account).count) }
    return copies
  }

  /// A lane has no room behind the intent, and the reply is lost: what comes again waits for the copies that were promised, and those come.
  @Test(arguments: [false, true])
  func promisedCopies(_ restarts: Bool) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    trap.arm(.segmentWrite, .error(ENOSPC), lane: 1)
    let outcome = try await fixture.deliver(Self.text, to: [1, 2, 3, 4])
    fixture.store.replyWasLost(outcome)
    #expect(try await fixture.deliver(Self.text, to: [1, 2, 3, 4]).isAccepted)
    #expect(try await copies(fixture) == [1, 0, 1, 0])
    if restarts { try await fixture.reopen(Fixture.options(lanes: 2)) }
    try await fixture.store.finishDeliveries()
    #expect(try await copies(fixture) == [1, 1, 1, 1])
    try await fixture.deliver(Self.text, to: [4, 3, 2, 1])
    #expect(try await copies(fixture) == [1, 1, 1, 1])
    // The intents are settled.
    let left = try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in try transaction.intents()
    }
    #expect(left.isEmpty)
  }

  /// A start files what was promised and remembers it, and the power goes before that is on the disk: the memory goes with the copy.
  @Test(arguments: [DurableStep.Point.segmentSync, .committed])
  func aResendKeyDoesNotOutliveItsCopy(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    trap.arm(.intentDurable, .kill, lane: 0)
    try await fixture.deliver(Self.text, to: [1, 2, 3, 4])
    await fixture.close()
    let path = "\(fixture.folder)/lane-1/segments/00000001"
    let durable = try Descriptor.open(path, O_RDWR).length()
    trap.arm(point, .kill, lane: 1)
    await #expect(throws: StoreFault.closed) { try await fixture.reopen(trap.options(lanes: 2)) }
    #expect(trap.sprung == 2)
    if point == .segmentSync { try Descriptor.open(path, O_RDWR).truncate(to: durable) }
    try await fixture.reopen(Fixture.options(lanes: 2))
    #expect(try await copies(fixture) == [1, 1, 1, 1])
    // Those whose copies came late; the others were told.
    try await fixture.deliver(Self.text, to: [2, 4])
    #expect(try await copies(fixture) == [1, 1, 1, 1])
    #expect(try await fixture.store.verify().isSound)
  }

  /// Invariant 7: nothing expires on any lane while nobody knows the time.
  @Test func theClockIsInDoubt() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2, 3, 4])
    fixture.store.replyWasLost(try await fixture.deliver(Self.text, to: [1, 2, 3, 4]))
    // Behind the note, on each lane.
    _ = try await fixture.store.collect()
    clock.advance(12 * 365 * 86_400)
    try await fixture.deliver(Self.text, to: [1, 2, 3, 4])
    #expect(try await copies(fixture) == [1, 1, 1, 1])
  }

  /// A clock that goes back a little, or jumps, does not make the last seconds' mail forgotten.
  @Test(arguments: [-3, -200, 12 * 365 * 86_400] as [Int64])
  func theClockIsSet(_ seconds: Int64) async throws {
    let clock = TestClock()
    let trap = Trap()
    let options = clock.options { $0.fault = trap.options.fault }
    let fixture = try await Fixture(options)
    clock.advance(60)
    try await fixture.deliver(Self.text)
    clock.advance(seconds)
    try await fixture.deliver("another")
    trap.arm(.begin, .kill)
    await #expect(throws: StoreFault.closed) { try await fixture.deliver("third") }
    try await fixture.reopen(clock.options())
    guard case .filedBefore = try await fixture.deliver(Self.text).fates[0] else {
      Issue.record("a second copy")
      return
    }
    #expect(try await fixture.texts().count == 2)
  }

  /// What is remembered goes when its days are over, also on a server that never stops.
  @Test func theMemoryEnds() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    fixture.store.replyWasLost(try await fixture.deliver(Self.text))
    func remembered() throws -> [Int] {
      try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in
        let rows = try inStore { () throws(DatabaseFault) in
          try transaction.connection.rows(LaneSQL.allFiled) { $0.int(0) }
        }
        return [rows.count, transaction.cache.lostReplies.count]
      }
    }
    try await clock.days(4, fixture)
    #expect(try remembered() == [1, 1])
    guard case .filedBefore = try await fixture.deliver(Self.text).fates[0] else {
      Issue.record("forgotten too early")
      return
    }
    try await clock.days(2, fixture)
    #expect(try remembered() == [0, 0])
    guard case .filed = try await fixture.deliver(Self.text).fates[0] else {
      Issue.record("remembered for ever")
      return
    }
  }
}
