internal import Crypto
internal import Synchronization

/// Passwords that were right a moment ago, so that a mail program that logs in every minute costs one hash in five.
///
/// No password is in it, only HMACs under a key that dies with the process. The HMAC covers the stored hash: a changed
/// password misses by construction, and so does a closed account, which has none.
final class VerifiedCache: Sendable {
  struct Token: Hashable, Sendable {
    let bytes: [UInt8]
  }

  private let key = SymmetricKey(size: .bits256)
  private let most: Int
  private let untils = Mutex<[Token: Int64]>([:])

  init(most: Int = 20_000) { self.most = most }

  func token(account: AccountKey, hash: PasswordHash, password: [UInt8]) -> Token {
    var hmac = HMAC<SHA256>(key: key)
    hmac.update(data: withUnsafeBytes(of: account.littleEndian) { [UInt8]($0) })
    // A PHC string holds no NUL, so this parts it from the password.
    hmac.update(data: Array(hash.phc.utf8) + [0])
    hmac.update(data: password)
    return Token(bytes: Array(hmac.finalize()))
  }

  func contains(_ token: Token, at now: Int64) -> Bool {
    untils.withLock { untils in
      guard let until = untils[token] else { return false }
      if until > now { return true }
      untils[token] = nil
      return false
    }
  }

  func insert(_ token: Token, until: Int64, at now: Int64) {
    untils.withLock { untils in
      if untils.count >= most {
        untils = untils.filter { $0.value > now }
        if untils.count >= most { untils = [:] }
      }
      untils[token] = until
    }
  }

  var count: Int { untils.withLock { $0.count } }
}
