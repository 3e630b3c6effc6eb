/// An annotation of a mailbox or of the account's view of the server (RFC 5464).
package struct Annotation: Sendable, Equatable {
  /// In lower case: `/shared/comment`, `/private/vendor/…`.
  package var entry: String
  package var value: [UInt8]

  package init(entry: String, value: [UInt8]) {
    self.entry = entry
    self.value = value
  }
}

/// One entry to set, or with nil to remove.
package struct AnnotationChange: Sendable {
  package var entry: String
  package var value: [UInt8]?

  package init(entry: String, value: [UInt8]?) {
    self.entry = entry
    self.value = value
  }
}

/// How much may be annotated. RFC 5464 §4.1 asks for at least 1,024 octets and 10 entries.
package struct AnnotationLimits: Sendable {
  /// Octets of a value.
  package var value = 65_536
  /// Entries of one mailbox, or of the server.
  package var entries = 200
  package init() {}
}
