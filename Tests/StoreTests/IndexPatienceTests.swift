import Testing

@testable import Store

@Suite struct IndexPatienceTests {
  /// Looks every 20 ms at `arrivals`, all of them pending; after how many milliseconds it stops waiting, nil when it does not.
  private func wait(_ patience: IndexPatience, _ arrivals: [Int], pending: Int = 0) -> Int? {
    var patience = patience
    var pending = pending
    for (look, arrived) in arrivals.enumerated() {
      pending += arrived
      if !patience.goesOn(at: 5_000 + look * 20, arrived: arrived, pending: pending) { return look * 20 }
    }
    return nil
  }

  @Test func aFewMessagesWaitForTheLeast() {
    #expect(wait(IndexPatience(least: 500, most: 10_500), [1] + Array(repeating: 0, count: 100)) == 500)
    #expect(wait(IndexPatience(least: 500, most: 10_500), [1] + Array(repeating: 1, count: 100)) == 500)
  }

  @Test func aStreamIsLetPass() {
    let stream = Array(repeating: 40, count: 100)
    #expect(wait(IndexPatience(least: 500, most: 10_500), stream + [0]) == 2_000)
    #expect(wait(IndexPatience(least: 0, most: 10_000), stream + [0]) == 2_000)
  }

  @Test func butNotForEver() {
    #expect(wait(IndexPatience(least: 500, most: 10_500), Array(repeating: 8, count: 1_000)) == 10_500)
    #expect(wait(IndexPatience(least: 0, most: 10_000), Array(repeating: 400, count: 1_000)) == 49 * 20)
  }

  @Test func withoutMailItBeginsAtOnce() {
    #expect(wait(IndexPatience(least: 0, most: 10_000), [0]) == 0)
    #expect(wait(IndexPatience(least: 0, most: 0), [1]) == 0)
  }
}
