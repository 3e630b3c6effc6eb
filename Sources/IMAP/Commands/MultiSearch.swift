/// Which mailboxes a NOTIFY group or a multi-mailbox search is about (RFC 5465 §6, RFC 7377 §2.2).
public enum MailboxFilter: Sendable, Equatable {
  case selected, selectedDelayed
  case inboxes, personal, subscribed
  case subtree([MailboxName])
  /// RFC 7377
  case subtreeOne([MailboxName])
  case mailboxes([MailboxName])
}

extension IMAPCommand {
  /// ESEARCH over many mailboxes (RFC 7377).
  public struct MultiSearch: Sendable, Equatable {
    /// Empty without IN: the selected mailbox.
    public var sources: [MailboxFilter]
    public var returns: SearchReturn?
    public var charset: String?
    public var key: SearchKey

    public init(
      sources: [MailboxFilter], returns: SearchReturn? = nil, charset: String? = nil, key: SearchKey
    ) {
      self.sources = sources
      self.returns = returns
      self.charset = charset
      self.key = key
    }
  }
}

extension CommandReader {
  mutating func multiSearchCommand() throws(SyntaxError) -> IMAPCommand.MultiSearch {
    try space()
    var sources: [MailboxFilter] = []
    if skipWord("IN ") {
      sources = try list { reader throws(SyntaxError) in try reader.mailboxFilter() }
      try space()
    }
    let returns = try searchReturn()
    let program = try searchProgram()
    return IMAPCommand.MultiSearch(
      sources: sources, returns: returns, charset: program.charset, key: program.key)
  }

  /// filter-mailboxes
  mutating func mailboxFilter() throws(SyntaxError) -> MailboxFilter {
    switch try word("Expected a mailbox filter") {
    case "SELECTED": .selected
    case "SELECTED-DELAYED": .selectedDelayed
    case "INBOXES": .inboxes
    case "PERSONAL": .personal
    case "SUBSCRIBED": .subscribed
    case "SUBTREE": .subtree(try oneOrMoreMailboxes())
    case "SUBTREE-ONE": .subtreeOne(try oneOrMoreMailboxes())
    case "MAILBOXES": .mailboxes(try oneOrMoreMailboxes())
    default: throw error("Unknown mailbox filter")
    }
  }

  private mutating func oneOrMoreMailboxes() throws(SyntaxError) -> [MailboxName] {
    try space()
    if peek() == OctetClass.open { return try list { reader throws(SyntaxError) in try reader.mailbox() } }
    return [try mailbox()]
  }

  /// CANCELUPDATE (RFC 5267 §4.3.3)
  mutating func cancelUpdateCommand() throws(SyntaxError) -> [String] {
    var tags: [String] = []
    repeat {
      try space()
      guard tags.count < options.limits.listItems else { throw error("Too many tags") }
      tags.append(try utf8(quoted()))
    } while !isAtEnd
    return tags
  }
}
