/// One message to add by APPEND or import.
package struct AppendItem: Sendable {
  package var message: SpooledMessage
  /// System flags; keywords go by name.
  package var flags: Flags
  package var keywords: [String]
  /// Seconds since 1970 UTC, or a `KeptDate`'s raw value where a zone came with them.
  package var internalDate: Int64
  /// Set where the mailbox is the author's Sent and the server files copies there itself: a message that is there already is not
  /// added, its UID is answered. Only for one message at a time.
  package var sentIdentity: [UInt8]?
  /// For mail that comes back from a backup: the item and the time it was saved, as they were. nil = new ones.
  package var item: Int64?
  package var savedAt: Int64?
  /// The id under which POP3 listed it elsewhere.
  package var uniqueID: String?

  package init(
    message: SpooledMessage, flags: Flags = [], keywords: [String] = [], internalDate: Int64,
    sentIdentity: [UInt8]? = nil
  ) {
    self.sentIdentity = sentIdentity
    self.message = message
    self.flags = flags
    self.keywords = keywords
    self.internalDate = internalDate
  }
}

/// The UIDs that appended messages got, in order (RFC 4315 APPENDUID).
package struct AppendResult: Sendable, Equatable {
  package var uidValidity: UInt32
  package var uids: [UID]
}

/// One STORE: the same change of flags on many messages, all or (with a fault) nothing.
package struct FlagChange: Sendable {
  package enum Mode: Sendable { case replace, add, remove }
  package var uids: [UID]
  package var mode: Mode
  /// System flags; keyword bits are ignored here, keywords go by name.
  package var flags: Flags
  package var keywords: [String]
  /// Bits outside stay as they are (RFC 4314 §4: only flags that the user may change). Keywords are changed all or none.
  package var allowed = Flags.everything
  /// RFC 7162 §3.1.3: leave messages alone whose modseq is higher, and name them.
  package var unchangedSince: Modseq?

  package init(uids: [UID], mode: Mode, flags: Flags, keywords: [String] = [], unchangedSince: Modseq? = nil) {
    self.uids = uids
    self.mode = mode
    self.flags = flags
    self.keywords = keywords
    self.unchangedSince = unchangedSince
  }
}

/// What a STORE did beyond what the mailbox's new state shows.
package struct FlagResult: Sendable, Equatable {
  /// UIDs that failed the `unchangedSince` test, ascending.
  package var modified: [UID]
  /// The modseq of this change; nil when no message changed.
  package var modseq: Modseq?
}

/// Where copied or moved messages went (RFC 4315 COPYUID); `source` and `destination` go pairwise.
package struct CopyResult: Sendable, Equatable {
  /// UIDVALIDITY of the destination.
  package var uidValidity: UInt32
  package var source: [UID]
  package var destination: [UID]
}

/// Who shall get a message: the mailbox with that role, INBOX when the account has none.
package struct DeliveryRecipient: Sendable {
  package var account: AccountID
  package var role: MailboxRole
  package var flags: Flags

  package init(account: AccountID, role: MailboxRole = .inbox, flags: Flags = []) {
    self.account = account
    self.role = role
    self.flags = flags
  }
}

/// What became of a delivery, by recipient. Durable for everyone not `.refused` when `deliver` returns.
package struct DeliveryOutcome: Sendable {
  package enum Fate: Sendable {
    /// In the mailbox.
    case filed(mailbox: MailboxID, uid: UID)
    /// The same message from the same sender was filed before and its 250 was lost (invariant 6): answer 250.
    case filedBefore
    /// Durably accepted, will be in the mailbox soon (the account's lane is on another disk or was stopped): answer 250.
    case accepted
    /// Not accepted for this recipient: `.overQuota`, `.noSuchAccount`.
    case refused(StoreFault)
  }
  /// In the order of the recipients given.
  package var fates: [Fate]
  /// Names this delivery to `Store.replyWasLost`.
  package var resendKeys: [ResendKey]
  /// What became of the author's own copy; nil when none was asked for.
  package var sentFate: Fate?
  var sentResendKey: ResendKey?

  /// True when at least one recipient's copy is safe: the sender's 250 is due.
  package var isAccepted: Bool {
    fates.contains { if case .refused = $0 { false } else { true } }
  }
}

/// Recognises the same message from the same sender to the same account.
package struct ResendKey: Sendable, Hashable {
  package let account: AccountID
  let bytes: [UInt8]
}

/// Why mail leaves a mailbox without IMAP.
package enum RemovalCause: Sendable { case pop, expired, filter }
