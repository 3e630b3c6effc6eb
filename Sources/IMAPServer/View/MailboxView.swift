import Directory
import IMAP
import Store

/// What one session's client has been told about its selected mailbox, and how it is brought up to date.
///
/// Invariants
/// 1. `known` is what the client knows: sequence number n is `known[n - 1]`, and the client holds its flags.
/// 2. `known` changes only in `update`, whose result must be written before anything else is (RFC 9051 §7.5.1).
/// 3. A message leaves `known` only in an update that may expunge.
struct MailboxView {
  let mailbox: OpenMailbox
  let info: MailboxInfo
  /// Who looks at it.
  let member: AccountID
  /// True after EXAMINE, and for those who may change nothing.
  let isReadOnly: Bool
  /// What the client was told that it may change.
  private(set) var toldRights: AccessRights
  private(set) var known: MessageTable
  private(set) var knownKeywords: [String]
  /// The messages that are \Recent for this session alone (RFC 3501 §2.3.2).
  private(set) var recent = NumberSet()
  /// The number that the client was told by RECENT.
  private var toldRecent = 0
  /// The numbers that SELECT tells.
  let first: (uidNext: UID, uidValidity: UInt32, highestModseq: Modseq)
  /// The client knows of every change up to this one.
  private(set) var toldModseq: Modseq
  private let subscription: Subscription
  /// Somebody else's mailbox: ends with its owner's account.
  private let visit: Visit?

  /// `wake` is called on any thread whenever the mailbox changes.
  init(
    _ mailbox: OpenMailbox, state: MailboxState, info: MailboxInfo, member: AccountID, rights: AccessRights,
    isReadOnly: Bool, visit: Visit?, wake: @escaping @Sendable () -> Void
  ) {
    self.visit = visit
    self.mailbox = mailbox
    self.info = info
    self.member = member
    toldRights = rights
    self.isReadOnly = isReadOnly
    subscription = mailbox.subscribe(wake)
    // Changes since `state` was taken are found by the first update, which every SELECT ends with.
    first = (state.uidNext, state.uidValidity, state.highestModseq)
    known = state.table
    knownKeywords = state.keywords
    toldModseq = state.highestModseq
    takeRecent(before: state.uidNext, isFirst: true)
    toldRecent = recentCount
  }

  private mutating func takeRecent(before end: UID, isFirst: Bool = false) {
    let first = mailbox.takeRecent(before: end, isFirst: isFirst)
    if first < end { recent.append(first...end - 1) }
  }

  /// How many of the messages that the client knows are \Recent.
  var recentCount: Int {
    recent.ranges.reduce(0) { $0 + known.lowerBound($1.upperBound &+ 1) - known.lowerBound($1.lowerBound) }
  }

  /// What a command works on while it runs.
  var snapshot: ViewSnapshot {
    ViewSnapshot(
      mailbox: mailbox, info: info, isReadOnly: isReadOnly, table: known, keywords: knownKeywords,
      recent: recent, rights: rights, changeable: mailbox.changeableFlags(of: member), foreign: foreign)
  }

  /// What the user may do now (RFC 4314).
  var rights: AccessRights { isOwnerGone ? [] : mailbox.rights(of: member) }
  /// The account whose mailbox it is was closed.
  var isOwnerGone: Bool { visit?.isOver == true }
  /// Whose mailbox it is, where that is somebody else.
  var foreign: AccountID? { mailbox.account == member ? nil : mailbox.account }
  /// Deleted by someone, or no longer to be read by this user (RFC 4314 §5.1.1).
  var isGone: Bool {
    let state = mailbox.state
    return state.isDeleted || state.isReplaced || !rights.contains(.read)
  }

  /// Takes in what happened since the last update; nil when the client knows all that it may be told now.
  ///
  /// Without `mayExpunge` (RFC 9051 §7.5.1: during FETCH, STORE and SEARCH by sequence number) removals wait for a later
  /// update; new messages (§5.2) and flags are taken in at once.
  mutating func update(mayExpunge: Bool) -> ViewUpdate? {
    let state = mailbox.state
    let rights = rights
    if state.isDeleted || state.isReplaced || !rights.contains(.read) { return ViewUpdate(isGone: true) }
    let changes = state.table.changes(since: known)
    var update = ViewUpdate()
    update.before = known
    if state.keywords != knownKeywords {
      knownKeywords = state.keywords
      update.newKeywords = state.keywords
    }
    // RFC 4314 §5.1.1: FLAGS and PERMANENTFLAGS again when what may be changed is something else now.
    if rights.flags != toldRights.flags { update.newKeywords = state.keywords }
    toldRights = rights
    var hasGrown = changes.addedFrom != nil
    if changes.vanished.isEmpty || mayExpunge {
      update.vanished = changes.vanished
      update.changed = changes.changed
      known = state.table
      toldModseq = state.highestModseq
    } else {
      (update.changed, hasGrown) = known.adopt(state.table)
    }
    if hasGrown {
      takeRecent(before: state.uidNext)
      update.exists = known.count
    }
    // RFC 3501 §7.3.2: whenever the size of the mailbox changes.
    let recentCount = recentCount
    if update.exists != nil || recentCount != toldRecent { update.recent = recentCount }
    toldRecent = recentCount
    return update.isEmpty ? nil : update
  }
}

/// One step of a view, in the order in which it must be written: removals, EXISTS, flags.
struct ViewUpdate {
  /// The mailbox was deleted by someone else, or may no longer be read.
  var isGone = false
  var newKeywords: [String]?
  /// Ascending, with the indices they had before; write them from the last to the first.
  var vanished: [TableChanges.Vanished] = []
  /// The new number of messages, when there are new ones.
  var exists: Int?
  /// The number of \Recent messages, when there are new ones or it changed.
  var recent: Int?
  /// What the client knew.
  var before = MessageTable()
  /// Indices of `known` as it is after this update.
  var changed: [TableChanges.Changed] = []

  var isEmpty: Bool {
    !isGone && newKeywords == nil && vanished.isEmpty && exists == nil && changed.isEmpty
  }
}

/// The selected mailbox as one command sees it: a value that nothing changes while the command runs.
struct ViewSnapshot: Sendable {
  let mailbox: OpenMailbox
  let info: MailboxInfo
  let isReadOnly: Bool
  let table: MessageTable
  let keywords: [String]
  let recent: NumberSet
  /// What the user might do when the command began (RFC 4314).
  let rights: AccessRights
  /// The flags that he might change then.
  let changeable: Flags
  /// Whose mailbox it is, where that is somebody else.
  let foreign: AccountID?

  func isRecent(_ uid: UID) -> Bool { recent.contains(uid) }
}
