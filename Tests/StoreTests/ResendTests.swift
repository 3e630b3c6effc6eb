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
}
