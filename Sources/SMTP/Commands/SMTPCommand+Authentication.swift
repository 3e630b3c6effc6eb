internal import Mail

extension SMTPCommand {
  /// RFC 4954 §4: `AUTH` SP mechanism [SP initial-response].
  static func parseAuthentication(
    _ line: Span<UInt8>, _ range: Range<Int>
  ) throws(SMTPSyntaxFault) -> SMTPCommand {
    let syntax = "Syntax: AUTH mechanism [initial-response]"
    let end = line.firstIndex(of: .space, from: range.lowerBound, to: range.upperBound) ?? range.upperBound
    // RFC 4422 §3.1: 1 to 20 upper-case letters, digits, hyphens and underscores. Clients send lower case too.
    guard (1...20).contains(end - range.lowerBound) else { throw .badArguments(syntax) }
    for index in range.lowerBound..<end {
      let byte = line[index]
      guard byte.isLetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else {
        throw .badArguments(syntax)
      }
    }
    let mechanism = line.text(range.lowerBound..<end).uppercased()
    let response = line.trimmed(end..<range.upperBound)
    if response.isEmpty { return .auth(mechanism: mechanism, initialResponse: nil) }
    // A lone "=" is an initial response of no octets.
    if response.count == 1, line[response.lowerBound] == UInt8(ascii: "=") {
      return .auth(mechanism: mechanism, initialResponse: [])
    }
    guard let decoded = Base64.decode(line.array(response)) else { throw .badBase64 }
    return .auth(mechanism: mechanism, initialResponse: decoded)
  }
}
