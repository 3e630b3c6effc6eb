internal import Mail

/// Walks an unfolded or folded field value with RFC 5322's comments and white space; never goes back, so linear in time.
struct AuthScanner {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Skips comments (nested ones are counted, not recursed into) and white space; true: there was some.
  @discardableResult mutating func skipCFWS() -> Bool {
    let start = position
    var depth = 0
    while let byte = next {
      switch byte {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")") where depth > 0: depth -= 1
      case UInt8(ascii: "\\") where depth > 0: position = min(position + 1, bytes.count - 1)
      case 0x20, 0x09, 0x0D, 0x0A: break
      default: if depth == 0 { return position > start }
      }
      position += 1
    }
    return position > start
  }

  /// Takes one byte if it is there, in either case for a letter.
  mutating func take(_ byte: UInt8) -> Bool {
    guard let current = next, lowercase(current) == byte else { return false }
    position += 1
    return true
  }

  mutating func takeWhile(_ isWanted: (UInt8) -> Bool) -> [UInt8] {
    let start = position
    while let byte = next, isWanted(byte) { position += 1 }
    return Array(bytes[start..<position])
  }

  /// Keyword (RFC 5321 §4.1.2: letters, digits, hyphens), in lower case; nil: none here. Underscores occur too.
  mutating func keyword() -> String? {
    let word = takeWhile { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    return word.isEmpty ? nil : String(decoding: lowercase(word), as: UTF8.self)
  }

  /// value = token / quoted-string (RFC 2045 §5.1), and what addresses need beside; nil: none here.
  mutating func value() -> String? {
    guard let first = next else { return nil }
    if first == UInt8(ascii: "\"") {
      guard let text = quotedString() else { return nil }
      // A quoted local part goes on behind the quotes.
      let rest = takeWhile(Self.isValue)
      return String(decoding: text + rest, as: UTF8.self)
    }
    let word = takeWhile(Self.isValue)
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }

  /// Token characters, "@", and those that are found in unquoted values all the same: "/", "=", ":", "<", ">", "[", "]".
  private static func isValue(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"),
      UInt8(ascii: "\\"), UInt8(ascii: ","):
      false
    default: true
    }
  }

  private mutating func quotedString() -> [UInt8]? {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"):
        guard let escaped = next else { return nil }
        text.append(escaped)
        position += 1
      case 0x0D, 0x0A: continue
      default: text.append(byte)
      }
    }
    return nil
  }
}
