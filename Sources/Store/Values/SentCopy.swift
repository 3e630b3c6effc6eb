/// The copy of a submission that goes to its author's Sent, `\Seen`, in the same durable step as the first recipients' copies.
package struct SentCopy: Sendable {
  package var account: AccountID
  /// As the author wrote it: no trace fields, Bcc kept.
  package var message: SpooledMessage
  /// `SpooledMessage.sentIdentity`: a client's APPEND of the same message finds this copy by it.
  package var identity: [UInt8]?

  package init(account: AccountID, message: SpooledMessage, identity: [UInt8]?) {
    self.account = account
    self.message = message
    self.identity = identity
  }
}

/// Whether a message fits into an account, as far as memory knows.
package enum Room: Sendable, Equatable {
  case enough
  /// Not now: room may be made.
  case full
  /// The account has room, its domain has none now.
  case domainFull
  /// Larger than all that the account, or its domain, may keep.
  case neverEnough
}
