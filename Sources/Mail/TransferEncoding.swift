/// A Content-Transfer-Encoding (RFC 2045 §6.1).
public enum TransferEncoding: UInt8, Hashable, Sendable {
  case sevenBit, eightBit, binary, quotedPrintable, base64
  /// Any other word: the content is to be treated as application/octet-stream (RFC 2045 §6.4).
  case other

  /// Reads a field value; an empty one is 7bit.
  public init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    var index = range.lowerBound
    HeaderLexer.skipCFWS(bytes, &index, range.upperBound)
    if index < range.upperBound, bytes[index] == ASCII.quote { index &+= 1 }
    let word = HeaderLexer.token(bytes, &index, range.upperBound)
    if word.isEmpty || ASCII.equal(bytes, word, "7bit") {
      self = .sevenBit
    } else if ASCII.equal(bytes, word, "base64") {
      self = .base64
    } else if ASCII.equal(bytes, word, "quoted-printable") {
      self = .quotedPrintable
    } else if ASCII.equal(bytes, word, "8bit") {
      self = .eightBit
    } else if ASCII.equal(bytes, word, "binary") {
      self = .binary
    } else {
      self = .other
    }
  }

  /// The encoding's word in lower case; "7bit" for `other`, whose own word is in the field.
  public var word: String {
    switch self {
    case .sevenBit, .other: "7bit"
    case .eightBit: "8bit"
    case .binary: "binary"
    case .quotedPrintable: "quoted-printable"
    case .base64: "base64"
    }
  }

  /// The decoded content, at most `limit` bytes; identity for 7bit, 8bit, binary and other.
  public func decode(_ bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    switch self {
    case .base64: Base64.decodeLenient(bytes, limit: limit)
    case .quotedPrintable: QuotedPrintable.decode(bytes, limit: limit)
    default: ASCII.copy(bytes, 0..<min(bytes.count, max(0, limit)))
    }
  }
}
