/// Strings as JSON (RFC 8259 §7).
enum JSONText {
  static func append(_ text: String, to line: inout [UInt8]) {
    line.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: line += [0x5c, byte]
      case 0x0a: line += Array("\\n".utf8)
      case 0x0d: line += Array("\\r".utf8)
      case 0x09: line += Array("\\t".utf8)
      case 0..<0x20, 0x7f:
        let digits = Array("0123456789abcdef".utf8)
        line += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: line.append(byte)
      }
    }
    line.append(0x22)
  }
}
