/// How long the parts of an exchange may be, in octets.
public struct Limits: Hashable, Sendable {
  /// Of each identity; RFC 4616 §2 asks for at least 255.
  public var identity = 1_024
  /// Of a password.
  public var password = 1_024

  public init() {}
}
