/// One IMAP command, understood but not yet judged: whether it may be sent now is `CommandTraits`' question.
///
/// RFC 9051 and RFC 3501 both, and the extensions named at each case. Commands that exist in a UID form carry `isUID`.
public enum IMAPCommand: Sendable, Equatable {
  // Any state
  case capability
  case noop
  case logout
  /// RFC 2971; nil for `ID NIL`.
  case id([IDField]?)

  // Not authenticated
  case startTLS
  case login(LogIn)
  case authenticate(Authenticate)

  // Authenticated or selected
  case enable([String])
  case select(Select)
  case examine(Select)
  case create(Create)
  case delete(MailboxName)
  case rename(Rename)
  case subscribe(MailboxName)
  case unsubscribe(MailboxName)
  case list(List)
  /// RFC 3501 §6.3.9; gone from RFC 9051.
  case lsub(reference: String, pattern: String)
  case namespace
  case status(Status)
  case append(Append)
  case idle
  /// RFC 8437
  case unauthenticate
  /// RFC 4978; the name of the mechanism in capitals.
  case compress(String)
  /// RFC 4314
  case getACL(MailboxName)
  case setACL(SetACL)
  case deleteACL(MailboxName, identifier: String)
  case listRights(MailboxName, identifier: String)
  case myRights(MailboxName)
  /// RFC 9208; the root's name.
  case getQuota(String)
  case getQuotaRoot(MailboxName)
  case setQuota(SetQuota)
  /// RFC 5464
  case getMetadata(GetMetadata)
  case setMetadata(SetMetadata)
  /// RFC 5465
  case notify(Notify)
  /// RFC 5255; the languages wanted in order, empty to ask which there are.
  case language([String])
  case comparator([String])
  /// RFC 4467
  case genURLAuth([URLAuthRequest])
  case resetKey(MailboxName?, mechanisms: [String])
  case urlFetch([URLFetch])
  /// RFC 7377
  case multiSearch(MultiSearch)

  // Selected
  /// RFC 3501 §6.4.1; gone from RFC 9051.
  case check
  case close
  case unselect
  /// With a set for UID EXPUNGE (RFC 4315).
  case expunge(SequenceSet?)
  case search(Search)
  /// RFC 5256
  case sort(Sort)
  case thread(ThreadSearch)
  case fetch(Fetch)
  case store(StoreFlags)
  case copy(Copy)
  /// RFC 6851
  case move(Copy)
  /// RFC 8508
  case replace(Replace)
  /// RFC 5267; the tags of the searches to cancel.
  case cancelUpdate([String])
}

/// A command with its tag.
public struct TaggedCommand: Sendable, Equatable {
  public var tag: String
  public var command: IMAPCommand

  public init(tag: String, command: IMAPCommand) {
    self.tag = tag
    self.command = command
  }

  /// Reads one whole command as the framer gives it: literals included, the last line end left out.
  ///
  /// Throws the tagged response to send; its tag is read even when nothing after it can be (RFC 9051 §7.1.3).
  public static func parse(_ bytes: [UInt8], _ options: ParserOptions = ParserOptions()) throws(CommandError)
    -> TaggedCommand
  {
    var reader = CommandReader(bytes, options: options)
    var tag: String?
    do throws(SyntaxError) {
      let found = try reader.tag()
      tag = found
      try reader.space()
      let command = try reader.command()
      try reader.end()
      return TaggedCommand(tag: found, command: command)
    } catch {
      throw CommandError(
        tag: tag, condition: error.condition, code: error.code, text: error.text, offset: error.offset)
    }
  }

  /// The tag at the start of a command or of a part of one, or nil when there is none.
  public static func tag(of bytes: [UInt8]) -> String? {
    var reader = CommandReader(Array(bytes.prefix(256)), options: ParserOptions())
    guard let tag = try? reader.tag(), reader.peek() == OctetClass.space || reader.isAtEnd else { return nil }
    return tag
  }
}

extension CommandReader {
  /// Longer tags are broken: they come back in every response.
  static let longestTag = 128

  mutating func tag() throws(SyntaxError) -> String {
    let octets = run(OctetClass.isTag)
    guard !octets.isEmpty, octets.count <= Self.longestTag else { throw error("Expected a tag") }
    // `*` cannot be read as a tag: it is an atom-special.
    return String(decoding: octets, as: UTF8.self)
  }

  /// The command after the tag.
  mutating func command() throws(SyntaxError) -> IMAPCommand {
    let isUID = skipWord("UID ")
    let word = try word("Expected a command")
    guard let name = CommandName(rawValue: word) else { throw error("Unknown command") }
    return isUID ? try uidCommand(name) : try plainCommand(name)
  }

  /// RFC 9051 §6.4.9 and the extensions that add UID forms.
  private mutating func uidCommand(_ name: CommandName) throws(SyntaxError) -> IMAPCommand {
    switch name {
    case .fetch: .fetch(try fetchCommand(isUID: true))
    case .store: .store(try storeCommand(isUID: true))
    case .copy: .copy(try copyCommand(isUID: true))
    case .move: .move(try copyCommand(isUID: true))
    case .search: .search(try searchCommand(isUID: true))
    case .sort: .sort(try sortCommand(isUID: true))
    case .thread: .thread(try threadCommand(isUID: true))
    case .expunge: .expunge(try uidExpungeCommand())
    case .replace: .replace(try replaceCommand(isUID: true))
    default: throw error("This command has no UID form")
    }
  }

  private mutating func plainCommand(_ name: CommandName) throws(SyntaxError) -> IMAPCommand {
    switch name {
    case .capability: .capability
    case .noop: .noop
    case .logout: .logout
    case .id: .id(try idCommand())
    case .starttls: .startTLS
    case .login: .login(try logInCommand())
    case .authenticate: .authenticate(try authenticateCommand())
    case .idle: .idle
    case .namespace: .namespace
    case .check: .check
    case .close: .close
    case .unselect: .unselect
    case .expunge: .expunge(nil)
    case .unauthenticate: .unauthenticate
    default: try commandWithArguments(name)
    }
  }

  private mutating func commandWithArguments(_ name: CommandName) throws(SyntaxError) -> IMAPCommand {
    switch name {
    case .enable: .enable(try enableCommand())
    case .select: .select(try selectCommand())
    case .examine: .examine(try selectCommand())
    case .create: .create(try createCommand())
    case .delete: .delete(try spacedMailbox())
    case .rename: .rename(try renameCommand())
    case .subscribe: .subscribe(try spacedMailbox())
    case .unsubscribe: .unsubscribe(try spacedMailbox())
    case .list: .list(try listCommand())
    case .lsub: try lsubCommand()
    case .status: .status(try statusCommand())
    case .append: .append(try appendCommand())
    case .search: .search(try searchCommand(isUID: false))
    case .sort: .sort(try sortCommand(isUID: false))
    case .thread: .thread(try threadCommand(isUID: false))
    case .fetch: .fetch(try fetchCommand(isUID: false))
    case .store: .store(try storeCommand(isUID: false))
    case .copy: .copy(try copyCommand(isUID: false))
    case .move: .move(try copyCommand(isUID: false))
    case .replace: .replace(try replaceCommand(isUID: false))
    default: try extensionCommand(name)
    }
  }

  private mutating func extensionCommand(_ name: CommandName) throws(SyntaxError) -> IMAPCommand {
    switch name {
    case .compress: .compress(try compressCommand())
    case .getacl: .getACL(try spacedMailbox())
    case .setacl: .setACL(try setACLCommand())
    case .deleteacl: try deleteACLCommand()
    case .listrights: try listRightsCommand()
    case .myrights: .myRights(try spacedMailbox())
    case .getquota: .getQuota(try getQuotaCommand())
    case .getquotaroot: .getQuotaRoot(try spacedMailbox())
    case .setquota: .setQuota(try setQuotaCommand())
    case .getmetadata: .getMetadata(try getMetadataCommand())
    case .setmetadata: .setMetadata(try setMetadataCommand())
    case .notify: .notify(try notifyCommand())
    case .language: .language(try spacedTexts())
    case .comparator: .comparator(try spacedTexts())
    case .genurlauth: .genURLAuth(try genURLAuthCommand())
    case .resetkey: try resetKeyCommand()
    case .urlfetch: .urlFetch(try urlFetchCommand())
    case .esearch: .multiSearch(try multiSearchCommand())
    case .cancelupdate: .cancelUpdate(try cancelUpdateCommand())
    default: throw error("Unknown command")
    }
  }

  /// SP mailbox
  mutating func spacedMailbox() throws(SyntaxError) -> MailboxName {
    try space()
    return try mailbox()
  }

  /// `*(SP astring)`
  mutating func spacedTexts() throws(SyntaxError) -> [String] {
    var texts: [String] = []
    while skipSpace() {
      guard texts.count < options.limits.listItems else { throw error("Too many arguments") }
      texts.append(try text())
    }
    return texts
  }
}
