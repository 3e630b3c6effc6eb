/// One account, on whatever lane it lives. The directory gives out the numbers; Barid never reuses one.
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let raw: Int64
  package init(raw: Int64) { self.raw = raw }
  package var description: String { String(raw) }
  package static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
}

/// One mailbox of one account. Never reused within the account; it survives a rename (RFC 8474 MAILBOXID).
package struct MailboxID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let raw: Int64
  package init(raw: Int64) { self.raw = raw }
  package var description: String { String(raw) }
  package static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
}

/// One immutable message of one account. COPY and MOVE keep it (RFC 8474 EMAILID). Never reused within the account.
package struct EmailID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let raw: Int64
  package init(raw: Int64) { self.raw = raw }
  package var description: String { String(raw) }
  package static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
}

/// A message's number in its mailbox (RFC 9051 §2.3.1.1).
package typealias UID = UInt32

/// A modification sequence: one counter for the whole account (RFC 7162).
package typealias Modseq = UInt64
