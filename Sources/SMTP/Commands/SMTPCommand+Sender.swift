extension SMTPCommand {
  /// MAIL: who sends, and how the message is to be treated (RFC 5321 §4.1.1.2).
  public struct Sender: Hashable, Sendable {
    public var reversePath: ReversePath
    public var parameters: MailParameters

    public init(_ reversePath: ReversePath, _ parameters: MailParameters = MailParameters()) {
      self.reversePath = reversePath
      self.parameters = parameters
    }

    static func parse(
      _ line: Span<UInt8>, _ range: Range<Int>, _ longestLocalPart: Int
    ) throws(SMTPSyntaxFault) -> Sender {
      guard line.hasPrefix("FROM:", at: range.lowerBound), range.count > 5 else {
        throw .badArguments("Syntax: MAIL FROM:<address>")
      }
      // A blank after the colon is wrong, and sent by Outlook and many devices (RFC 5321 §3.3 asks not to).
      let rest = line.trimmed(range.lowerBound + 5..<range.upperBound)
      guard
        let path = ScannedPath.scan(
          line, from: rest.lowerBound, to: rest.upperBound, longestLocalPart: longestLocalPart)
      else {
        throw .badReversePath
      }
      let reversePath: ReversePath
      switch path.content {
      case .null: reversePath = .null
      case .mailbox(let address): reversePath = .mailbox(address)
      case .postmaster: throw .badReversePath
      }
      let parameters = try MailParameters.parse(line, path.end..<rest.upperBound)
      // RFC 6531 §3.4, §3.5.
      if path.isInternationalised, !parameters.smtputf8 { throw .asciiAddressRequired }
      return Sender(reversePath, parameters)
    }
  }
}
