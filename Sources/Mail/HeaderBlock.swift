/// The header of a message or part as offsets into its bytes, scanned once (RFC 5322 §2.1).
///
/// Scanning never fails: a line that is no field is kept with an empty name, so that nothing of the header is lost.
public struct HeaderBlock: Hashable, Sendable {
  /// In order; at most `MailLimits.headerFields`.
  public private(set) var fields: [HeaderField] = []
  /// The header with the blank line that ends it, if there is one.
  public private(set) var range: Range<Int>
  /// True when a blank line ended it.
  public private(set) var hasBlankLine = false
  /// True when there were more fields than the limit.
  public private(set) var isTruncated = false

  /// Where the body starts.
  public var bodyStart: Int { range.upperBound }

  /// Scans the header that starts at `start` and ends at its blank line, or at `end`.
  public init(scanning bytes: Span<UInt8>, from start: Int, to end: Int, limits: MailLimits = MailLimits()) {
    let end = max(0, min(end, bytes.count))
    let start = max(0, min(start, end))
    var scanner = FieldScanner(position: start, end: end)
    self.range = start..<end
    scan: while true {
      switch scanner.next(bytes, isBoundary: { _ in false }) {
      case .field(let field):
        if fields.count < limits.headerFields { fields.append(field) } else { isTruncated = true }
      case .blankLine:
        hasBlankLine = true
        break scan
      case .boundary, .end: break scan
      }
    }
    range = start..<scanner.position
  }

  /// Scans the header at the start of `bytes`.
  public init(scanning bytes: Span<UInt8>, limits: MailLimits = MailLimits()) {
    self.init(scanning: bytes, from: 0, to: bytes.count, limits: limits)
  }

  /// Scans the header at the start of `bytes`.
  public init(scanning bytes: [UInt8], limits: MailLimits = MailLimits()) {
    self.init(scanning: bytes.span, limits: limits)
  }

  /// The first field of that name, case ignored.
  public func first(_ name: StaticString, in bytes: Span<UInt8>) -> HeaderField? {
    for field in fields where ASCII.equal(bytes, field.name, name) { return field }
    return nil
  }

  /// The last field of that name, case ignored.
  public func last(_ name: StaticString, in bytes: Span<UInt8>) -> HeaderField? {
    for field in fields.reversed() where ASCII.equal(bytes, field.name, name) { return field }
    return nil
  }

  /// All fields of that name in order, case ignored.
  public func all(_ name: StaticString, in bytes: Span<UInt8>) -> [HeaderField] {
    var found: [HeaderField] = []
    for field in fields where ASCII.equal(bytes, field.name, name) { found.append(field) }
    return found
  }

  /// All fields of that name in order, case ignored; for a name that a peer gave.
  public func all(_ name: [UInt8], in bytes: Span<UInt8>) -> [HeaderField] {
    guard !name.isEmpty else { return [] }
    var found: [HeaderField] = []
    for field in fields where ASCII.equal(bytes, field.name, name) { found.append(field) }
    return found
  }

  /// The unfolded value of the first field of that name, or nil where there is none.
  public func value(_ name: StaticString, in bytes: Span<UInt8>) -> [UInt8]? {
    first(name, in: bytes)?.unfolded(in: bytes)
  }
}
