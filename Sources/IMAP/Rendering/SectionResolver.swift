public import Mail

/// Where the octets of `BODY[…]` and `BINARY[…]` are in a message (RFC 9051 §6.4.5.1, RFC 3516).
public enum SectionResolver {
  /// What a section holds.
  public enum Content: Sendable, Equatable {
    /// As it stands in the message.
    case range(Range<Int>)
    /// Put together from it: HEADER.FIELDS.
    case octets([UInt8])

    /// How many octets.
    public var count: Int {
      switch self {
      case .range(let range): range.count
      case .octets(let octets): octets.count
      }
    }

    /// The piece that `<first.count>` asks for; all of it for nil.
    public func piece(_ partial: PartialFetch?) -> Content {
      guard let partial else { return self }
      let piece = partial.range(in: count)
      switch self {
      case .range(let range): return .range(range.lowerBound + piece.lowerBound..<range.lowerBound + piece.upperBound)
      case .octets(let octets): return .octets(Array(octets[piece]))
      }
    }
  }

  /// What decoding a part gives (RFC 3516 §4.3).
  public enum Decoded: Sendable, Equatable {
    case octets([UInt8])
    /// No such part: NIL.
    case none
    /// NO [UNKNOWN-CTE]
    case unknownEncoding
  }

  /// The content of a section, or nil where the message has none such: NIL.
  public static func resolve(
    _ spec: SectionSpec, in message: Span<UInt8>, _ structure: MIMEStructure
  ) -> Content? {
    guard let index = structure.part(atSection: spec.part.map(Int.init)) else { return nil }
    let part = structure.parts[index]
    if spec.part.isEmpty { return messageText(spec.text, 0, message, structure) }
    switch spec.text {
    case .whole: return .range(part.bodyRange)
    // For part 1 of a message without parts that is the message's own header.
    case .mime: return .range(part.headerRange)
    case .header, .headerFields, .headerFieldsNot, .text:
      // Only an embedded message has these.
      guard part.kind == .message, structure.parts.indices.contains(index + 1) else { return nil }
      return messageText(spec.text, index + 1, message, structure)
    }
  }

  /// A section of the message whose part stands at `index`: the whole one, or an embedded one.
  private static func messageText(
    _ text: SectionSpec.Text, _ index: Int, _ message: Span<UInt8>, _ structure: MIMEStructure
  ) -> Content? {
    let part = structure.parts[index]
    switch text {
    case .whole: return .range(index == 0 ? 0..<message.count : part.range)
    case .header: return .range(part.headerRange)
    case .text: return .range(part.bodyRange)
    case .headerFields(let names): return .octets(fields(names, areWanted: true, part.headerRange, message))
    case .headerFieldsNot(let names): return .octets(fields(names, areWanted: false, part.headerRange, message))
    case .mime: return nil
    }
  }

  /// The header fields with (or without) these names, in their order, and the blank line where the header has one
  /// (RFC 9051 §6.4.5.1). For a store that keeps only headers at hand: `range` may be the header alone.
  public static func fields(
    _ names: [String], areWanted: Bool, _ range: Range<Int>, _ message: Span<UInt8>
  ) -> [UInt8] {
    let header = HeaderBlock(scanning: message, from: range.lowerBound, to: range.upperBound)
    let wanted = names.map { Array($0.utf8) }
    var octets: [UInt8] = []
    for field in header.fields {
      let isNamed = wanted.contains { !$0.isEmpty && ASCII.equal(message, field.name, $0) }
      if isNamed == areWanted { octets.append(contentsOf: ASCII.copy(message, field.range)) }
    }
    if header.hasBlankLine { octets.append(contentsOf: [ASCII.cr, ASCII.lf]) }
    return octets
  }

  /// The decoded octets of `BINARY[part]`, at most `limit` of them; `BINARY[]` is the message as it is.
  ///
  /// RFC 3516 §4.2: containers are not decoded.
  public static func decode(
    _ part: [UInt32], in message: Span<UInt8>, _ structure: MIMEStructure, limit: Int = .max
  ) -> Decoded {
    if part.isEmpty { return .octets(ASCII.copy(message, 0..<message.count)) }
    guard let index = structure.part(atSection: part.map(Int.init)) else { return .none }
    let found = structure.parts[index]
    guard found.kind == .single else { return .octets(ASCII.copy(message, found.bodyRange)) }
    if found.encoding == .other { return .unknownEncoding }
    return .octets(found.content(in: message, limit: limit))
  }
}
