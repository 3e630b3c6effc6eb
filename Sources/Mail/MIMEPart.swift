/// One body part of a message, as offsets into the message (RFC 2045, RFC 2046).
///
/// Offsets count from the message's first byte. `headerRange` and `bodyRange` touch; children lie in the parent's body.
public struct MIMEPart: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    /// A leaf, and everything below `MailLimits.depth`.
    case single
    /// multipart/*: any number of children, also none.
    case multipart
    /// message/rfc822 or message/global: one child, the embedded message, whose header is the RFC 5322 header.
    case message
  }

  public var kind: Kind = .single
  /// Index of the parent in `MIMEStructure.parts`, nil for the message itself.
  public var parent: Int?
  /// 0 for the message itself.
  public var depth: Int
  public var childCount = 0
  /// Index behind the last descendant: the subtree is `index ..< subtreeEnd`.
  public var subtreeEnd = 0

  /// The MIME header, or the message header for the message itself and an embedded one, with its blank line.
  public var headerRange: Range<Int>
  /// The body, still encoded, without the line end that belongs to the next boundary.
  public var bodyRange: Range<Int>
  /// How many LF the body holds: IMAP's "body lines".
  public var lineCount = 0

  /// Lower case, always a valid token: "text" where the header says nothing or nonsense (RFC 2045 §5.2).
  public var type = "text"
  public var subtype = "plain"
  public var encoding = TransferEncoding.sevenBit
  /// Where the values of the Content-* fields stand.
  public var fields = ContentFields()

  /// Offsets of the Content-* field values (first occurrence), nil where the field is missing.
  public struct ContentFields: Hashable, Sendable {
    public var type: Range<Int>?
    public var transferEncoding: Range<Int>?
    public var disposition: Range<Int>?
    public var id: Range<Int>?
    public var description: Range<Int>?
    public var language: Range<Int>?
    public var location: Range<Int>?
    public var md5: Range<Int>?
    public init() {}
  }

  public init(parent: Int?, depth: Int, headerRange: Range<Int>, bodyRange: Range<Int>) {
    self.parent = parent
    self.depth = depth
    self.headerRange = headerRange
    self.bodyRange = bodyRange
  }

  /// Header and body.
  public var range: Range<Int> { headerRange.lowerBound..<bodyRange.upperBound }

  /// True for `type` "text".
  public var isText: Bool { type == "text" }
}
