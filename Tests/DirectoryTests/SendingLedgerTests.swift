import Testing

@testable import Directory

@Suite struct SendingLedgerTests {
  private static let day: Int64 = 86_400

  @Test func counts() {
    let ledger = SendingLedger()
    #expect(ledger.take(["a", "b", "a"], of: 1, limit: 3, newLimit: 0, at: 0) == nil)
    #expect(ledger.excess(of: 1, ["c", "d"], limit: 3, newLimit: 0, at: 0) == .recipients(limit: 3))
    #expect(ledger.take(["c", "d"], of: 1, limit: 3, newLimit: 0, at: 0) == .recipients(limit: 3))
    #expect(ledger.take(["c"], of: 1, limit: 3, newLimit: 0, at: 0) == nil)
    // Another account, another day; a clock that goes back.
    #expect(ledger.take(["c"], of: 2, limit: 1, newLimit: 0, at: 0) == nil)
    #expect(ledger.excess(of: 1, ["x"], limit: 3, newLimit: 0, at: Self.day - 1) != nil)
    #expect(ledger.take(["x"], of: 1, limit: 3, newLimit: 0, at: Self.day) == nil)
    #expect(ledger.take(["x", "y", "z"], of: 1, limit: 3, newLimit: 0, at: 0) == .recipients(limit: 3))
  }

  @Test func newRecipients() {
    let ledger = SendingLedger()
    #expect(ledger.take(["a", "b"], of: 1, limit: 0, newLimit: 2, at: 0) == nil)
    #expect(ledger.take(["a"], of: 1, limit: 0, newLimit: 2, at: 0) == nil)
    #expect(ledger.take(["c"], of: 1, limit: 0, newLimit: 2, at: 0) == .newRecipients(limit: 2))
    #expect(ledger.take(["a", "c", "d"], of: 1, limit: 0, newLimit: 2, at: Self.day) == nil)
  }

  @Test func givenBack() {
    let ledger = SendingLedger()
    #expect(ledger.take(["a"], of: 1, limit: 1, newLimit: 0, at: 0) == nil)
    ledger.giveBack(["a"], of: 1, at: 0)
    #expect(ledger.take(["a"], of: 1, limit: 1, newLimit: 0, at: 0) == nil)
  }

  /// However many people an account writes to, no more than so many are remembered, the latest ones.
  @Test func bounded() {
    let ledger = SendingLedger()
    for day in 0..<4 as Range<Int64> {
      let people = (0..<2_000).map { "\(day) \($0)" }
      #expect(ledger.take(people, of: 1, limit: 0, newLimit: 2_000, at: day * Self.day) == nil)
    }
    guard case .putSending(_, _, _, _, let kept, _)? = ledger.unwritten().first else {
      Issue.record("nothing to write")
      return
    }
    #expect(kept.count <= SendingLedger.mostCorrespondents)
    #expect(kept.values.contains(3) && !kept.values.contains(0))
    #expect(ledger.excess(of: 1, ["3 7"], limit: 0, newLimit: 1, at: 4 * Self.day) == nil)
  }
}
