extension IMAPCommand {
  /// SETACL (RFC 4314 §3.1).
  public struct SetACL: Sendable, Equatable {
    public enum Mode: Sendable { case replace, add, remove }

    public var mailbox: MailboxName
    public var identifier: String
    public var mode: Mode
    /// The letters without `+` or `-`.
    public var rights: String

    public init(mailbox: MailboxName, identifier: String, mode: Mode, rights: String) {
      self.mailbox = mailbox
      self.identifier = identifier
      self.mode = mode
      self.rights = rights
    }
  }
}

extension CommandReader {
  mutating func setACLCommand() throws(SyntaxError) -> IMAPCommand.SetACL {
    let mailbox = try spacedMailbox()
    let identifier = try aclIdentifier()
    try space()
    var rights = try text("Expected rights")
    var mode = IMAPCommand.SetACL.Mode.replace
    if rights.hasPrefix("+") || rights.hasPrefix("-") {
      mode = rights.removeFirst() == "+" ? .add : .remove
    }
    // RFC 4314 §3.1: unknown and uppercase rights are answered BAD.
    guard rights.utf8.allSatisfy({ OctetClass.isDigit($0) || ($0 >= 0x61 && $0 <= 0x7A) }) else {
      throw error("Rights are lowercase letters and digits")
    }
    return IMAPCommand.SetACL(mailbox: mailbox, identifier: identifier, mode: mode, rights: rights)
  }

  mutating func deleteACLCommand() throws(SyntaxError) -> IMAPCommand {
    let mailbox = try spacedMailbox()
    return .deleteACL(mailbox, identifier: try aclIdentifier())
  }

  mutating func listRightsCommand() throws(SyntaxError) -> IMAPCommand {
    let mailbox = try spacedMailbox()
    return .listRights(mailbox, identifier: try aclIdentifier())
  }

  private mutating func aclIdentifier() throws(SyntaxError) -> String {
    try space()
    return try text("Expected an identifier")
  }
}
