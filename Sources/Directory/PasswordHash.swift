internal import CArgon2

/// An account password as it is kept: Argon2id in a PHC string, which carries its own salt and cost.
struct PasswordHash: Hashable, Sendable {
  /// "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
  let phc: String

  /// Takes a stored string as it is; one that is no Argon2id hash verifies nothing.
  init(phc: String) { self.phc = phc }

  /// Hashes `password` with 16 bytes of salt into 32 bytes. Takes the time that `cost` says: never on an event loop.
  init(of password: [UInt8], cost: PasswordCost, salt: [UInt8] = Self.randomSalt()) throws(DirectoryError) {
    var encoded = [CChar](repeating: 0, count: 256)
    let status = argon2id_hash_encoded(
      cost.passes, cost.kibibytes, cost.threads, password, password.count, salt, salt.count, 32, &encoded,
      encoded.count)
    guard status == ARGON2_OK.rawValue else { throw .fault(String(cString: argon2_error_message(status))) }
    phc = encoded.withUnsafeBufferPointer { String(decoding: $0.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) }
  }

  /// True if `password` is the one; takes as long as making the hash did. The comparison is libargon2's, in constant time.
  func verifies(_ password: [UInt8]) -> Bool {
    argon2id_verify(phc, password, password.count) == ARGON2_OK.rawValue
  }

  static func randomSalt() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
