internal import Crypto
package import SASL

// SCRAM-SHA-256 for devices' passwords. Account passwords are chosen by people: for these only the slow hash is kept.
extension Directory {
  /// Rounds of a verifier: the least that RFC 7677 §4 allows, since 140 random bits need no slow hash.
  static let scramIterations = 4_096

  /// The server's side of one exchange. What it hands out as a password is a device's fingerprint behind a NUL, which no
  /// client can send; `logIn` knows it.
  package func scramServer() -> any SASLServer {
    var generator = SystemRandomNumberGenerator()
    let nonce = String(
      (0..<24).map { _ in Self.nonceSymbols[Int.random(in: 0..<Self.nonceSymbols.count, using: &generator)] })
    return ScramServer(nonce: nonce) { [self] name in scramAccount(name) }
  }

  private static let nonceSymbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  private func scramAccount(_ name: String) -> ScramServer.Account {
    let snapshot = snapshot
    guard let found = snapshot.account(logIn: DirectorySnapshot.logInName(name)) else {
      // The same name gets the same salt each time, as one that exists does.
      return ScramServer.Account(salt: salt("unknown " + name), iterations: Self.scramIterations, verifiers: [])
    }
    var verifiers: [(verifier: ScramVerifier, secret: [UInt8])] = []
    for device in found.value.devices {
      guard let kept = snapshot.scramTable[found.key]?[device.key] else { continue }
      for verifier in ScramVerifier.unpacked(kept) { verifiers.append((verifier, [0] + device.fingerprint)) }
    }
    return ScramServer.Account(
      salt: scramSalt(found.key), iterations: Self.scramIterations, verifiers: verifiers)
  }

  /// One salt an account: the exchange must name it before anybody knows which device it is.
  func scramSalt(_ account: AccountKey) -> [UInt8] { salt("account \(account)") }

  private func salt(_ text: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("scram salt of \(text)".utf8), using: deviceKey).prefix(16))
  }

  /// Verifiers of a device's password in the forms that people give their programs: as shown, and without the dashes.
  func scramSecret(_ password: AppPassword, of account: AccountKey) -> [UInt8] {
    let salt = scramSalt(account)
    let shown = Array(password.text.utf8)
    return [shown, shown.filter { $0 != UInt8(ascii: "-") }].flatMap { form in
      ScramVerifier(password: form, salt: salt, iterations: Self.scramIterations).packed
    }
  }
}

extension ScramVerifier {
  var packed: [UInt8] { storedKey + serverKey }

  static func unpacked(_ bytes: [UInt8]) -> [ScramVerifier] {
    stride(from: 0, to: bytes.count - bytes.count % (2 * keyLength), by: 2 * keyLength).map { at in
      ScramVerifier(
        storedKey: Array(bytes[at..<at + keyLength]), serverKey: Array(bytes[at + keyLength..<at + 2 * keyLength]))
    }
  }
}
