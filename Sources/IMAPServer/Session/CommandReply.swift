import IMAP
import Store

/// How a command ended: what stands in its tagged response, and what it did to the session.
struct CommandReply: Sendable {
  var condition: ResponseWriter.Condition
  var code: ResponseCode?
  var text: String
  var effect = Effect.none
  /// What the client did to the account: it is not told of it once more (RFC 5465 §5).
  var own: [AccountEvent] = []
  /// The messages that the client added itself: it knows what is in them (RFC 5465 §5.2).
  var added: Added?

  struct Added: Sendable {
    var mailbox: MailboxID
    var owner: AccountID
    var uids: NumberSet
  }

  /// What changes in the session, applied on its event loop before the tagged response is written.
  enum Effect: Sendable {
    case none
    case selected(Selection)
    /// SELECT failed, CLOSE: nothing is selected any more.
    case unselected
    /// The client deleted the mailbox that it had selected.
    case deselected
    /// A response broke off in the middle of a literal: the connection cannot go on.
    case broken
    /// The connection was lost, or the client is being sent away: nothing more can be told.
    case gone
    case stored(StoredFlags)
    /// Messages were removed: under QRESYNC the tagged OK tells HIGHESTMODSEQ (RFC 7162 §3.2.7).
    case expunged
    /// The result that `$` stands for from now on (RFC 5182).
    case saved(NumberSet)
    /// NOTIFY: what is told from now on; nil for NOTIFY NONE.
    case notify(Notifications)
  }

  static func ok(_ text: String, _ code: ResponseCode? = nil, effect: Effect = .none) -> CommandReply {
    CommandReply(condition: .ok, code: code, text: text, effect: effect)
  }
  static func no(_ text: String, _ code: ResponseCode? = nil, effect: Effect = .none) -> CommandReply {
    CommandReply(condition: .no, code: code, text: text, effect: effect)
  }
  static func bad(_ text: String, _ code: ResponseCode? = nil, effect: Effect = .none) -> CommandReply {
    CommandReply(condition: .bad, code: code, text: text, effect: effect)
  }

  func adding(_ uids: NumberSet, to mailbox: NamedMailbox) -> CommandReply {
    var reply = self
    reply.added = Added(mailbox: mailbox.info.id, owner: mailbox.owner, uids: uids)
    return reply
  }

  /// Nobody reads this: the connection went away while the command ran, or nothing may be told to this client any more.
  static let gone = CommandReply(condition: .no, text: "The connection is closed", effect: .gone)
  /// The same, in the middle of a literal.
  static let broken = CommandReply(condition: .no, text: "The connection is closed", effect: .broken)

  /// What the client is told of a store's fault (RFC 5530).
  init(_ fault: StoreFault, effect: Effect = .none) {
    let (text, code): (String, ResponseCode?) =
      switch fault {
      case .noSuchMailbox: ("No such mailbox", .nonExistent)
      case .mailboxExists: ("The mailbox exists already", .alreadyExists)
      case .badMailboxName(let why): ("Not a mailbox name: \(why)", .cannot)
      case .notPermitted(let why): (Self.sentence(why), .cannot)
      case .notSelectable: ("This name only holds other mailboxes", .cannot)
      case .noSuchMessage: ("Some of the messages have been deleted", .expungeIssued)
      case .tooManyKeywords: ("The mailbox cannot name more keywords", .limit)
      case .tooManyRights: ("The access list of the mailbox is full", .limit)
      case .noPermission: ("Your rights do not allow this", .noPerm)
      case .overQuota: ("Your mailbox is full: delete some mail and try again", .overQuota)
      case .domainOverQuota: ("All mailboxes of your domain together are full", .overQuota)
      case .tooLarge(let limit): ("The message is larger than \(limit) bytes", .tooBig)
      case .damaged: ("A message is damaged on the server's disk", .corruption)
      case .diskFull: ("The server's disk is full, try again later", .unavailable)
      case .readOnly, .inUse, .newer, .io, .closed, .noSuchAccount, .accountExists, .brokenOff, .importUnderWay:
        ("The mail store cannot do this now, try again later", .unavailable)
      }
    self = .no(text, code, effect: effect)
  }

  /// The store's words as a sentence.
  static func sentence(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }

  init(condition: ResponseWriter.Condition, code: ResponseCode? = nil, text: String, effect: Effect = .none) {
    self.condition = condition
    self.code = code
    self.text = text
    self.effect = effect
  }
}

/// A mailbox just opened by SELECT or EXAMINE.
struct Selection: Sendable {
  var mailbox: OpenMailbox
  var info: MailboxInfo
  /// The name that the client used, which may be another one (`MailboxAliases`).
  var asked: MailboxName
  var isReadOnly: Bool
  /// Who opened it, and what he may do.
  var member: AccountID
  var rights: AccessRights
  /// The mailbox as the client is told of it; what comes later follows as changes.
  var state: MailboxState
  /// What SELECT with QRESYNC tells besides.
  var resync: Resynchronized?
}

/// What happened to a mailbox since a client was there last (RFC 7162 §3.2.5).
struct Resynchronized: Sendable {
  var vanished: NumberSet
  /// Indices of messages that changed.
  var changed: [Int]
}

/// What a STORE did, so that the right untagged responses are written.
struct StoredFlags: Sendable {
  var uids: [UID]
  var isSilent: Bool
  var mode: FlagChange.Mode
  /// The system flags and keywords that were named.
  var flags: [IMAPFlag]
  /// The modseq that this change was given; nil when nothing changed.
  var modseq: Modseq?
  /// With UNCHANGEDSINCE: the messages that passed its test, whose mod-sequence is told in any case (RFC 7162 §3.1.3).
  var passed: [UID] = []
}
