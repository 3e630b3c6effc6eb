/// What is between the brackets of `BODY[…]` (RFC 9051 §6.4.5.1), and of `BINARY[…]`.
public struct SectionSpec: Hashable, Sendable {
  /// The part numbers, `1.2`; empty for the message itself.
  public var part: [UInt32]
  public var text: Text

  public enum Text: Hashable, Sendable {
    /// The whole of the part or message.
    case whole
    case header
    /// The header fields named, as written.
    case headerFields([String])
    case headerFieldsNot([String])
    case text
    /// The MIME header of a part; needs a part number.
    case mime
  }

  public init(part: [UInt32] = [], _ text: Text = .whole) {
    self.part = part
    self.text = text
  }
}

/// `<first.count>`: a piece of a section, in octets from 0.
public struct PartialFetch: Hashable, Sendable {
  public var first: UInt64
  /// At least 1.
  public var count: UInt64

  public init(first: UInt64, count: UInt64) {
    self.first = first
    self.count = count
  }

  /// The piece of something `size` octets long; empty beyond its end (RFC 9051 §6.4.5).
  public func range(in size: Int) -> Range<Int> {
    let start = Int(min(first, UInt64(size)))
    return start..<(start + Int(min(count, UInt64(size - start))))
  }
}

extension CommandReader {
  /// section, from its opening bracket.
  mutating func section() throws(SyntaxError) -> SectionSpec {
    try expect(0x5B, "Expected an opening bracket")
    let part = try sectionPart()
    var spec = SectionSpec(part: part)
    if peek() != 0x5D {
      spec.text = try sectionText(isPart: !part.isEmpty)
    } else if !part.isEmpty, bytes[index - 1] == 0x2E {
      throw error("Expected a section after the dot")
    }
    try expect(0x5D, "Expected a closing bracket")
    return spec
  }

  /// Numbers and dots; leaves after the dot that a word follows.
  private mutating func sectionPart() throws(SyntaxError) -> [UInt32] {
    var part: [UInt32] = []
    while let octet = peek(), OctetClass.isDigit(octet) {
      guard part.count < options.limits.nesting else { throw error("Too many part numbers") }
      part.append(try nzNumber())
      guard skip(0x2E) else { break }
    }
    return part
  }

  private mutating func sectionText(isPart: Bool) throws(SyntaxError) -> SectionSpec.Text {
    if isPart, bytes[index - 1] != 0x2E { throw error("Expected a dot") }
    if skipWord("HEADER.FIELDS.NOT") { return .headerFieldsNot(try headerList()) }
    if skipWord("HEADER.FIELDS") { return .headerFields(try headerList()) }
    if skipWord("HEADER") { return .header }
    if skipWord("TEXT") { return .text }
    if isPart, skipWord("MIME") { return .mime }
    throw error("Unknown section")
  }

  /// header-list. The example of RFC 6858 §4 leaves out the space before it, and so do clients.
  private mutating func headerList() throws(SyntaxError) -> [String] {
    _ = skipSpace()
    return try list { reader throws(SyntaxError) in try reader.text("Expected a header field name") }
  }

  /// partial: `<` first `.` count `>`, or nil when there is none.
  ///
  /// `mayOmitCount`: `<first>` is "to the end", which RFC 9051 §9 does not have, but imaptest sends with BINARY.
  mutating func partial(mayOmitCount: Bool = false) throws(SyntaxError) -> PartialFetch? {
    guard skip(0x3C) else { return nil }
    let first = try number64()
    if mayOmitCount, skip(0x3E) { return PartialFetch(first: first, count: UInt64(Int64.max)) }
    try expect(0x2E, "Expected a dot in a partial")
    let count = try number64()
    guard count > 0 else { throw error("A partial cannot be empty") }
    try expect(0x3E, "Expected the end of a partial")
    return PartialFetch(first: first, count: count)
  }
}
