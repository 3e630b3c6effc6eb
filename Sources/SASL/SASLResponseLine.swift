internal import Mail

/// A client's line within an exchange, as SMTP, POP3 and IMAP all write it: base64, or `*` to cancel.
public enum SASLResponseLine: Hashable, Sendable {
  case response([UInt8])
  case cancelled
  /// Not base64: the exchange ends (RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2).
  case malformed

  /// - Parameter line: without its line end.
  public init(_ line: Span<UInt8>) {
    if line.count == 1, line[0] == UInt8(ascii: "*") {
      self = .cancelled
    } else if let response = Base64.decode(line) {
      self = .response(response)
    } else {
      self = .malformed
    }
  }

  public init(_ line: [UInt8]) { self.init(line.span) }

  /// The initial response of a command: `=` stands for one of no octets (RFC 4954 §4, RFC 5034 §4, RFC 4959 §3).
  public static func initial(_ argument: [UInt8]) -> SASLResponseLine {
    argument == [UInt8(ascii: "=")] ? .response([]) : SASLResponseLine(argument)
  }

  /// A challenge or response in base64, for the wire.
  public static func encode(_ octets: [UInt8]) -> [UInt8] { Base64.encode(octets) }
}
