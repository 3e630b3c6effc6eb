extension SMTPCommand {
  /// RCPT: one recipient (RFC 5321 §4.1.1.3).
  public struct Recipient: Hashable, Sendable {
    public var forwardPath: ForwardPath
    public var parameters: RecipientParameters
    /// The address holds octets outside ASCII: allowed only in a transaction with SMTPUTF8 (RFC 6531 §3.5).
    public var isInternationalised: Bool

    public init(
      _ forwardPath: ForwardPath, _ parameters: RecipientParameters = RecipientParameters(),
      isInternationalised: Bool = false
    ) {
      self.forwardPath = forwardPath
      self.parameters = parameters
      self.isInternationalised = isInternationalised
    }

    static func parse(
      _ line: Span<UInt8>, _ range: Range<Int>, _ longestLocalPart: Int
    ) throws(SMTPSyntaxFault) -> Recipient {
      guard line.hasPrefix("TO:", at: range.lowerBound), range.count > 3 else {
        throw .badArguments("Syntax: RCPT TO:<address>")
      }
      let rest = line.trimmed(range.lowerBound + 3..<range.upperBound)
      guard
        let path = ScannedPath.scan(
          line, from: rest.lowerBound, to: rest.upperBound, longestLocalPart: longestLocalPart)
      else {
        throw .badForwardPath
      }
      let forwardPath: ForwardPath
      switch path.content {
      case .postmaster: forwardPath = .postmaster
      case .mailbox(let address): forwardPath = .mailbox(address)
      case .null: throw .badForwardPath
      }
      let parameters = try RecipientParameters.parse(line, path.end..<rest.upperBound)
      return Recipient(forwardPath, parameters, isInternationalised: path.isInternationalised)
    }
  }
}
