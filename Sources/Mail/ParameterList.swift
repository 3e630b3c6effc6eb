/// The parameters of a Content-Type or Content-Disposition field (RFC 2045 §5.1, RFC 2231).
public struct ParameterList: Hashable, Sendable {
  public struct Parameter: Hashable, Sendable {
    /// Lower case.
    public var name: String
    /// Unquoted and unfolded.
    public var value: [UInt8]

    public init(name: String, value: [UInt8]) {
      self.name = name
      self.value = value
    }
  }

  /// As written: `title*0*` and `title*1` are two parameters.
  public var parameters: [Parameter] = []

  public init() {}

  /// Reads the parameters of a field value: what follows the first ";". At most `limits.parameters`.
  public init(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: MailLimits = MailLimits()) {
    let end = min(range.upperBound, range.lowerBound &+ limits.fieldLength)
    var index = range.lowerBound
    ParameterList.skipToSemicolon(bytes, &index, end)
    while index < end, parameters.count < limits.parameters {
      index &+= 1
      HeaderLexer.skipCFWS(bytes, &index, end)
      let name = HeaderLexer.run(bytes, &index, end) { ASCII.isToken($0) }
      HeaderLexer.skipCFWS(bytes, &index, end)
      if !name.isEmpty, index < end, bytes[index] == 0x3D {
        index &+= 1
        HeaderLexer.skipCFWS(bytes, &index, end)
        let text = String(decoding: ASCII.lowercased(bytes, name), as: UTF8.self)
        parameters.append(Parameter(name: text, value: ParameterList.value(bytes, &index, end)))
      }
      ParameterList.skipToSemicolon(bytes, &index, end)
    }
  }

  /// Moves to the next ";" that is in no quoted string or comment.
  private static func skipToSemicolon(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
    var ignored: [UInt8] = []
    while index < end, bytes[index] != 0x3B {
      switch bytes[index] {
      case ASCII.quote: HeaderLexer.quotedString(bytes, &index, end, into: &ignored)
      case 0x28: HeaderLexer.skipComment(bytes, &index, end)
      default: index &+= 1
      }
    }
  }

  /// A quoted string, or everything up to ";" or a blank: real mail leaves out quotes around "/", "=" and "?".
  private static func value(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> [UInt8] {
    if index < end, bytes[index] == ASCII.quote {
      var value: [UInt8] = []
      HeaderLexer.quotedString(bytes, &index, end, into: &value)
      return value
    }
    return ASCII.copy(bytes, HeaderLexer.run(bytes, &index, end) { $0 != 0x3B && !ASCII.isFWS($0) && $0 != 0x28 })
  }
}
