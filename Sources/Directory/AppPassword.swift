internal import Crypto

/// The password of one device: 28 random symbols of 32, that is 140 bits, in groups of four ("abcd-efgh-…").
///
/// So much chance needs no slow hash: a keyed SHA-256 of it is kept, and looking it up costs a microsecond.
struct AppPassword: Hashable, Sendable {
  static let length = 28
  /// Lower-case letters and digits without the look-alikes l, o, 0 and 1.
  static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

  private let symbols: [UInt8]

  init(using generator: inout some RandomNumberGenerator) {
    symbols = (0..<Self.length).map { _ in Self.alphabet[Int.random(in: 0..<32, using: &generator)] }
  }

  /// Reads what a person typed: case, spaces and dashes do not matter. nil if it cannot be a device's password.
  init?(typed: [UInt8]) {
    guard typed.count <= 2 * Self.length else { return nil }
    var symbols: [UInt8] = []
    for byte in typed where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
      let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      guard Self.alphabet.contains(lower) else { return nil }
      symbols.append(lower)
    }
    guard symbols.count == Self.length else { return nil }
    self.symbols = symbols
  }

  /// As it is shown, once.
  var text: String {
    stride(from: 0, to: Self.length, by: 4)
      .map { String(decoding: symbols[$0..<$0 + 4], as: UTF8.self) }.joined(separator: "-")
  }

  /// What is kept: HMAC-SHA-256 under the directory's own key, bound to the account.
  func fingerprint(key: SymmetricKey, account: AccountKey) -> [UInt8] {
    var hmac = HMAC<SHA256>(key: key)
    hmac.update(data: withUnsafeBytes(of: account.littleEndian) { [UInt8]($0) })
    hmac.update(data: symbols)
    return Array(hmac.finalize())
  }
}
