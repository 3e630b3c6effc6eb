/// A command of an SMTP or LMTP client (RFC 5321 §4.1.1 and its extensions).
public enum SMTPCommand: Hashable, Sendable {
  case ehlo(ClientName)
  case helo(ClientName)
  /// RFC 2033 §4.1.
  case lhlo(ClientName)
  indirect case mail(Sender)
  indirect case rcpt(Recipient)
  case data
  /// RFC 3030 §2: `size` octets follow the command's CRLF.
  case bdat(size: Int, isLast: Bool)
  case rset
  case noop
  case quit
  case help(String)
  case vrfy(Lookup)
  case expn(Lookup)
  /// RFC 3207.
  case startTLS
  /// RFC 4954. `mechanism` is in upper case; `initialResponse` is decoded, `nil` when absent, empty when it was `=`.
  case auth(mechanism: String, initialResponse: [UInt8]?)

  /// The command on one line.
  /// - Parameters:
  ///   - line: the line without its line end. Its length is the caller's to limit.
  ///   - longestLocalPart: octets of a local part in MAIL and RCPT.
  /// - Throws: what is wrong with it, which knows its reply.
  public static func parse(
    _ line: Span<UInt8>, longestLocalPart: Int = Limits().localPart
  ) throws(SMTPSyntaxFault) -> SMTPCommand {
    // RFC 5321 §2.3.8, §4.1.1: a command is made of printable characters; RFC 6531 adds UTF-8 in addresses.
    for index in line.indices where line[index] < 0x20 && line[index] != 0x09 || line[index] == 0x7F {
      throw .badCharacter
    }
    // RFC 5321 §4.1.1: trailing white space before CRLF should be tolerated.
    let whole = line.trimmed(0..<line.count)
    guard whole.lowerBound == 0 else { throw .unrecognisedCommand }
    let verbEnd = line.firstIndex(of: .space, from: 0, to: whole.upperBound) ?? whole.upperBound
    let arguments = line.trimmed(verbEnd..<whole.upperBound)
    guard let verb = Verb(line, 0..<verbEnd) else { throw .unrecognisedCommand }
    return try parse(verb, line, arguments, longestLocalPart)
  }

  /// The command in `line`, without its line end.
  public static func parse(_ line: some Sequence<UInt8>) throws(SMTPSyntaxFault) -> SMTPCommand {
    try parse(Array(line).span)
  }

  private static func parse(
    _ verb: Verb, _ line: Span<UInt8>, _ arguments: Range<Int>, _ longestLocalPart: Int
  ) throws(SMTPSyntaxFault) -> SMTPCommand {
    switch verb {
    case .ehlo: .ehlo(try ClientName.parse(line, arguments, syntax: "Syntax: EHLO hostname"))
    case .helo: .helo(try ClientName.parse(line, arguments, syntax: "Syntax: HELO hostname"))
    case .lhlo: .lhlo(try ClientName.parse(line, arguments, syntax: "Syntax: LHLO hostname"))
    case .mail: .mail(try Sender.parse(line, arguments, longestLocalPart))
    case .rcpt: .rcpt(try Recipient.parse(line, arguments, longestLocalPart))
    case .bdat: try parseChunk(line, arguments)
    case .auth: try parseAuthentication(line, arguments)
    case .vrfy: .vrfy(try Lookup.parse(line, arguments, syntax: "Syntax: VRFY string"))
    case .expn: .expn(try Lookup.parse(line, arguments, syntax: "Syntax: EXPN string"))
    // RFC 5321 §4.1.1.9: the argument of NOOP is ignored. HELP may have one.
    case .noop: .noop
    case .help: .help(line.text(arguments))
    case .data: try bare(.data, arguments, syntax: "Syntax: DATA")
    case .rset: try bare(.rset, arguments, syntax: "Syntax: RSET")
    case .quit: try bare(.quit, arguments, syntax: "Syntax: QUIT")
    case .startTLS: try bare(.startTLS, arguments, syntax: "Syntax: STARTTLS")
    case .known: throw .notImplemented
    }
  }

  /// RFC 5321 §4.1.1: "501 if there are arguments where there should be none".
  private static func bare(
    _ command: SMTPCommand, _ arguments: Range<Int>, syntax: String
  ) throws(SMTPSyntaxFault) -> SMTPCommand {
    guard arguments.isEmpty else { throw .badArguments(syntax) }
    return command
  }
}

/// The verbs, in upper case on the wire of most clients, in any case by RFC 5321 §2.4.
enum Verb {
  case ehlo, helo, lhlo, mail, rcpt, data, bdat, rset, noop, quit, help, vrfy, expn, startTLS, auth
  /// Defined somewhere but not offered: RFC 5321 §4.2.4 wants 502, not 500.
  case known

  init?(_ line: Span<UInt8>, _ range: Range<Int>) {
    for (word, verb) in Self.words where line.matches(word, in: range) {
      self = verb
      return
    }
    return nil
  }

  private static let words: [(StaticString, Verb)] = [
    ("MAIL", .mail), ("RCPT", .rcpt), ("DATA", .data), ("EHLO", .ehlo), ("QUIT", .quit), ("RSET", .rset),
    ("HELO", .helo), ("LHLO", .lhlo), ("BDAT", .bdat), ("AUTH", .auth), ("STARTTLS", .startTLS), ("NOOP", .noop),
    ("HELP", .help), ("VRFY", .vrfy), ("EXPN", .expn), ("ETRN", .known), ("ATRN", .known), ("TURN", .known),
    ("SEND", .known), ("SOML", .known), ("SAML", .known), ("BURL", .known),
  ]
}
