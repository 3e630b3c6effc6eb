/// Text in the encoding of RFC 3461 §4, which keeps blanks, `+` and `=` out of parameters.
public struct Xtext: Hashable, Sendable {
  /// As on the wire.
  public let encoded: String

  /// Takes text as it came; `nil` when it is not xtext.
  public init?(encoded: String) {
    guard !encoded.isEmpty, Self.decode(encoded) != nil else { return nil }
    self.encoded = encoded
  }

  /// Encodes `text`.
  public init(_ text: String) {
    var result = ""
    for byte in text.utf8 {
      if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += byte < 16 ? "+0" : "+"
        result += String(byte, radix: 16, uppercase: true)
      }
    }
    self.encoded = result
  }

  /// The text itself.
  public var decoded: String { Self.decode(encoded).map { String(decoding: $0, as: UTF8.self) } ?? encoded }

  /// True when the text is printable ASCII.
  var isPrintable: Bool { Self.decode(encoded)?.allSatisfy { (0x20...0x7E).contains($0) } ?? false }

  private static func decode(_ text: String) -> [UInt8]? {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "+") {
        // RFC 3461 §4: hexchar is "+" and two upper-case hexadecimal digits. Lower case is seen, and harmless.
        guard at + 2 < bytes.count, bytes[at + 1].isHexDigit, bytes[at + 2].isHexDigit else { return nil }
        result.append(bytes[at + 1].hexValue << 4 | bytes[at + 2].hexValue)
        at += 3
      } else {
        guard (0x21...0x7E).contains(byte), byte != UInt8(ascii: "=") else { return nil }
        result.append(byte)
        at += 1
      }
    }
    return result
  }
}

/// The address forms of ORCPT=utf-8 (RFC 6533 §3): utf-8-addr-xtext and utf-8-addr-unitext, which both may hold `\x{HEX}`.
enum UTF8AddressText {
  static func decode(_ text: String) -> String? {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        guard rest.starts(with: "x{".unicodeScalars), let close = rest.firstIndex(of: "}") else { return nil }
        let digits = String(rest.dropFirst(2)[..<close])
        guard (2...6).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isHexDigit),
          let value = UInt32(digits, radix: 16), let decoded = Unicode.Scalar(value)
        else { return nil }
        result.append(decoded)
        rest = rest[rest.index(after: close)...]
      case "+", "=": return nil
      default:
        guard scalar.value > 0x20, scalar.value != 0x7F else { return nil }
        result.append(scalar)
      }
    }
    return String(result)
  }
}

extension UInt8 {
  var hexValue: UInt8 { isDigit ? self - 0x30 : (self | 0x20) - 0x57 }
}
