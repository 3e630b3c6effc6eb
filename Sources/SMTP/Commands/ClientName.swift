/// What a client called itself in EHLO, HELO or LHLO.
public struct ClientName: Hashable, Sendable {
  /// As sent: a domain, an address literal in brackets, or something else. At most 255 octets, no blanks.
  public var text: String
  /// True when it is a domain or an address literal by RFC 5321 §4.1.2. Much honest equipment fails this (underscores, bare
  /// names of phones), and RFC 5321 §4.1.4 forbids refusing a name because it does not verify: evidence, not a verdict.
  public var isWellFormed: Bool

  public init(_ text: String) {
    self.text = text
    let bytes = Array(text.utf8)
    self.isWellFormed = Self.isWellFormed(bytes.span)
  }

  static func parse(
    _ line: Span<UInt8>, _ range: Range<Int>, syntax: String
  ) throws(SMTPSyntaxFault) -> ClientName {
    // RFC 5321 §4.5.3.1.2: a domain has at most 255 octets.
    guard !range.isEmpty, range.count <= 255 else { throw .badArguments(syntax) }
    for index in range where line[index] <= 0x20 { throw .badArguments(syntax) }
    return ClientName(line.text(range))
  }

  private static func isWellFormed(_ name: Span<UInt8>) -> Bool {
    guard name.count > 0 else { return false }
    if name[0] == UInt8(ascii: "[") {
      guard name.count > 2, name[name.count - 1] == UInt8(ascii: "]") else { return false }
      for index in 1..<name.count - 1 where name[index] < 0x21 || name[index] > 0x7E { return false }
      return true
    }
    var label = 0
    for index in name.indices {
      switch name[index] {
      case .dot:
        guard label > 0, name[index - 1] != UInt8(ascii: "-") else { return false }
        label = 0
      case UInt8(ascii: "-"):
        guard label > 0 else { return false }
        label += 1
      case let byte where byte.isLetterOrDigit: label += 1
      default: return false
      }
      guard label <= 63 else { return false }
    }
    return label > 0 && name[name.count - 1] != UInt8(ascii: "-")
  }
}
