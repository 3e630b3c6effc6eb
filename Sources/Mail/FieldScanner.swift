/// Walks a header block line by line, once: what `HeaderBlock` and `MIMEScanner` share.
///
/// Accepts what real mail holds: bare LF, 8-bit bytes, lines without a colon, a leading mbox "From " line, blanks
/// before the colon, no blank line at the end.
struct FieldScanner {
  enum Step {
    case field(HeaderField)
    /// The blank line was read: the body starts at `position`.
    case blankLine
    /// A line that the caller knows as a boundary starts at `position`.
    case boundary
    /// The bytes ended.
    case end
  }

  /// The start of the next line.
  var position: Int
  let end: Int
  /// How many LF were passed.
  var lines = 0

  @inline(__always)
  mutating func next(_ bytes: Span<UInt8>, isBoundary: (_ line: Range<Int>) -> Bool) -> Step {
    guard position < end else { return .end }
    let start = position
    let first = bytes[start]
    var lineEnd = ASCII.lineEnd(in: bytes, from: start, to: end)
    if first == 0x2D, lineEnd &- start > 2, bytes[start &+ 1] == 0x2D, isBoundary(start..<lineEnd) { return .boundary }
    count(bytes, lineEnd)
    if first == ASCII.lf || (first == ASCII.cr && lineEnd == start &+ 2 && bytes[start &+ 1] == ASCII.lf) {
      position = lineEnd
      return .blankLine
    }
    let firstLineEnd = lineEnd
    while lineEnd < end, ASCII.isWSP(bytes[lineEnd]) {
      lineEnd = ASCII.lineEnd(in: bytes, from: lineEnd, to: end)
      count(bytes, lineEnd)
    }
    position = lineEnd
    return .field(FieldScanner.split(bytes, start, firstLineEnd, lineEnd))
  }

  @inline(__always)
  private mutating func count(_ bytes: Span<UInt8>, _ lineEnd: Int) {
    if bytes[lineEnd &- 1] == ASCII.lf { lines &+= 1 }
  }

  /// Splits a field at its colon, which must be in the first line behind a name of visible characters.
  @inline(__always)
  private static func split(_ bytes: Span<UInt8>, _ start: Int, _ firstLineEnd: Int, _ end: Int) -> HeaderField {
    var contentEnd = end
    if bytes[contentEnd &- 1] == ASCII.lf { contentEnd &-= 1 }
    if contentEnd > start, bytes[contentEnd &- 1] == ASCII.cr { contentEnd &-= 1 }
    var colon = start
    while colon < firstLineEnd, ASCII.isVisible(bytes[colon]), bytes[colon] != 0x3A { colon &+= 1 }
    let nameEnd = colon
    // RFC 5322 §4.5: obs-optional = field-name *WSP ":".
    while colon < firstLineEnd, ASCII.isWSP(bytes[colon]) { colon &+= 1 }
    guard nameEnd > start, colon < contentEnd, bytes[colon] == 0x3A else {
      return HeaderField(range: start..<end, name: start..<start, value: start..<contentEnd)
    }
    return HeaderField(range: start..<end, name: start..<nameEnd, value: colon &+ 1..<contentEnd)
  }
}
