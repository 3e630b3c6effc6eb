/// The form of an internationalised message (RFC 6532) for a client that takes ASCII headers only (RFC 6857).
///
/// Pure, over bytes: every header field that holds valid UTF-8 outside ASCII is rewritten, in the message's own header, in
/// embedded messages' and in body parts'; all other octets stay as they are, so the size of the result is exactly what is sent.
/// Fields in another 8-bit charset are no internationalised mail and stay too. Bodies, delivery reports among them, are left alone.
public enum Downgrade {
  /// A piece of the downgraded message: as it stands in the original, or instead of it.
  public enum Piece: Hashable, Sendable {
    case original(Range<Int>)
    case replaced([UInt8])

    /// Octets of it.
    public var count: Int {
      switch self {
      case .original(let range): range.count
      case .replaced(let octets): octets.count
      }
    }
  }

  /// Whether a header must be rewritten; `range` is a header with or without its blank line. Quick where it is ASCII.
  public static func isNeeded(header bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    if ASCII.isASCII(bytes.extracting(range)) { return false }
    let block = HeaderBlock(scanning: bytes, from: range.lowerBound, to: range.upperBound)
    for field in block.fields where isTarget(field, bytes) { return true }
    return false
  }

  /// Whether any header of the message must be rewritten.
  public static func isNeeded(_ message: Span<UInt8>, _ structure: MIMEStructure) -> Bool {
    for part in structure.parts where isNeeded(header: message, part.headerRange) { return true }
    return false
  }

  /// The downgraded message as pieces in order; nil where it stays as it is.
  public static func pieces(of message: Span<UInt8>, _ structure: MIMEStructure) -> [Piece]? {
    var pieces: [Piece] = []
    var kept = 0
    // A part's header stands before those of its children: preorder is the order of the octets.
    for part in structure.parts where isNeeded(header: message, part.headerRange) {
      let block = HeaderBlock(scanning: message, from: part.headerRange.lowerBound, to: part.headerRange.upperBound)
      for field in block.fields where isTarget(field, message) {
        if field.range.lowerBound > kept { pieces.append(.original(kept..<field.range.lowerBound)) }
        pieces.append(.replaced(rewritten(field, message)))
        kept = field.range.upperBound
      }
    }
    if pieces.isEmpty { return nil }
    if kept < message.count { pieces.append(.original(kept..<message.count)) }
    return pieces
  }

  /// The pieces for a reader that takes its time: small originals are copied to their neighbours, so that what is left of the original
  /// are long runs, to be read when they are sent. A message is not in memory for longer than this takes.
  public static func streamable(_ message: [UInt8], copying limit: Int = 4_096) -> [Piece] {
    let span = message.span
    guard let pieces = pieces(of: span, MIMEScanner.scan(span)) else { return [.original(0..<message.count)] }
    var result: [Piece] = []
    var octets: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .original(let range) where range.count > limit:
        if !octets.isEmpty { result.append(.replaced(octets)) }
        octets = []
        result.append(piece)
      case .original(let range): octets += message[range]
      case .replaced(let made): octets += made
      }
    }
    if !octets.isEmpty { result.append(.replaced(octets)) }
    return result
  }

  /// The downgraded message; nil where it stays as it is.
  public static func message(_ message: [UInt8]) -> [UInt8]? {
    let span = message.span
    guard let pieces = pieces(of: span, MIMEScanner.scan(span)) else { return nil }
    return joined(pieces, message)
  }

  /// The downgraded form of a header alone, its blank line included where it has one; nil where it stays as it is.
  ///
  /// For protocols that send the header first and then stream the body (POP3's TOP, RFC822.HEADER).
  public static func header(_ header: [UInt8]) -> [UInt8]? {
    let span = header.span
    guard isNeeded(header: span, 0..<span.count) else { return nil }
    var result: [UInt8] = []
    var kept = 0
    for field in HeaderBlock(scanning: span).fields where isTarget(field, span) {
      result += header[kept..<field.range.lowerBound]
      result += rewritten(field, span)
      kept = field.range.upperBound
    }
    return result + header[kept...]
  }

  /// The octets that the pieces of `message` stand for.
  public static func joined(_ pieces: [Piece], _ message: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces {
      switch piece {
      case .original(let range): result += message[range]
      case .replaced(let octets): result += octets
      }
    }
    return result
  }

  /// A field with text outside ASCII that is valid UTF-8.
  private static func isTarget(_ field: HeaderField, _ bytes: Span<UInt8>) -> Bool {
    let value = bytes.extracting(field.value)
    if field.name.isEmpty || ASCII.isASCII(value) { return false }
    return String(validating: ASCII.copy(bytes, field.value), as: UTF8.self) != nil
  }
}
