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

  /// Where a section's octets are.
  public enum Place: Sendable, Equatable {
    case range(Range<Int>)
    /// Of the fields of `header` those with these names, or all the others.
    case fields([String], areWanted: Bool, header: Range<Int>)
  }

  /// The content of a section, or nil where the message has none such: NIL.
  public static func resolve(
    _ spec: SectionSpec, in message: Span<UInt8>, _ structure: MIMEStructure
  ) -> Content? {
    switch place(of: spec, size: message.count, structure) {
    case .range(let range): .range(range)
    case .fields(let names, let areWanted, let header): .octets(fields(names, areWanted: areWanted, header, message))
    case nil: nil
    }
  }

  /// As `resolve`, for a message of `size` octets that is not at hand.
  public static func place(of spec: SectionSpec, size: Int, _ structure: MIMEStructure) -> Place? {
    guard let index = structure.part(atSection: spec.part.map(Int.init)) else {
      return isEmptyText(spec, structure) ? .range(0..<0) : nil
    }
    let part = structure.parts[index]
    if spec.part.isEmpty { return messageText(spec.text, 0, size, structure) }
    switch spec.text {
    case .whole: return .range(part.bodyRange)
    // For part 1 of a message without parts that is the message's own header.
    case .mime: return .range(part.headerRange)
    case .header, .headerFields, .headerFieldsNot, .text:
      // Only an embedded message has these.
      guard part.kind == .message, structure.parts.indices.contains(index + 1) else { return nil }
      return messageText(spec.text, index + 1, size, structure)
    }
  }

  /// A multipart without any parts is shown with one empty text: fetched, that is empty, not missing.
  private static func isEmptyText(_ spec: SectionSpec, _ structure: MIMEStructure) -> Bool {
    guard spec.part.last == 1, spec.text == .whole || spec.text == .mime,
      var index = structure.part(atSection: spec.part.dropLast().map(Int.init))
    else { return false }
    if structure.parts[index].kind == .message, index + 1 < structure.parts.count { index += 1 }
    return structure.parts[index].kind == .multipart && structure.parts[index].childCount == 0
  }

  /// A section of the message whose part stands at `index`: the whole one, or an embedded one.
  private static func messageText(
    _ text: SectionSpec.Text, _ index: Int, _ size: Int, _ structure: MIMEStructure
  ) -> Place? {
    let part = structure.parts[index]
    return switch text {
    case .whole: .range(index == 0 ? 0..<size : part.range)
    case .header: .range(part.headerRange)
    case .text: .range(part.bodyRange)
    case .headerFields(let names): .fields(names, areWanted: true, header: part.headerRange)
    case .headerFieldsNot(let names): .fields(names, areWanted: false, header: part.headerRange)
    case .mime: nil
    }
  }

  /// The header fields with (or without) these names, in their order, and the blank line where the header has one
  /// (RFC 9051 §6.4.5.1). For a store that keeps only headers at hand: `range` may be the header alone.
  public static func fields(
    _ names: [String], areWanted: Bool, _ range: Range<Int>, _ message: Span<UInt8>
  ) -> [UInt8] {
    let (ranges, hasBlankLine) = fieldRanges(names, areWanted: areWanted, range, message)
    var octets: [UInt8] = []
    for range in ranges { octets.append(contentsOf: ASCII.copy(message, range)) }
    if hasBlankLine { octets.append(contentsOf: [ASCII.cr, ASCII.lf]) }
    return octets
  }

  /// As `fields`: where they are, those side by side as one.
  public static func fieldRanges(
    _ names: [String], areWanted: Bool, _ range: Range<Int>, _ message: Span<UInt8>
  ) -> (ranges: [Range<Int>], hasBlankLine: Bool) {
    let header = HeaderBlock(scanning: message, from: range.lowerBound, to: range.upperBound)
    let few = names.map { Array($0.utf8) }
    // A command may name a thousand, and a header may have ten thousand.
    let many = few.count > 16 ? Set(few.map { $0.map(ASCII.lowercased) }) : []
    var ranges: [Range<Int>] = []
    for field in header.fields {
      let isNamed =
        many.isEmpty
        ? few.contains { !$0.isEmpty && ASCII.equal(message, field.name, $0) }
        : !field.name.isEmpty && many.contains(ASCII.lowercased(message, field.name))
      guard isNamed == areWanted else { continue }
      if let last = ranges.last, last.upperBound == field.range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<field.range.upperBound
      } else {
        ranges.append(field.range)
      }
    }
    return (ranges, header.hasBlankLine)
  }

  /// The decoded octets of `BINARY[part]`, at most `limit` of them; `BINARY[]` is the message as it is.
  ///
  /// RFC 3516 §4.2: containers are not decoded.
  public static func decode(
    _ part: [UInt32], in message: Span<UInt8>, _ structure: MIMEStructure, limit: Int = .max
  ) -> Decoded {
    if part.isEmpty { return .octets(ASCII.copy(message, 0..<message.count)) }
    guard let index = structure.part(atSection: part.map(Int.init)) else {
      return isEmptyText(SectionSpec(part: part), structure) ? .octets([]) : .none
    }
    let found = structure.parts[index]
    guard found.kind == .single else { return .octets(ASCII.copy(message, found.bodyRange)) }
    if found.encoding == .other { return .unknownEncoding }
    return .octets(found.content(in: message, limit: limit))
  }
}
