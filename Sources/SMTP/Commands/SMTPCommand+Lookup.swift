extension SMTPCommand {
  /// What VRFY or EXPN asks about (RFC 5321 §4.1.1.6, §4.1.1.7).
  public struct Lookup: Hashable, Sendable {
    /// A user name, a mailing list or a mailbox, as sent.
    public var name: String
    /// The client can read UTF-8 in the reply (RFC 6531 §3.7.4.2).
    public var smtputf8: Bool

    public init(_ name: String, smtputf8: Bool = false) {
      self.name = name
      self.smtputf8 = smtputf8
    }

    static func parse(
      _ line: Span<UInt8>, _ range: Range<Int>, syntax: String
    ) throws(SMTPSyntaxFault) -> Lookup {
      var name = range
      var smtputf8 = false
      if range.count > 9, line.matches(" SMTPUTF8", in: range.upperBound - 9..<range.upperBound) {
        name = line.trimmed(range.lowerBound..<range.upperBound - 9)
        smtputf8 = true
      }
      guard !name.isEmpty else { throw .badArguments(syntax) }
      for index in name where line[index] >= 0x80 && !smtputf8 { throw .asciiAddressRequired }
      return Lookup(line.text(name), smtputf8: smtputf8)
    }
  }
}
