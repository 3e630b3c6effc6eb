internal import Crypto

/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802 §3, RFC 7677): enough to check a proof, not to make one.
public struct ScramVerifier: Hashable, Sendable {
  public static let keyLength = 32

  public var storedKey: [UInt8]
  public var serverKey: [UInt8]

  public init(storedKey: [UInt8], serverKey: [UInt8]) {
    self.storedKey = storedKey
    self.serverKey = serverKey
  }

  /// From a password in UTF-8: `iterations` HMACs of time, at least 4,096 (RFC 7677 §4).
  public init(password: [UInt8], salt: [UInt8], iterations: Int) {
    let salted = Scram.salted(password, salt: salt, iterations: iterations)
    storedKey = Array(SHA256.hash(data: Scram.hmac(salted, Array("Client Key".utf8))))
    serverKey = Scram.hmac(salted, Array("Server Key".utf8))
  }

  /// Whether `proof` over `message` was made with the password.
  func accepts(proof: [UInt8], of message: [UInt8]) -> Bool {
    let signature = Scram.hmac(storedKey, message)
    guard proof.count == signature.count else { return false }
    let clientKey = zip(proof, signature).map { $0 ^ $1 }
    // Constant time: one difference is gathered over all octets.
    return zip(SHA256.hash(data: clientKey), storedKey).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
      && storedKey.count == Self.keyLength
  }
}

/// The functions of RFC 5802 §2.2 with SHA-256.
enum Scram {
  static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }

  /// Hi(): PBKDF2 of one block.
  static func salted(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
    let key = SymmetricKey(data: password)
    var last = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
    var result = last
    for _ in 1..<max(1, iterations) {
      last = Array(HMAC<SHA256>.authenticationCode(for: last, using: key))
      for index in result.indices { result[index] ^= last[index] }
    }
    return result
  }

  /// saslname: "," and "=" as =2C and =3D.
  static func encoded(_ name: String) -> [UInt8] {
    var result: [UInt8] = []
    for octet in name.utf8 {
      switch octet {
      case 0x2C: result += Array("=2C".utf8)
      case 0x3D: result += Array("=3D".utf8)
      default: result.append(octet)
      }
    }
    return result
  }

  /// Nil: not a saslname.
  static func decoded(_ octets: ArraySlice<UInt8>) -> String? {
    var result: [UInt8] = []
    var rest = octets
    while let octet = rest.popFirst() {
      guard octet == 0x3D else {
        result.append(octet)
        continue
      }
      switch String(decoding: rest.prefix(2), as: UTF8.self) {
      case "2C": result.append(0x2C)
      case "3D": result.append(0x3D)
      default: return nil
      }
      rest = rest.dropFirst(2)
    }
    return result.isEmpty || result.contains(0) ? nil : String(validating: result, as: UTF8.self)
  }

  /// The attributes `x=value` between commas; nil where one is none.
  static func attributes(_ message: ArraySlice<UInt8>) -> [(name: UInt8, value: ArraySlice<UInt8>)]? {
    var found: [(name: UInt8, value: ArraySlice<UInt8>)] = []
    for part in message.split(separator: 0x2C, omittingEmptySubsequences: false) {
      let value = part.dropFirst(2)
      guard part.count >= 2, part[part.startIndex + 1] == 0x3D, found.count < 20 else { return nil }
      found.append((part[part.startIndex], value))
    }
    return found
  }

  /// A nonce: printable, no comma.
  static func isNonce(_ octets: ArraySlice<UInt8>) -> Bool {
    !octets.isEmpty && octets.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2C }
  }
}
