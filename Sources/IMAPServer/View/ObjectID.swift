import Store

/// Object identifiers (RFC 8474 §4): a letter for the kind, then the store's number, unique within the account.
///
/// `owner`: whose mailbox it is in, where that is somebody else; his numbers are told apart from the user's own.
enum ObjectID {
  static func email(_ id: EmailID, of owner: AccountID?) -> String { "M" + place(owner) + String(id.raw) }
  /// RFC 8474 §5.2: never the same value as an email's.
  static func thread(_ id: Int64, of owner: AccountID?) -> String { "T" + place(owner) + String(id) }
  /// The thread that an identifier names; nil for one that was never given out.
  static func thread(_ id: String, of owner: AccountID?) -> Int64? {
    let head = "T" + place(owner)
    guard id.hasPrefix(head), let number = Int64(id.dropFirst(head.count)), thread(number, of: owner) == id else {
      return nil
    }
    return number
  }
  /// RFC 8474 §4: never the same for a mailbox whose UIDs begin anew, as after DELETE and CREATE of a name with others below it; so
  /// UIDVALIDITY is a part of it.
  static func mailbox(_ id: MailboxID, _ uidValidity: UInt32, of owner: AccountID?) -> String {
    "F" + place(owner) + "\(id.raw)-\(uidValidity)"
  }

  private static func place(_ owner: AccountID?) -> String { owner.map { "\($0.raw)-" } ?? "" }
}
