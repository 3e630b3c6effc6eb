import Store

/// Object identifiers (RFC 8474 §4): a letter for the kind, then the store's number, unique within the account.
enum ObjectID {
  static func email(_ id: EmailID) -> String { "M\(id.raw)" }
  /// RFC 8474 §5.2: never the same value as an email's.
  static func thread(_ id: Int64) -> String { "T\(id)" }
  /// The thread that an identifier names; nil for one that was never given out.
  static func thread(_ id: String) -> Int64? {
    guard id.first == "T", let number = Int64(id.dropFirst()), thread(number) == id else { return nil }
    return number
  }
  static func mailbox(_ id: MailboxID) -> String { "F\(id.raw)" }
}
