/// Who a client says it is, and its proof. It has no readable description, so that no log can hold a password.
public struct Credentials: Hashable, Sendable {
  /// Whom the client wants to act as; empty: whoever the authentication identity is (RFC 4616 §2).
  public var authorizationIdentity: String
  /// Whose password it is.
  public var authenticationIdentity: String
  /// The password's octets, valid UTF-8 without NUL.
  public var password: [UInt8]

  public init(authorizationIdentity: String = "", authenticationIdentity: String, password: [UInt8]) {
    self.authorizationIdentity = authorizationIdentity
    self.authenticationIdentity = authenticationIdentity
    self.password = password
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "credentials" }
  public var debugDescription: String { "credentials" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
