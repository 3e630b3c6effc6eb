/// The lexical tokens of structured header fields (RFC 5322 §3.2, RFC 2045 §5.1), read from bytes at an offset.
///
/// Each function moves `index` behind what it took, and takes nothing where the token is missing. None fails: an
/// unclosed quoted string or comment ends with the bytes.
enum HeaderLexer {
  /// Skips folding white space and comments, which may nest.
  static func skipCFWS(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
    while index < end {
      if ASCII.isFWS(bytes[index]) {
        index &+= 1
      } else if bytes[index] == 0x28 {
        skipComment(bytes, &index, end)
      } else {
        return
      }
    }
  }

  /// Skips the comment whose "(" is at `index`. Depth is counted, not recursed.
  static func skipComment(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
    var depth = 0
    while index < end {
      switch bytes[index] {
      case 0x28: depth &+= 1
      case 0x29: depth &-= 1
      case ASCII.backslash: index &+= 1
      default: break
      }
      index &+= 1
      if depth == 0 { break }
    }
    if index > end { index = end }
  }

  /// A run of bytes for which `belongs` holds.
  @inline(__always)
  static func run(
    _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, _ belongs: (UInt8) -> Bool
  ) -> Range<Int> {
    let start = index
    while index < end, belongs(bytes[index]) { index &+= 1 }
    return start..<index
  }

  /// A MIME token (RFC 2045 §5.1); 8-bit bytes are let through, since real mail has them.
  static func token(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Range<Int> {
    run(bytes, &index, end) { ASCII.isToken($0) || $0 >= 128 }
  }

  /// Appends the content of the quoted string whose quote is at `index`, unquoted and unfolded; false where it has no end.
  @discardableResult
  static func quotedString(
    _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, into result: inout [UInt8]
  ) -> Bool {
    index &+= 1
    while index < end {
      let byte = bytes[index]
      index &+= 1
      switch byte {
      case ASCII.quote: return true
      case ASCII.cr, ASCII.lf: continue
      case ASCII.backslash where index < end:
        if bytes[index] != ASCII.cr, bytes[index] != ASCII.lf { result.append(bytes[index]) }
        index &+= 1
      default: result.append(byte)
      }
    }
    return false
  }
}
