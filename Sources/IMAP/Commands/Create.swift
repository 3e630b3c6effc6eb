extension IMAPCommand {
  /// CREATE, with the special uses of RFC 6154 §3.
  public struct Create: Sendable, Equatable {
    public var mailbox: MailboxName
    /// The uses asked for, with their backslash as written; empty without USE.
    public var uses: [String]

    public init(mailbox: MailboxName, uses: [String] = []) {
      self.mailbox = mailbox
      self.uses = uses
    }
  }

  /// RENAME (RFC 9051 §6.3.6).
  public struct Rename: Sendable, Equatable {
    public var from: MailboxName
    public var to: MailboxName

    public init(from: MailboxName, to: MailboxName) {
      self.from = from
      self.to = to
    }
  }
}

extension CommandReader {
  mutating func createCommand() throws(SyntaxError) -> IMAPCommand.Create {
    var create = IMAPCommand.Create(mailbox: try spacedMailbox())
    guard skipSpace() else { return create }
    _ = try list { reader throws(SyntaxError) in
      guard try reader.word("Expected a parameter") == "USE" else { throw reader.error("Unknown parameter") }
      try reader.space()
      create.uses += try reader.list(minimum: 0) { reader throws(SyntaxError) in
        try reader.expect(OctetClass.backslash, "Expected a special use")
        return "\\" + (try reader.atom("Expected a special use"))
      }
    }
    return create
  }

  mutating func renameCommand() throws(SyntaxError) -> IMAPCommand.Rename {
    let from = try spacedMailbox()
    return IMAPCommand.Rename(from: from, to: try spacedMailbox())
  }
}
