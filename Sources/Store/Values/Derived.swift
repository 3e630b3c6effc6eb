/// What one parse of a message at delivery found out, ready to send. Kept beside the message; rebuilt when `version` rises.
package struct Derived: Sendable, Equatable {
  /// The IMAP ENVELOPE, ready text with its parentheses.
  package var envelope: [UInt8]
  /// The IMAP BODYSTRUCTURE (with extension data), ready text with its parentheses.
  package var structure: [UInt8]
  /// At most 256 characters of plain text (RFC 8970 PREVIEW).
  package var preview: String
  /// The Date field, seconds since 1970 UTC; nil when missing or unreadable.
  package var sentAt: Int64?
  /// The Message-ID without angle brackets.
  package var messageID: String?
  /// Message-IDs of this message and of those it answers, nearest last.
  package var threadKeys: [String]
  /// The decoded subject.
  package var subject: String
  /// `ThreadKey.hashes` of this message: what decides at delivery which thread it joins. Not kept, so empty when read back.
  package var threadHashes: [Int64] = []
  /// The thread it is in (RFC 8474 THREADID); only when read back, nil for messages from before there were threads.
  package var thread: Int64?

  package init(
    envelope: [UInt8], structure: [UInt8], preview: String = "", sentAt: Int64? = nil, messageID: String? = nil,
    threadKeys: [String] = [], subject: String = ""
  ) {
    self.envelope = envelope
    self.structure = structure
    self.preview = preview
    self.sentAt = sentAt
    self.messageID = messageID
    self.threadKeys = threadKeys
    self.subject = subject
  }
}

extension Derived {
  func with(thread: Int64?) -> Derived {
    var derived = self
    derived.thread = thread
    return derived
  }
}
