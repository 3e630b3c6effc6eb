/// What STATUS can tell (RFC 9051 §6.3.11 and extensions).
public enum StatusItem: String, Sendable, Hashable, CaseIterable {
  case messages = "MESSAGES"
  case uidNext = "UIDNEXT"
  case uidValidity = "UIDVALIDITY"
  case unseen = "UNSEEN"
  case deleted = "DELETED"
  case size = "SIZE"
  /// RFC 3501; gone from RFC 9051.
  case recent = "RECENT"
  /// RFC 7162
  case highestModSequence = "HIGHESTMODSEQ"
  /// RFC 7889
  case appendLimit = "APPENDLIMIT"
  /// RFC 9208
  case deletedStorage = "DELETED-STORAGE"
  /// RFC 8474
  case mailboxID = "MAILBOXID"
}

extension IMAPCommand {
  public struct Status: Sendable, Equatable {
    public var mailbox: MailboxName
    public var items: [StatusItem]

    public init(mailbox: MailboxName, items: [StatusItem]) {
      self.mailbox = mailbox
      self.items = items
    }
  }
}

extension CommandReader {
  mutating func statusCommand() throws(SyntaxError) -> IMAPCommand.Status {
    let mailbox = try spacedMailbox()
    try space()
    return IMAPCommand.Status(mailbox: mailbox, items: try statusItems())
  }

  mutating func statusItems() throws(SyntaxError) -> [StatusItem] {
    try list { reader throws(SyntaxError) in
      guard let item = StatusItem(rawValue: try reader.word("Expected a status item")) else {
        throw reader.error("Unknown status item")
      }
      return item
    }
  }
}
