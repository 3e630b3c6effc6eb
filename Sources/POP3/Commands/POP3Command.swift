/// A command of a POP3 client (RFC 1939, 2449, 2595, 5034, 6856). Message numbers are as sent: from 1.
public enum POP3Command: Hashable, Sendable {
  case capa
  case user(String)
  /// The octets after the one blank, blanks included (RFC 1939 §7 PASS).
  case pass([UInt8])
  /// `digest` is 16 octets.
  case apop(name: String, digest: [UInt8])
  /// `mechanism` in upper case; `nil`: list the mechanisms (RFC 1734's form, which some clients still send).
  case auth(mechanism: String?, initialResponse: [UInt8]?)
  case stls
  case stat
  case list(Int?)
  case retr(Int)
  case dele(Int)
  case noop
  case rset
  case top(Int, lines: Int)
  case uidl(Int?)
  case utf8
  /// A language range, `*`, or nil to list (RFC 6856 §3).
  case lang(String?)
  case quit

  /// The command on one line.
  /// - Parameter line: without its line end. Its length is the caller's to limit.
  public static func parse(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> POP3Command {
    let verbEnd = line.firstIndex(of: .space, from: 0, to: line.count) ?? line.count
    let verb = 0..<verbEnd
    if line.matches("PASS", in: verb) { return try parsePassword(line, verbEnd) }
    for index in line.indices where line[index] < 0x20 || line[index] == 0x7F { throw .badCharacter }
    let arguments = Arguments(line, verbEnd..<line.count)
    switch verbEnd {
    case 3:
      if line.matches("TOP", in: verb) {
        let (number, lines) = try arguments.numberAndCount(line)
        return .top(number, lines: lines)
      }
    case 4:
      if let command = try parseFour(line, verb, arguments) { return command }
    default: break
    }
    throw .unknownCommand
  }

  /// The command in `line`, without its line end.
  public static func parse(_ line: some Sequence<UInt8>) throws(POP3SyntaxFault) -> POP3Command {
    try parse(Array(line).span)
  }

  private static func parseFour(
    _ line: Span<UInt8>, _ verb: Range<Int>, _ arguments: Arguments
  ) throws(POP3SyntaxFault) -> POP3Command? {
    if line.matches("RETR", in: verb) { return .retr(try arguments.oneNumber(line)) }
    if line.matches("DELE", in: verb) { return .dele(try arguments.oneNumber(line)) }
    if line.matches("LIST", in: verb) { return .list(try arguments.optionalNumber(line)) }
    if line.matches("UIDL", in: verb) { return .uidl(try arguments.optionalNumber(line)) }
    if line.matches("STAT", in: verb) { return try arguments.none(.stat) }
    if line.matches("NOOP", in: verb) { return try arguments.none(.noop) }
    if line.matches("RSET", in: verb) { return try arguments.none(.rset) }
    if line.matches("QUIT", in: verb) { return try arguments.none(.quit) }
    if line.matches("CAPA", in: verb) { return try arguments.none(.capa) }
    if line.matches("STLS", in: verb) { return try arguments.none(.stls) }
    if line.matches("UTF8", in: verb) { return try arguments.none(.utf8) }
    if line.matches("USER", in: verb) { return .user(try arguments.name(line)) }
    if line.matches("APOP", in: verb) { return try parseAPOP(line, arguments) }
    if line.matches("AUTH", in: verb) { return try parseAuthentication(line, arguments) }
    if line.matches("LANG", in: verb) { return .lang(try arguments.optionalWord(line)) }
    for word: StaticString in ["EHLO", "HELO", "MAIL", "RCPT", "DATA"] where line.matches(word, in: verb) {
      throw .sendingCommand
    }
    return nil
  }
}

/// What is wrong with a command line. POP3 has one answer for all: `-ERR`.
public enum POP3SyntaxFault: Error, Hashable, Sendable {
  case unknownCommand
  /// A command of SMTP: this is not where mail is sent.
  case sendingCommand
  case badCharacter
  case missingArgument
  case unexpectedArgument
  /// Not a number from 1 (for TOP's lines from 0), or a message number of more than nine digits.
  case badNumber
  case badUTF8
  case badBase64

  public var reply: POP3Reply {
    switch self {
    case .unknownCommand: .error(.unknownCommand)
    case .sendingCommand: .error(.sendElsewhere)
    case .badCharacter, .badUTF8: .error(.badCharacter)
    case .missingArgument: .error(.missingArgument)
    case .unexpectedArgument: .error(.unexpectedArgument)
    case .badNumber: .error(.badNumber)
    case .badBase64: .error(.badBase64)
    }
  }
}
