import Testing

@testable import Store

@Suite struct PromisedCopiesTests {
  /// A key that nobody takes away (its copy was filed just before) holds as long as a lost reply is remembered, and is gone then.
  @Test func passes() async throws {
    let promised = PromisedCopies(window: .milliseconds(50))
    let key = ResendKey(account: AccountID(raw: 1), bytes: [1])
    promised.add(key)
    #expect(promised.contains(key))
    try await Task.sleep(for: .milliseconds(60))
    #expect(!promised.contains(key))
    promised.forgetOld()
    promised.add(key)
    promised.remove(key)
    #expect(!promised.contains(key))
  }
}
