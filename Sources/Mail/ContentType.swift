/// A Content-Type field: type, subtype and parameters (RFC 2045 §5.1).
public struct ContentType: Hashable, Sendable {
  /// Lower case.
  public var type: String
  /// Lower case.
  public var subtype: String
  public var parameters: ParameterList

  public init(type: String, subtype: String, parameters: ParameterList = ParameterList()) {
    self.type = type
    self.subtype = subtype
    self.parameters = parameters
  }

  /// Reads a field value; nonsense is text/plain (RFC 2045 §5.2), its parameters kept.
  public init(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: MailLimits = MailLimits()) {
    let (type, subtype) = ContentType.typeAndSubtype(bytes, range) ?? ("text", "plain")
    self.init(type: type, subtype: subtype, parameters: ParameterList(bytes, range, limits: limits))
  }

  /// The lower-case type and subtype of a field value, or nil where it has none that makes sense.
  static func typeAndSubtype(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (String, String)? {
    var index = range.lowerBound
    let end = range.upperBound
    HeaderLexer.skipCFWS(bytes, &index, end)
    let type = HeaderLexer.run(bytes, &index, end, ASCII.isToken)
    guard !type.isEmpty else { return nil }
    HeaderLexer.skipCFWS(bytes, &index, end)
    guard index < end, bytes[index] == 0x2F else { return lonely(bytes, type) }
    index &+= 1
    HeaderLexer.skipCFWS(bytes, &index, end)
    let subtype = HeaderLexer.run(bytes, &index, end, ASCII.isToken)
    guard !subtype.isEmpty else { return lonely(bytes, type) }
    return (word(bytes, type), word(bytes, subtype))
  }

  /// A type without a subtype: seen from careless scripts.
  private static func lonely(_ bytes: Span<UInt8>, _ type: Range<Int>) -> (String, String)? {
    if ASCII.equal(bytes, type, "multipart") { return ("multipart", "mixed") }
    if ASCII.equal(bytes, type, "text") { return ("text", "plain") }
    return ("application", "octet-stream")
  }

  private static func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { buffer in
      for offset in 0..<range.count {
        buffer.initializeElement(at: offset, to: ASCII.lowercased(bytes[range.lowerBound &+ offset]))
      }
      return range.count
    }
  }

  /// The value of the boundary parameter of a field value.
  static func boundary(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: MailLimits) -> [UInt8]? {
    var value = ParameterList(bytes, range, limits: limits).bytes(of: "boundary")
    // RFC 2046 §5.1.1: a boundary does not end with white space; delimiter lines lose it on their way.
    while let last = value?.last, ASCII.isFWS(last) { value?.removeLast() }
    return value
  }

  /// Remembers where a Content-* field's value stands; the first of each name counts.
  @inline(__always)
  static func note(_ bytes: Span<UInt8>, _ field: HeaderField, in fields: inout MIMEPart.ContentFields) {
    let name = field.name
    guard name.count > 8, bytes[name.lowerBound] | 0x20 == 0x63, bytes[name.lowerBound &+ 7] == 0x2D else { return }
    noteContent(bytes, field, in: &fields)
  }

  private static func noteContent(
    _ bytes: Span<UInt8>, _ field: HeaderField, in fields: inout MIMEPart.ContentFields
  ) {
    let name = field.name
    switch name.count {
    case 10 where fields.id == nil && ASCII.equal(bytes, name, "content-id"): fields.id = field.value
    case 11 where fields.md5 == nil && ASCII.equal(bytes, name, "content-md5"): fields.md5 = field.value
    case 12 where fields.type == nil && ASCII.equal(bytes, name, "content-type"): fields.type = field.value
    case 16 where fields.language == nil && ASCII.equal(bytes, name, "content-language"): fields.language = field.value
    case 16 where fields.location == nil && ASCII.equal(bytes, name, "content-location"): fields.location = field.value
    case 19 where fields.description == nil && ASCII.equal(bytes, name, "content-description"):
      fields.description = field.value
    case 19 where fields.disposition == nil && ASCII.equal(bytes, name, "content-disposition"):
      fields.disposition = field.value
    case 25 where fields.transferEncoding == nil && ASCII.equal(bytes, name, "content-transfer-encoding"):
      fields.transferEncoding = field.value
    default: break
    }
  }
}
