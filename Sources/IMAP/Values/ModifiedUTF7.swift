/// Modified UTF-7, the form of mailbox names in IMAP4rev1 (RFC 3501 §5.1.3).
enum ModifiedUTF7 {
  private static let alphabet: [UInt8] = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, octet) in alphabet.enumerated() { table[Int(octet)] = UInt8(value) }
    return table
  }()

  /// The text, or nil when the octets are not modified UTF-7.
  ///
  /// Octets above 127 are taken as UTF-8, which some clients send regardless of the mode. Rejected are unfinished and
  /// wrongly padded runs, lone surrogates, and printable ASCII inside of a run, which has one form only (§5.1.3).
  static func decode(_ octets: some Collection<UInt8>) -> String? {
    var text: [UInt8] = []
    var iterator = octets.makeIterator()
    while let octet = iterator.next() {
      if octet != 0x26 {
        text.append(octet)
        continue
      }
      guard decodeRun(&iterator, into: &text) else { return nil }
    }
    return String(validating: text, as: UTF8.self)
  }

  /// Decodes the part between `&` and `-`.
  private static func decodeRun(_ iterator: inout some IteratorProtocol<UInt8>, into text: inout [UInt8]) -> Bool {
    var bits: UInt32 = 0
    var count = 0
    var units: [UInt16] = []
    var length = 0
    while let octet = iterator.next() {
      if octet == 0x2D {
        if length == 0 {
          text.append(0x26)
          return true
        }
        // What is left over must be fewer than 6 bits, all zero.
        guard count < 6, bits & ((1 << UInt32(count)) - 1) == 0 else { return false }
        return append(units, to: &text)
      }
      let value = values[Int(octet)]
      guard value != 0xFF else { return false }
      length += 1
      bits = (bits << 6) | UInt32(value)
      count += 6
      if count >= 16 {
        count -= 16
        units.append(UInt16(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return false
  }

  private static func append(_ units: [UInt16], to text: inout [UInt8]) -> Bool {
    var at = 0
    while at < units.count {
      let unit = units[at]
      at += 1
      var value = UInt32(unit)
      if unit >= 0xD800, unit < 0xE000 {
        guard unit < 0xDC00, at < units.count, units[at] >= 0xDC00, units[at] < 0xE000 else { return false }
        value = 0x10000 + ((UInt32(unit) - 0xD800) << 10) + (UInt32(units[at]) - 0xDC00)
        at += 1
      } else if unit >= 0x20, unit < 0x7F {
        return false
      }
      guard let scalar = Unicode.Scalar(value) else { return false }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return true
  }

  /// The modified UTF-7 form of any text.
  static func encode(_ text: some StringProtocol) -> [UInt8] {
    var octets: [UInt8] = []
    var units: [UInt16] = []
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x20, scalar.value < 0x7F {
        flush(&units, into: &octets)
        octets.append(UInt8(scalar.value))
        if scalar == "&" { octets.append(0x2D) }
      } else {
        units.append(contentsOf: UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter)
      }
    }
    flush(&units, into: &octets)
    return octets
  }

  private static func flush(_ units: inout [UInt16], into octets: inout [UInt8]) {
    guard !units.isEmpty else { return }
    octets.append(0x26)
    var bits: UInt32 = 0
    var count = 0
    for unit in units {
      bits = (bits << 16) | UInt32(unit)
      count += 16
      while count >= 6 {
        count -= 6
        octets.append(alphabet[Int((bits >> UInt32(count)) & 0x3F)])
      }
      bits &= (1 << UInt32(count)) - 1
    }
    if count > 0 { octets.append(alphabet[Int((bits << UInt32(6 - count)) & 0x3F)]) }
    octets.append(0x2D)
    units.removeAll(keepingCapacity: true)
  }
}
