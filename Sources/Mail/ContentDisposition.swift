/// A Content-Disposition field (RFC 2183).
public struct ContentDisposition: Hashable, Sendable {
  /// Lower case: "inline", "attachment" or another word, which is to be treated as "attachment" (RFC 2183 §2.8).
  public var type: String
  public var parameters: ParameterList

  public init(type: String, parameters: ParameterList = ParameterList()) {
    self.type = type
    self.parameters = parameters
  }

  /// Reads a field value, or nil where it does not start with a token.
  public init?(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: MailLimits = MailLimits()) {
    var index = range.lowerBound
    HeaderLexer.skipCFWS(bytes, &index, range.upperBound)
    if index < range.upperBound, bytes[index] == ASCII.quote { index &+= 1 }
    let word = HeaderLexer.run(bytes, &index, range.upperBound, ASCII.isToken)
    guard !word.isEmpty else { return nil }
    self.type = String(decoding: ASCII.lowercased(bytes, word), as: UTF8.self)
    self.parameters = ParameterList(bytes, range, limits: limits)
  }
}
