extension SMTPCommand {
  /// RFC 3030 §2: `BDAT` SP chunk-size [SP end-marker], end-marker `LAST`.
  static func parseChunk(_ line: Span<UInt8>, _ range: Range<Int>) throws(SMTPSyntaxFault) -> SMTPCommand {
    let syntax = "Syntax: BDAT count [LAST]"
    let end = line.firstIndex(of: .space, from: range.lowerBound, to: range.upperBound) ?? range.upperBound
    // Eighteen digits fit an Int; a chunk that large is refused long before.
    guard let size = line.number(range.lowerBound..<end, digits: 18) else { throw .badArguments(syntax) }
    let marker = line.trimmed(end..<range.upperBound)
    guard marker.isEmpty || line.matches("LAST", in: marker) else { throw .badArguments(syntax) }
    return .bdat(size: size, isLast: !marker.isEmpty)
  }
}
