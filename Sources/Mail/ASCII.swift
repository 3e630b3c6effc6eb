/// Byte-level ASCII for every mail language: classes, case folding and scanning, on bytes and never on Strings.
public enum ASCII {
  @inlinable public static var tab: UInt8 { 0x09 }
  @inlinable public static var lf: UInt8 { 0x0A }
  @inlinable public static var cr: UInt8 { 0x0D }
  @inlinable public static var dot: UInt8 { 0x2E }
  @inlinable public static var space: UInt8 { 0x20 }
  @inlinable public static var quote: UInt8 { 0x22 }
  @inlinable public static var backslash: UInt8 { 0x5C }
  @inlinable public static var delete: UInt8 { 0x7F }

  @inlinable public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inlinable public static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  @inlinable public static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isAlpha(byte) }
  @inlinable public static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  /// Space or horizontal tab (RFC 5234 WSP).
  @inlinable public static func isWSP(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  /// Space, tab, CR or LF: what folding white space is made of.
  @inlinable public static func isFWS(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }
  /// 33 to 126 (RFC 5234 VCHAR).
  @inlinable public static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 94 }
  @inlinable public static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// RFC 5322 §3.2.3 atext (ASCII only).
  @inlinable public static func isAtext(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E, 0x5F, 0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// RFC 2045 §5.1 token character: visible ASCII without tspecials.
  @inlinable public static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x22, 0x28, 0x29, 0x2C, 0x2F, 0x3A...0x40, 0x5B...0x5D: false
    default: isVisible(byte)
    }
  }

  @inlinable public static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
  @inlinable public static func uppercased(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

  /// The value of one hexadecimal digit, or nil.
  @inlinable public static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
  }

  /// The digit for a value 0 to 15, upper case.
  @inlinable public static func hexDigit(_ value: UInt8) -> UInt8 {
    let low = value & 15
    return low < 10 ? low &+ 0x30 : low &+ 0x37
  }
}
