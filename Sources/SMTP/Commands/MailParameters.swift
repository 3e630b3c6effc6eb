/// The parameters of MAIL. A parameter that was not given is nil or false.
public struct MailParameters: Hashable, Sendable {
  /// SIZE: octets of the message, as the client counts them (RFC 1870 §6).
  public var size: Int?
  /// BODY (RFC 6152, 3030).
  public var body: BodyType?
  /// SMTPUTF8 (RFC 6531).
  public var smtputf8 = false
  /// AUTH: who first submitted the message (RFC 4954 §5).
  public var auth: Submitter?
  /// RET: what a report of failure gives back (RFC 3461 §4.3).
  public var ret: Return?
  /// ENVID: the sender's name for this transaction (RFC 3461 §4.4).
  public var envelopeID: Xtext?
  /// REQUIRETLS (RFC 8689).
  public var requireTLS = false
  /// MT-PRIORITY, -9…9 (RFC 6710).
  public var priority: Int?
  /// HOLDFOR or HOLDUNTIL (RFC 4865).
  public var hold: Hold?
  /// BY (RFC 2852).
  public var deliverBy: DeliverBy?

  public init() {}

  /// What octets a message may hold.
  public enum BodyType: String, Hashable, Sendable {
    case sevenBit = "7BIT"
    case eightBitMIME = "8BITMIME"
    case binaryMIME = "BINARYMIME"
  }

  public enum Return: String, Hashable, Sendable {
    case full = "FULL"
    case headers = "HDRS"
  }

  /// RFC 4954 §5: the original submitter, or `<>` when it is unknown or not trusted.
  public enum Submitter: Hashable, Sendable {
    case unknown
    case mailbox(Xtext)
  }

  /// RFC 4865 §3: the moment before which the message must not be released.
  public enum Hold: Hashable, Sendable {
    /// Seconds from now, 1…999,999,999.
    case `for`(seconds: Int)
    /// An instant in seconds since 1970 UTC, and its text as sent, which reports repeat.
    case until(seconds: Int64, text: String)
  }

  /// RFC 2852 §4.
  public struct DeliverBy: Hashable, Sendable {
    /// Seconds from now; zero and negative only with `notify`.
    public var seconds: Int
    public var mode: Mode
    /// `T`: report that the message was relayed.
    public var trace: Bool

    public enum Mode: Character, Sendable {
      case notify = "N"
      case `return` = "R"
    }

    public init(seconds: Int, mode: Mode, trace: Bool = false) {
      self.seconds = seconds
      self.mode = mode
      self.trace = trace
    }
  }

  static func parse(_ line: Span<UInt8>, _ range: Range<Int>) throws(SMTPSyntaxFault) -> MailParameters {
    var result = MailParameters()
    var at = range.lowerBound
    while let parameter = try Parameter.next(line, &at, to: range.upperBound) {
      try result.set(line, parameter)
    }
    return result
  }

  private mutating func set(_ line: Span<UInt8>, _ parameter: Parameter) throws(SMTPSyntaxFault) {
    let keyword = parameter.keyword
    if line.matches("SIZE", in: keyword) {
      // RFC 1870 §4: up to 20 digits; what does not fit is too large in any case.
      try Self.put(&size, line, parameter) { line, value in
        guard !value.isEmpty, value.count <= 20, value.allSatisfy({ line[$0].isDigit }) else { return nil }
        let first = value.first { line[$0] != UInt8(ascii: "0") } ?? value.upperBound - 1
        return value.upperBound - first > 18 ? Int.max : line.number(first..<value.upperBound, digits: 18)
      }
    } else if line.matches("BODY", in: keyword) {
      try Self.put(&body, line, parameter) { BodyType(rawValue: $0.text($1).uppercased()) }
    } else if line.matches("SMTPUTF8", in: keyword) {
      try Self.raise(&smtputf8, line, parameter)
    } else if line.matches("AUTH", in: keyword) {
      try Self.put(&auth, line, parameter) { line, value in
        line.matches("<>", in: value) ? .unknown : Xtext(encoded: line.text(value)).map(Submitter.mailbox)
      }
    } else if line.matches("RET", in: keyword) {
      try Self.put(&ret, line, parameter) { Return(rawValue: $0.text($1).uppercased()) }
    } else if line.matches("ENVID", in: keyword) {
      // RFC 3461 §4.4: at most 100 characters, which decode to printable ASCII.
      try Self.put(&envelopeID, line, parameter) { line, value in
        value.count <= 100 ? Xtext(encoded: line.text(value)).flatMap { $0.isPrintable ? $0 : nil } : nil
      }
    } else if line.matches("REQUIRETLS", in: keyword) {
      try Self.raise(&requireTLS, line, parameter)
    } else if line.matches("MT-PRIORITY", in: keyword) {
      try Self.put(&priority, line, parameter, Self.priority)
    } else if line.matches("HOLDFOR", in: keyword) {
      // RFC 4865 §3: 1 to 9 digits, not beginning with zero. Two hold-params are one too many: §4.2 (9).
      try Self.put(&hold, line, parameter) { line, value in
        line[value.lowerBound] == UInt8(ascii: "0") ? nil : line.number(value, digits: 9).map { .for(seconds: $0) }
      }
    } else if line.matches("HOLDUNTIL", in: keyword) {
      try Self.put(&hold, line, parameter) { line, value in
        InternetDateTime.seconds(line, value).map { .until(seconds: $0, text: line.text(value)) }
      }
    } else if line.matches("BY", in: keyword) {
      try Self.put(&deliverBy, line, parameter, Self.deliverBy)
    } else {
      throw .unrecognisedParameter(line.text(keyword))
    }
  }

  /// A parameter that must have a value and may be given once (RFC 3461 §4.5).
  private static func put<Value>(
    _ slot: inout Value?, _ line: Span<UInt8>, _ parameter: Parameter,
    _ read: (Span<UInt8>, Range<Int>) -> Value?
  ) throws(SMTPSyntaxFault) {
    guard slot == nil, let range = parameter.value, let value = read(line, range) else {
      throw .badParameter(line.text(parameter.keyword))
    }
    slot = value
  }

  /// A parameter without a value.
  private static func raise(
    _ slot: inout Bool, _ line: Span<UInt8>, _ parameter: Parameter
  ) throws(SMTPSyntaxFault) {
    guard !slot, parameter.value == nil else { throw .badParameter(line.text(parameter.keyword)) }
    slot = true
  }

  /// RFC 6710 §4.1 (7): `["-"] NZDIGIT / "0"`.
  private static func priority(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let isNegative = line[range.lowerBound] == UInt8(ascii: "-")
    guard let value = line.number(range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound, digits: 1) else {
      return nil
    }
    return isNegative ? (value == 0 ? nil : -value) : value
  }

  /// RFC 2852 §4: `["-"] 1*9DIGIT ";" ("N" / "R") ["T"]`.
  private static func deliverBy(_ line: Span<UInt8>, _ range: Range<Int>) -> DeliverBy? {
    guard let semicolon = line.firstIndex(of: UInt8(ascii: ";"), from: range.lowerBound, to: range.upperBound) else {
      return nil
    }
    let isNegative = line[range.lowerBound] == UInt8(ascii: "-")
    guard let value = line.number(range.lowerBound + (isNegative ? 1 : 0)..<semicolon, digits: 9) else { return nil }
    let flags = line.text(semicolon + 1..<range.upperBound).uppercased()
    guard let first = flags.first, let mode = DeliverBy.Mode(rawValue: first) else { return nil }
    guard flags.count == 1 || flags.dropFirst() == "T" else { return nil }
    let seconds = isNegative ? -value : value
    // RFC 2852 §4: with "R" the time must be positive.
    if mode == .return, seconds <= 0 { return nil }
    return DeliverBy(seconds: seconds, mode: mode, trace: flags.count > 1)
  }
}
