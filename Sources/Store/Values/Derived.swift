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
  /// A header of the message or of a part has text outside ASCII (RFC 6532). Becomes `Flags.internationalized`; not kept itself.
  package var isInternationalized = false
  /// How POP3 sends it otherwise than it is stored; nil for nearly all mail.
  package var wireSize: WireSize?
  /// What was found about the sender when the message came in: the value of an Authentication-Results field (RFC 8601), unfolded.
  /// Not derived from the message; nil where nobody looked.
  package var authenticationResults: String?
  /// `ThreadKey.hashes` of this message: what decides at delivery which thread it joins. Not kept, so empty when read back.
  package var threadHashes: [Int64] = []
  /// The thread it is in (RFC 8474 THREADID); only when read back, nil for messages from before there were threads.
  package var thread: Int64?

  package init(
    envelope: [UInt8], structure: [UInt8], preview: String = "", sentAt: Int64? = nil, messageID: String? = nil,
    threadKeys: [String] = [], subject: String = "",
    wireSize: WireSize? = nil
  ) {
    self.envelope = envelope
    self.structure = structure
    self.preview = preview
    self.sentAt = sentAt
    self.messageID = messageID
    self.threadKeys = threadKeys
    self.subject = subject
    self.wireSize = wireSize
  }
}

extension Derived {
  func with(thread: Int64?) -> Derived {
    var derived = self
    derived.thread = thread
    return derived
  }
}
