internal import Mail

/// Why a private key cannot be loaded.
public enum DKIMKeyError: Error, Hashable, Sendable {
  /// Neither PEM nor a bare base64 Ed25519 seed.
  case notAKey
  /// PEM of a kind that DKIM has no use for, or damaged.
  case unsupported
}

/// A private key that signs: RSA of 1024 to 4096 bits or Ed25519. It has no description, so it cannot end up in a log.
public struct DKIMPrivateKey: Sendable {
  let key: SigningKey

  /// Reads PEM: "RSA PRIVATE KEY" (PKCS #1) or "PRIVATE KEY" (PKCS #8 with RSA or Ed25519); also the bare base64 of a
  /// 32-byte Ed25519 seed, as dkimpy keeps it. At most 16 KiB.
  public init(pem text: [UInt8]) throws(DKIMKeyError) {
    guard text.count <= 16 << 10 else { throw .notAKey }
    guard let block = Self.pemBlock(text) else {
      guard let seed = lenientBase64(text.filter { !TagList.isBlank($0) }), seed.count == 32,
        let key = SigningKey.ed25519(seed: seed)
      else { throw .notAKey }
      self.key = key
      return
    }
    guard let der = lenientBase64(block.body) else { throw .notAKey }
    switch block.label {
    case "RSA PRIVATE KEY": key = try Self.loaded(SigningKey.rsa(der: der))
    case "PRIVATE KEY":
      // RFC 8410 §7: version, the algorithm id-Ed25519, then the seed in two nested octet strings.
      let marker = Self.ed25519Prefix[5...]
      if der.count >= 48, der[5..<16].elementsEqual(marker) {
        key = try Self.loaded(SigningKey.ed25519(seed: Array(der[16..<48])))
      } else {
        key = try Self.loaded(SigningKey.rsa(der: der))
      }
    default: throw .unsupported
    }
  }

  private init(_ key: SigningKey) { self.key = key }

  /// A new RSA key of 2048 bits; takes some tenths of a second. The randomness is Crypto's. nil: the system has none.
  public static func generateRSA2048() -> DKIMPrivateKey? { SigningKey.generateRSA2048().map { DKIMPrivateKey($0) } }

  /// A new Ed25519 key.
  public static func generateEd25519() -> DKIMPrivateKey { DKIMPrivateKey(.generateEd25519()) }

  private static func loaded(_ key: SigningKey?) throws(DKIMKeyError) -> SigningKey {
    guard let key else { throw .unsupported }
    return key
  }

  static let ed25519Prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// a= of its signatures: "rsa-sha256" or "ed25519-sha256".
  public var algorithm: String {
    switch key {
    case .rsa: DKIMSignature.Algorithm.rsaSHA256.rawValue
    case .ed25519: DKIMSignature.Algorithm.ed25519SHA256.rawValue
    }
  }

  /// The text of the TXT record to publish at SELECTOR._domainkey.DOMAIN.
  public var record: String {
    let type =
      switch key {
      case .rsa: "rsa"
      case .ed25519: "ed25519"
      }
    return "v=DKIM1; k=\(type); p=\(String(decoding: Base64.encode(key.publicBytes), as: UTF8.self))"
  }

  /// The record cut into strings of at most 255 bytes, as DNS wants it.
  public var recordStrings: [String] { Self.strings(record) }

  private static func strings(_ record: String) -> [String] {
    let bytes = Array(record.utf8)
    return stride(from: 0, to: bytes.count, by: 255).map {
      String(decoding: bytes[$0..<min($0 + 255, bytes.count)], as: UTF8.self)
    }
  }

  /// The value as zone files and DNS panels take it: quoted strings with blanks between.
  public var quotedRecord: String { Self.quoted(record) }

  /// The same for a record that was kept as text.
  public static func quoted(_ record: String) -> String {
    strings(record).map { "\"\($0)\"" }.joined(separator: " ")
  }

  /// The key as PEM: PKCS #1 for RSA, PKCS #8 for Ed25519. Secret.
  public var pem: [UInt8] {
    let label =
      switch key {
      case .rsa: "RSA PRIVATE KEY"
      case .ed25519: "PRIVATE KEY"
      }
    var result = Array("-----BEGIN \(label)-----\n".utf8)
    let text = Base64.encode(key.secretDER)
    for start in stride(from: 0, to: text.count, by: 64) {
      result += text[start..<min(start + 64, text.count)]
      result.append(0x0A)
    }
    return result + Array("-----END \(label)-----\n".utf8)
  }

  /// The first PEM block: its label, and its base64 without white space.
  private static func pemBlock(_ text: [UInt8]) -> (label: String, body: [UInt8])? {
    let lines = text.split { $0 == 0x0A || $0 == 0x0D }
    var label: String?
    var body: [UInt8] = []
    for line in lines {
      let line = String(decoding: line, as: UTF8.self)
      if let current = label {
        if line == "-----END \(current)-----" { return (current, body) }
        body += line.utf8.filter { !TagList.isBlank($0) }
      } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
        label = String(line.dropFirst("-----BEGIN ".count).dropLast(5))
      }
    }
    return nil
  }
}
