// The only file of MailAuth that touches the keys of Crypto.
internal import Crypto
internal import CryptoExtras

/// A published key, ready to verify.
enum VerificationKey: Sendable {
  case rsa(_RSA.Signing.PublicKey)
  case ed25519(Curve25519.Signing.PublicKey)

  struct Flaw: Error { var reason: String }

  /// Longest p= that is looked at: a key of 4096 bits takes 550 bytes. Longer ones cost too much time.
  static let longestKey = 600

  init(_ record: DKIMKeyRecord) throws(Flaw) {
    if record.keyType == "ed25519" {
      guard let key = Self.ed25519(record.key) else { throw Flaw(reason: "p= is not an Ed25519 key") }
      self = .ed25519(key)
      return
    }
    if record.key.count > Self.longestKey { throw Flaw(reason: "the key is longer than 4096 bits") }
    guard let key = Self.rsa(record.key) else { throw Flaw(reason: "p= is not an RSA key of at least 1024 bits") }
    // RFC 8301 §3.2: at least 1024 bits; verifiers need to handle up to 4096.
    guard key.keySizeInBits >= 1024 else { throw Flaw(reason: "the key is shorter than 1024 bits") }
    guard key.keySizeInBits <= 4096 else { throw Flaw(reason: "the key is longer than 4096 bits") }
    self = .rsa(key)
  }

  var bits: Int {
    switch self {
    case .rsa(let key): key.keySizeInBits
    case .ed25519: 256
    }
  }

  /// Does `signature` sign the SHA-256 hash `digest`? RFC 8463 §3: Ed25519 signs the hash, not the message.
  func isValid(_ signature: [UInt8], for digest: SHA256.Digest) -> Bool {
    switch self {
    case .rsa(let key):
      key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
    case .ed25519(let key): key.isValidSignature(signature, for: Array(digest))
    }
  }

  /// A SubjectPublicKeyInfo, as in RFC 6376, or a bare RSAPublicKey, as old records have it.
  private static func rsa(_ bytes: [UInt8]) -> _RSA.Signing.PublicKey? {
    do { return try _RSA.Signing.PublicKey(unsafeDERRepresentation: bytes) } catch { return nil }
  }

  private static func ed25519(_ bytes: [UInt8]) -> Curve25519.Signing.PublicKey? {
    guard bytes.count == 32 else { return nil }
    do { return try Curve25519.Signing.PublicKey(rawRepresentation: bytes) } catch { return nil }
  }
}

/// The secret half, inside `DKIMPrivateKey`.
enum SigningKey: Sendable {
  case rsa(_RSA.Signing.PrivateKey)
  case ed25519(Curve25519.Signing.PrivateKey)

  static func rsa(der: [UInt8]) -> SigningKey? {
    guard der.count <= 4096 else { return nil }
    do {
      let key = try _RSA.Signing.PrivateKey(unsafeDERRepresentation: der)
      return (1024...4096).contains(key.keySizeInBits) ? .rsa(key) : nil
    } catch { return nil }
  }

  static func ed25519(seed: [UInt8]) -> SigningKey? {
    do { return .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: seed)) } catch { return nil }
  }

  static func generateRSA2048() -> SigningKey? {
    do { return .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)) } catch { return nil }
  }

  static func generateEd25519() -> SigningKey { .ed25519(Curve25519.Signing.PrivateKey()) }

  /// What p= of the key record holds, before base64.
  var publicBytes: [UInt8] {
    switch self {
    case .rsa(let key): Array(key.publicKey.derRepresentation)
    case .ed25519(let key): Array(key.publicKey.rawRepresentation)
    }
  }

  /// The secret in DER: PKCS #1 for RSA, PKCS #8 for Ed25519 (RFC 8410 §7).
  var secretDER: [UInt8] {
    switch self {
    case .rsa(let key): Array(key.derRepresentation)
    case .ed25519(let key): DKIMPrivateKey.ed25519Prefix + Array(key.rawRepresentation)
    }
  }

  /// nil: the key cannot sign.
  func signature(for digest: SHA256.Digest) -> [UInt8]? {
    do {
      switch self {
      case .rsa(let key): return Array(try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
      case .ed25519(let key): return Array(try key.signature(for: Array(digest)))
      }
    } catch { return nil }
  }
}
