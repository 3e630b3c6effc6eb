/// What every SELECT and FETCH FLAGS asks of one message.
package struct MessageRecord: Hashable, Sendable {
  package var uid: UID
  package var flags: Flags
  package var modseq: Modseq
  /// Bytes of the whole message as served (RFC822.SIZE), trace header included.
  package var size: Int
  /// INTERNALDATE with its zone, as it is kept.
  package let keptDate: KeptDate
  /// When it came into this mailbox (RFC 8514 SAVEDATE), seconds since 1970 UTC.
  package var savedAt: Int64
  package var email: EmailID
  /// POP's UIDL identity: follows MOVE, is new on COPY, is never reused within the account.
  package var item: Int64

  /// INTERNALDATE, seconds since 1970 UTC.
  package var internalDate: Int64 { keptDate.seconds }

  /// `internalDate`: a `KeptDate`'s raw value.
  package init(
    uid: UID, flags: Flags, modseq: Modseq, size: Int, internalDate: Int64, savedAt: Int64, email: EmailID, item: Int64
  ) {
    self.uid = uid
    self.flags = flags
    self.modseq = modseq
    self.size = size
    keptDate = KeptDate(rawValue: internalDate)
    self.savedAt = savedAt
    self.email = email
    self.item = item
  }
}
