extension IMAPCommand {
  /// LOGIN (RFC 9051 §6.2.3). It has no description: a password must not reach a log by accident.
  public struct LogIn: Sendable, Equatable {
    public var user: [UInt8]
    public var password: [UInt8]

    public init(user: [UInt8], password: [UInt8]) {
      self.user = user
      self.password = password
    }
  }
}

extension IMAPCommand.LogIn: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "LOGIN" }
  public var debugDescription: String { "LOGIN" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension CommandReader {
  mutating func logInCommand() throws(SyntaxError) -> IMAPCommand.LogIn {
    try space()
    let user = try astring("Expected a user name")
    try space()
    return IMAPCommand.LogIn(user: user, password: try astring("Expected a password"))
  }
}
