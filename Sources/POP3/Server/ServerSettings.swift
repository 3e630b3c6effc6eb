/// How one listener's sessions behave.
public struct ServerSettings: Sendable {
  /// What follows `+OK` in the greeting.
  public var greeting: String?
  public var capabilities: Capabilities
  public var limits: Limits
  /// Logging in without TLS is allowed: for loopback test beds only.
  public var allowsPlaintextLogIn = false
  /// APOP is allowed (RFC 1939 §7); needs a stored secret, and `timestamp`.
  public var apopTimestamp: String?
  /// A command line may end in a bare LF.
  public var toleratesBareLF = false

  public init(capabilities: Capabilities = Capabilities(), limits: Limits = Limits()) {
    self.capabilities = capabilities
    self.limits = limits
  }
}
