public import Mail

extension IMAPCommand {
  /// APPEND whole (RFC 9051 §6.3.12, MULTIAPPEND RFC 3502). A server never sees this for plain messages: the framer
  /// streams them as `AppendStart` and their octets.
  public struct Append: Sendable, Equatable {
    public var mailbox: MailboxName
    public var messages: [AppendMessage]

    public init(mailbox: MailboxName, messages: [AppendMessage]) {
      self.mailbox = mailbox
      self.messages = messages
    }
  }

  /// REPLACE whole (RFC 8508); streamed like APPEND.
  public struct Replace: Sendable, Equatable {
    public var isUID: Bool
    public var number: SequenceSet.Number
    public var mailbox: MailboxName
    public var message: AppendMessage

    public init(isUID: Bool, number: SequenceSet.Number, mailbox: MailboxName, message: AppendMessage) {
      self.isUID = isUID
      self.number = number
      self.mailbox = mailbox
      self.message = message
    }
  }

  /// One message of APPEND or REPLACE.
  public struct AppendMessage: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
      /// Where its octets are among the command's bytes.
      case literal(Range<Int>, isBinary: Bool)
      /// `UTF8 (~{n}…)` (RFC 6855 §4)
      case utf8(Range<Int>)
      /// RFC 4469
      case catenate([CatenatePart])
    }

    public var flags: [IMAPFlag]
    public var date: MailDate?
    public var content: Content

    public init(flags: [IMAPFlag], date: MailDate?, content: Content) {
      self.flags = flags
      self.date = date
      self.content = content
    }
  }

  public enum CatenatePart: Sendable, Equatable {
    case text(Range<Int>)
    case url(String)
  }
}

/// What APPEND or REPLACE says before the octets of a message: enough to check the mailbox, the rights and the limits
/// before the client is asked for them.
public struct AppendStart: Sendable, Equatable {
  public enum Verb: Sendable, Equatable {
    case append
    case replace(isUID: Bool, number: SequenceSet.Number)
  }

  public var tag: String
  public var verb: Verb
  public var mailbox: MailboxName
  public var flags: [IMAPFlag]
  public var date: MailDate?
  /// Octets to come. 0 is an error that aborts the whole command (RFC 3502 §2).
  public var size: Int
  /// False: the octets are on their way already and are swallowed if refused.
  public var isSynchronizing: Bool
  /// literal8: NUL is allowed, and nothing is to be converted (RFC 3516).
  public var isBinary: Bool
  /// `UTF8 (…)`: headers are UTF-8 (RFC 6855 §4).
  public var isUTF8: Bool
  /// Which message of the command, from 0.
  public var index: Int

  public init(tag: String, verb: Verb = .append, mailbox: MailboxName, size: Int) {
    self.tag = tag
    self.verb = verb
    self.mailbox = mailbox
    self.size = size
    flags = []
    isSynchronizing = true
    isBinary = false
    isUTF8 = false
    index = 0
  }
}

/// What precedes the literal of one appended message.
struct AppendOptions {
  enum Kind { case literal, utf8, catenate }

  var flags: [IMAPFlag] = []
  var date: MailDate?
  var kind = Kind.literal
}

extension CommandReader {
  mutating func appendCommand() throws(SyntaxError) -> IMAPCommand.Append {
    let mailbox = try spacedMailbox()
    var messages: [IMAPCommand.AppendMessage] = []
    repeat {
      guard messages.count < options.limits.listItems else { throw error("Too many messages") }
      messages.append(try appendMessage())
    } while !isAtEnd
    return IMAPCommand.Append(mailbox: mailbox, messages: messages)
  }

  mutating func replaceCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.Replace {
    try space()
    let number = try sequenceNumber()
    let mailbox = try spacedMailbox()
    return IMAPCommand.Replace(isUID: isUID, number: number, mailbox: mailbox, message: try appendMessage())
  }

  private mutating func appendMessage() throws(SyntaxError) -> IMAPCommand.AppendMessage {
    let options = try appendOptions()
    let content: IMAPCommand.AppendMessage.Content
    switch options.kind {
    case .literal:
      let isBinary = peek() == OctetClass.tilde
      content = .literal(try literalRange(), isBinary: isBinary)
    case .utf8:
      content = .utf8(try literalRange())
      try close()
    case .catenate: content = .catenate(try list { reader throws(SyntaxError) in try reader.catenatePart() })
    }
    return IMAPCommand.AppendMessage(flags: options.flags, date: options.date, content: content)
  }

  /// append-opts and what announces the data (RFC 4466 §3): leaves the reader at the literal, or at the parenthesis of
  /// CATENATE. Unknown append-ext are an error.
  mutating func appendOptions() throws(SyntaxError) -> AppendOptions {
    var found = AppendOptions()
    try space()
    if peek() == OctetClass.open {
      found.flags = try flagList()
      try space()
    }
    if peek() == OctetClass.quote {
      found.date = try dateTime()
      try space()
    }
    if peek() == OctetClass.brace || peek() == OctetClass.tilde { return found }
    switch try word("Expected a message") {
    case "UTF8":
      found.kind = .utf8
      try space()
      try open()
    case "CATENATE":
      found.kind = .catenate
      try space()
    default: throw error("Expected a message")
    }
    return found
  }

  /// cat-part (RFC 4469 §5)
  private mutating func catenatePart() throws(SyntaxError) -> IMAPCommand.CatenatePart {
    switch try word("Expected TEXT or URL") {
    case "TEXT":
      try space()
      return .text(try literalRange())
    case "URL":
      try space()
      return .url(try text("Expected a URL"))
    default: throw error("Expected TEXT or URL")
    }
  }
}
