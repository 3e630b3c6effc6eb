import Store

/// Object identifiers (RFC 8474 §4): a letter for the kind, then the store's number, unique within the account.
enum ObjectID {
  static func email(_ id: EmailID) -> String { "M\(id.raw)" }
  static func mailbox(_ id: MailboxID) -> String { "F\(id.raw)" }
}
