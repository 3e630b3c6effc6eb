/// Quoted-printable (RFC 2045 §6.7).
public enum QuotedPrintable {
  /// The decoded bytes; malformed escapes stay as they are written (RFC 2045 §6.7, note after rule 5).
  ///
  /// `limit` bounds the result in bytes.
  public static func decode(_ bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(min(bytes.count, max(0, limit)))
    var index = 0
    while index < bytes.count, result.count < limit {
      let byte = bytes[index]
      index &+= 1
      switch byte {
      case 0x3D: decodeEscape(bytes, &index, &result)
      case ASCII.space, ASCII.tab: decodeSpace(bytes, &index, &result)
      default: result.append(byte)
      }
    }
    return result
  }

  /// At `index`, behind "=": a hexadecimal pair, a soft line break, or a stray "=".
  private static func decodeEscape(_ bytes: Span<UInt8>, _ index: inout Int, _ result: inout [UInt8]) {
    if index &+ 1 < bytes.count, let high = ASCII.hexValue(bytes[index]), let low = ASCII.hexValue(bytes[index &+ 1]) {
      result.append(high << 4 | low)
      index &+= 2
      return
    }
    // Rule 5 with rule 3: a soft break may be followed by blanks that some transport added.
    var end = index
    while end < bytes.count, ASCII.isWSP(bytes[end]) { end &+= 1 }
    if end < bytes.count, bytes[end] == ASCII.cr, end &+ 1 < bytes.count, bytes[end &+ 1] == ASCII.lf { end &+= 1 }
    if end == bytes.count || bytes[end] == ASCII.lf {
      index = min(end &+ 1, bytes.count)
    } else {
      result.append(0x3D)
    }
  }

  /// Behind a blank at `index - 1`: blanks at a line's end are dropped (rule 3).
  private static func decodeSpace(_ bytes: Span<UInt8>, _ index: inout Int, _ result: inout [UInt8]) {
    let start = index &- 1
    while index < bytes.count, ASCII.isWSP(bytes[index]) { index &+= 1 }
    let isLineEnd =
      index < bytes.count
      && (bytes[index] == ASCII.lf
        || (bytes[index] == ASCII.cr && index &+ 1 < bytes.count && bytes[index &+ 1] == ASCII.lf))
    if isLineEnd { return }
    for blank in start..<index { result.append(bytes[blank]) }
  }

  /// The encoding of text with lines of at most 76 characters; CRLF and LF become CRLF line ends.
  public static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count &+ bytes.count / 4)
    var column = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let next: UInt8? = index &+ 1 < bytes.count ? bytes[index &+ 1] : nil
      index &+= 1
      if byte == ASCII.lf || (byte == ASCII.cr && next == ASCII.lf) {
        if byte == ASCII.cr { index &+= 1 }
        result.append(ASCII.cr)
        result.append(ASCII.lf)
        column = 0
        continue
      }
      let endsLine = next == nil || next == ASCII.lf || next == ASCII.cr
      // A dot alone on its line and "From " at a line's start are encoded for transports that change them.
      let isLiteral =
        (byte != 0x3D && ASCII.isVisible(byte) && !(column == 0 && (byte == 0x2E || byte == 0x46)))
        || (ASCII.isWSP(byte) && !endsLine)
      let width = isLiteral ? 1 : 3
      if column &+ width > 75 {
        result += [0x3D, ASCII.cr, ASCII.lf]
        column = 0
      }
      if isLiteral {
        result.append(byte)
      } else {
        result += [0x3D, ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte)]
      }
      column &+= width
    }
    return result
  }

  /// The encoding of text with lines of at most 76 characters; CRLF and LF become CRLF line ends.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] { encode(bytes.span) }
}
