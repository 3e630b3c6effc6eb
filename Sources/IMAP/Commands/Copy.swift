extension IMAPCommand {
  /// COPY or MOVE.
  public struct Copy: Sendable, Equatable {
    public var isUID: Bool
    public var set: SequenceSet
    public var mailbox: MailboxName

    public init(isUID: Bool, set: SequenceSet, mailbox: MailboxName) {
      self.isUID = isUID
      self.set = set
      self.mailbox = mailbox
    }
  }
}

extension CommandReader {
  mutating func copyCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.Copy {
    try space()
    let set = try sequenceSet()
    return IMAPCommand.Copy(isUID: isUID, set: set, mailbox: try spacedMailbox())
  }
}
