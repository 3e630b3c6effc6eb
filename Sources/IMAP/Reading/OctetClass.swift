/// The character classes of RFC 9051 §9 that parsers and writers share.
enum OctetClass {
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let backslash: UInt8 = 0x5C
  static let open: UInt8 = 0x28
  static let close: UInt8 = 0x29
  static let carriageReturn: UInt8 = 0x0D
  static let lineFeed: UInt8 = 0x0A
  static let brace: UInt8 = 0x7B
  static let tilde: UInt8 = 0x7E

  /// ATOM-CHAR: any CHAR except `(` `)` `{` SP CTL `%` `*` `"` `\` `]`.
  @inline(__always)
  static func isAtom(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x00...0x20, 0x7F..., 0x22, 0x25, 0x28, 0x29, 0x2A, 0x5C, 0x5D, 0x7B: false
    default: true
    }
  }

  /// ASTRING-CHAR: ATOM-CHAR or `]`.
  @inline(__always)
  static func isAString(_ octet: UInt8) -> Bool { isAtom(octet) || octet == 0x5D }

  /// list-char: ASTRING-CHAR or a wildcard.
  @inline(__always)
  static func isListCharacter(_ octet: UInt8) -> Bool { isAString(octet) || octet == 0x25 || octet == 0x2A }

  /// A character of a tag: ASTRING-CHAR except `+`.
  @inline(__always)
  static func isTag(_ octet: UInt8) -> Bool { isAString(octet) && octet != 0x2B }

  @inline(__always)
  static func isDigit(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }

  @inline(__always)
  static func uppercased(_ octet: UInt8) -> UInt8 { octet >= 0x61 && octet <= 0x7A ? octet &- 0x20 : octet }

  @inline(__always)
  static func lowercased(_ octet: UInt8) -> UInt8 { octet >= 0x41 && octet <= 0x5A ? octet &+ 0x20 : octet }
}

extension StringProtocol {
  /// Whether both are the same but for the case of ASCII letters, the only case IMAP ignores.
  func equalsIgnoringASCIICase(_ other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8) { OctetClass.lowercased($0) == OctetClass.lowercased($1) }
  }
}
