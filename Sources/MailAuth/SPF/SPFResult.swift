/// What SPF says about a client and an identity (RFC 7208 §2.6); the raw value is the result word of RFC 8601.
public enum SPFResult: String, Hashable, Sendable, Codable, CaseIterable {
  /// No domain to ask about, or it publishes no record.
  case none
  /// The domain says nothing about this client.
  case neutral
  /// The client may use the identity.
  case pass
  /// The client may not use the identity.
  case fail
  /// The client probably may not.
  case softfail
  /// The DNS failed; a later check may succeed.
  case temperror
  /// The published records cannot be understood or break a limit.
  case permerror
}
