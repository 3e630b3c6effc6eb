/// How much one POP3 client may send; every length is checked where it is read.
public struct Limits: Hashable, Sendable {
  /// Octets of a command line with its CRLF (RFC 2449 §4).
  public var commandLine = 255
  /// Octets of AUTH and of each response with its CRLF. RFC 5034 §4 lets clients send 255 for AUTH; many send more.
  public var authenticationLine = 12_288
  /// `-ERR` replies to the client's own errors before the session is closed.
  public var errors = 50
  /// Failed log-ins before the session is closed.
  public var authenticationFailures = 3

  public init() {}
}
