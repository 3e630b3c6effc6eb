/// The announcement of a literal: `{n}`, `{n+}`, `{n-}`, each also after `~`.
public struct LiteralHeader: Sendable, Equatable {
  /// How many octets follow the line end.
  public var size: Int
  /// True for `{n}`: the client waits for `+` before it sends them.
  public var isSynchronizing: Bool
  /// True for literal8 (`~{n}`, RFC 3516): the octets may contain NUL.
  public var isBinary: Bool
  /// Bytes of the announcement itself, without the line end.
  var length: Int

  /// Reads an announcement at the start of `octets`; nil when there is none or the number is not a number64.
  init?(parsing octets: ArraySlice<UInt8>) {
    var at = octets.startIndex
    let end = octets.endIndex
    isBinary = at < end && octets[at] == OctetClass.tilde
    if isBinary { at += 1 }
    guard at < end, octets[at] == OctetClass.brace else { return nil }
    at += 1
    let digits = at
    var number = 0
    while at < end, OctetClass.isDigit(octets[at]) {
      // RFC 9051 §9 number64: 63 bits. Eighteen digits always fit.
      guard at - digits < 18 else { return nil }
      number = number * 10 + Int(octets[at] - 0x30)
      at += 1
    }
    guard at > digits, at < end else { return nil }
    isSynchronizing = true
    // `-` was LITERAL-'s sign in its drafts and some clients still send it; it means the same as `+`.
    if octets[at] == 0x2B || octets[at] == 0x2D {
      isSynchronizing = false
      at += 1
    }
    guard at < end, octets[at] == 0x7D else { return nil }
    size = number
    length = at + 1 - octets.startIndex
  }

  /// Finds the announcement that ends a line (given without its line end), or nil.
  ///
  /// It counts only where a string may start: at the beginning or after a space or an opening parenthesis, outside of
  /// quotes; `foo{3}` is a broken atom, and `"x {3}` an unfinished quoted string.
  init?(endOf line: ArraySlice<UInt8>) {
    guard line.last == 0x7D else { return nil }
    // `~{` + 18 digits + `+}` is the longest announcement.
    let earliest = max(line.startIndex, line.endIndex - 22)
    guard var start = line[earliest...].lastIndex(of: OctetClass.brace) else { return nil }
    if start > line.startIndex, line[start - 1] == OctetClass.tilde { start -= 1 }
    if start > line.startIndex {
      let before = line[start - 1]
      guard before == OctetClass.space || before == OctetClass.open else { return nil }
    }
    self.init(parsing: line[start...])
    guard start + length == line.endIndex else { return nil }
    if Self.endsInQuotes(line[..<start]) { return nil }
  }

  private static func endsInQuotes(_ octets: ArraySlice<UInt8>) -> Bool {
    var isQuoted = false
    var isEscaped = false
    for octet in octets {
      if isEscaped {
        isEscaped = false
      } else if octet == OctetClass.quote {
        isQuoted.toggle()
      } else if isQuoted, octet == OctetClass.backslash {
        isEscaped = true
      }
    }
    return isQuoted
  }
}
