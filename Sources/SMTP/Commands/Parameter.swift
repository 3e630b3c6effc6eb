/// One esmtp-param of MAIL or RCPT, as ranges of the line (RFC 5321 §4.1.2).
struct Parameter {
  var keyword: Range<Int>
  /// `nil` without `=`.
  var value: Range<Int>?

  /// The next parameter behind `at`, or `nil` at the end.
  static func next(_ line: Span<UInt8>, _ at: inout Int, to limit: Int) throws(SMTPSyntaxFault) -> Parameter? {
    let start = at
    while at < limit, line[at] == .space { at += 1 }
    guard at < limit else { return nil }
    // A path and its first parameter, and any two parameters, are apart by a blank.
    guard at > start else { throw .badArguments("Syntax error in parameters") }
    let low = at
    while at < limit, line[at].isLetterOrDigit || line[at] == UInt8(ascii: "-") { at += 1 }
    let keyword = low..<at
    guard !keyword.isEmpty, line[low] != UInt8(ascii: "-") else {
      throw .badArguments("Syntax error in parameters")
    }
    guard at < limit, line[at] != .space else { return Parameter(keyword: keyword, value: nil) }
    guard line[at] == UInt8(ascii: "=") else { throw .badArguments("Syntax error in parameters") }
    at += 1
    let valueStart = at
    // esmtp-value is %d33-60 / %d62-126, and UTF-8 by RFC 6531 §3.3.
    while at < limit, line[at] > 0x20 {
      guard line[at] != UInt8(ascii: "="), line[at] != 0x7F else { throw .badParameter(line.text(keyword)) }
      at += 1
    }
    guard at > valueStart, at == limit || line[at] == .space else { throw .badParameter(line.text(keyword)) }
    return Parameter(keyword: keyword, value: valueStart..<at)
  }
}
