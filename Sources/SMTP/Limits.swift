/// How much one SMTP client may send; every length is checked where it is read.
public struct Limits: Hashable, Sendable {
  /// Octets of a command line with its CRLF (RFC 5321 §4.5.3.1.4).
  public var commandLine = 512
  /// Octets of MAIL with its CRLF: 512 and what the extensions add: SIZE 26 (RFC 1870), BODY 17 (6152, 3030), SMTPUTF8 10
  /// (6531), AUTH 500 (4954), RET 9 and ENVID 107 (3461), REQUIRETLS 11 (8689), MT-PRIORITY 15 (6710), HOLDUNTIL 34 (4865),
  /// BY 17 (2852).
  public var mailLine = 512 + 26 + 17 + 10 + 500 + 9 + 107 + 11 + 15 + 34 + 17
  /// Octets of RCPT with its CRLF: 512, NOTIFY 28 and ORCPT 500 (RFC 3461).
  public var recipientLine = 512 + 28 + 500
  /// Octets of a local part in MAIL and RCPT. RFC 5321 §4.5.3.1.1 says 64 and §4.5.3.1 asks receivers to take more where they can:
  /// VERP and SRS make longer ones. The path as a whole stays at 256 (§4.5.3.1.3).
  public var localPart = 252
  /// Octets of AUTH and of each authentication response with its CRLF (RFC 4954 §4).
  public var authenticationLine = 12_288
  /// Octets of a message; also what SIZE announces. 0 means no limit.
  public var messageSize = 50 * 1024 * 1024
  /// Octets of a line of a message without its CRLF (RFC 5322 §2.1.1). The readers report, the service decides.
  public var textLine = 998
  /// Recipients of one message (RFC 5321 §4.5.3.1.8: at least 100).
  public var recipients = 1_000
  /// Messages in one session.
  public var messages = 10_000
  /// Errors in a session before it is closed; an accepted message forgives them.
  public var errors = 20
  /// Commands that move no mail (NOOP, RSET, VRFY, EHLO, …) in a row before the session is closed.
  public var idleCommands = 100
  /// Failed log-ins before the session is closed.
  public var authenticationFailures = 3

  public init() {}
}
