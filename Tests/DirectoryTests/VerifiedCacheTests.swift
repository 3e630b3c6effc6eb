import Testing

@testable import Directory

struct VerifiedCacheTests {
  @Test func itForgetsInTimeAndKnowsOnlyTheExactPassword() {
    let cache = VerifiedCache()
    let hash = PasswordHash(phc: "hash one")
    let token = cache.token(account: 1, hash: hash, password: Array("secret".utf8))
    #expect(!cache.contains(token, at: 100))
    cache.insert(token, until: 110, at: 100)
    #expect(cache.contains(token, at: 109))
    #expect(!cache.contains(cache.token(account: 2, hash: hash, password: Array("secret".utf8)), at: 100))
    #expect(!cache.contains(cache.token(account: 1, hash: hash, password: Array("Secret".utf8)), at: 100))
    let changed = PasswordHash(phc: "hash two")
    #expect(!cache.contains(cache.token(account: 1, hash: changed, password: Array("secret".utf8)), at: 100))
    #expect(!cache.contains(token, at: 110))
    #expect(cache.count == 0)
  }

  @Test func theKeyIsTheProcesss() {
    let hash = PasswordHash(phc: "hash")
    #expect(
      VerifiedCache().token(account: 1, hash: hash, password: [1])
        != VerifiedCache().token(account: 1, hash: hash, password: [1]))
  }

  @Test func itStaysSmall() {
    let cache = VerifiedCache(most: 10)
    let hash = PasswordHash(phc: "hash")
    for account in AccountKey(1)...100 {
      cache.insert(cache.token(account: account, hash: hash, password: [1]), until: 200 + account, at: account)
      #expect(cache.count <= 10)
    }
  }
}
