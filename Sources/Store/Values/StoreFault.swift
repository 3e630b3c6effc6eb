/// What the store could not do. None of these leaves anything half done.
package enum StoreFault: Error, Sendable, Equatable, CustomStringConvertible {
  case noSuchAccount
  case accountExists
  case noSuchMailbox
  case mailboxExists
  /// A name that Barid does not take: empty or over-long level, control character, too deep.
  case badMailboxName(String)
  /// INBOX cannot be deleted; a name with \Noselect and children cannot be deleted; a mailbox cannot move below itself.
  case notPermitted(String)
  /// \Noselect: exists only to hold others.
  case notSelectable
  /// The message is not there (any more).
  case noSuchMessage
  /// RFC 8457-style clear refusal: the mailbox names 53 keywords already.
  case tooManyKeywords
  /// The mailbox's access list has as many rows as it may.
  case tooManyRights
  /// The user's rights do not allow it (RFC 4314).
  case noPermission
  case overQuota
  /// The account's domain is.
  case domainOverQuota
  /// Larger than the store takes.
  case tooLarge(limit: Int)
  /// No space left (or only the reserve): 452 4.3.1, NO [UNAVAILABLE]. Goes on when space returns.
  case diskFull
  /// The lane stopped writing after a failed sync and must be reopened; reading goes on.
  case readOnly(String)
  /// Bytes on disk are not what was written; the rest of the store is served.
  case damaged(String)
  /// Another process has the folder.
  case inUse(String)
  /// The folder was made by a newer Barid.
  case newer(String)
  case io(String)
  /// Something of several steps stopped in their middle, for this reason; doing it again makes it whole.
  case brokenOff(String)
  /// Another import of the same mail took something meanwhile.
  case importUnderWay
  /// The store is closing or closed.
  case closed

  package var description: String {
    switch self {
    case .noSuchAccount: "no such account"
    case .accountExists: "the account exists already"
    case .noSuchMailbox: "no such mailbox"
    case .mailboxExists: "the mailbox exists already"
    case .badMailboxName(let why): "not a mailbox name: \(why)"
    case .notPermitted(let why): "not permitted: \(why)"
    case .notSelectable: "the mailbox holds only other mailboxes"
    case .noSuchMessage: "no such message"
    case .tooManyKeywords: "the mailbox has as many keywords as it can name"
    case .tooManyRights: "the mailbox has as many access rows as it may"
    case .noPermission: "the rights do not allow it"
    case .overQuota: "over quota"
    case .domainOverQuota: "the domain is over quota"
    case .tooLarge(let limit): "larger than \(limit) bytes"
    case .diskFull: "no space left on the disk"
    case .readOnly(let why): "the store is read-only: \(why)"
    case .damaged(let what): "damaged: \(what)"
    case .inUse(let sentence), .newer(let sentence), .io(let sentence): sentence
    case .brokenOff(let why): "broken off: \(why)"
    case .importUnderWay: "another import of the same mail is under way"
    case .closed: "the store is closed"
    }
  }
}
