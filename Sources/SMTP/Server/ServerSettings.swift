/// How one listener's sessions behave.
public struct ServerSettings: Sendable {
  public enum Role: Hashable, Sendable {
    /// Receives from other servers: no AUTH.
    case mx
    /// Receives from this server's own users (RFC 6409): MAIL needs a log-in.
    case submission
    /// RFC 2033: LHLO, one reply per recipient after the message.
    case lmtp
  }

  public var role: Role
  /// This server's name: first word of the greeting and of the answers to HELO and EHLO.
  public var hostName: String
  /// What follows the name in the greeting.
  public var greeting: String
  public var extensions: Extensions
  public var limits: Limits
  /// MAIL and all that follows it are 530 until TLS is up (RFC 3207 §4). Never for an MX on the Internet (same section).
  public var requiresTLS: Bool
  /// MAIL is 530 until a log-in (RFC 6409 §4.3).
  public var requiresAuthentication: Bool
  /// AUTH is offered without TLS: for loopback test beds only.
  public var allowsPlaintextAuthentication = false
  /// A command line may end in a bare LF. Otherwise it is 500 (RFC 5321 §2.3.8).
  public var toleratesBareLF = false

  public init(
    role: Role, hostName: String, extensions: Extensions = Extensions(), limits: Limits = Limits(),
    requiresTLS: Bool? = nil, requiresAuthentication: Bool? = nil
  ) {
    self.role = role
    self.hostName = hostName
    self.greeting = role == .lmtp ? "LMTP Barid" : "ESMTP Barid"
    self.extensions = extensions
    self.limits = limits
    // RFC 8314 §3: submission is never without TLS.
    self.requiresTLS = requiresTLS ?? (role == .submission)
    self.requiresAuthentication = requiresAuthentication ?? (role == .submission)
  }
}
