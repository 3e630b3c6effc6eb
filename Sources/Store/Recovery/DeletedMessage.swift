import Database

/// A removed message that can still come back.
package struct DeletedMessage: Sendable, Equatable {
  /// Names it: the mailbox it was in, and its UID there.
  package var mailbox: MailboxID
  package var uid: UID
  /// The mailbox's name, also of one that was deleted.
  package var mailboxName: String
  package var email: EmailID
  package var item: Int64
  package var size: Int
  package var subject: String
  package var internalDate: Int64
  /// When it was removed, seconds since 1970 UTC.
  package var removedAt: Int64
  package var cause: RemovedBy
}

/// What took a message away.
package enum RemovedBy: String, Sendable {
  case expunge, pop, mailbox, expiry, filter, other

  init(_ cause: Int64) {
    switch GoneCause(rawValue: cause) {
    case .expunged: self = .expunge
    case .popped: self = .pop
    case .mailboxDeleted, .setAside: self = .mailbox
    case .expired: self = .expiry
    case .filter: self = .filter
    default: self = .other
    }
  }
}

/// Which removed messages are meant.
package enum DeletedChoice: Sendable {
  case all
  /// All that were in the mailbox of this name, deleted ones of that name too.
  case mailbox(String)
  /// By mailbox number and UID.
  case messages([DeletedName])
}

/// Names a removed message: the mailbox it was in, and its UID there.
package struct DeletedName: Sendable, Hashable {
  package var mailbox: MailboxID
  package var uid: UID

  package init(_ mailbox: MailboxID, _ uid: UID) {
    self.mailbox = mailbox
    self.uid = uid
  }
}

/// What came back.
package struct RestoreReport: Sendable, Equatable {
  package var restored = 0
  /// Messages that had been moved and are where they were.
  package var movedBack = 0
  /// Messages that came later and are in the mailbox for newer ones.
  package var setAside = 0
  /// Mailboxes that had been deleted.
  package var mailboxes: [String] = []
  /// Messages of a backup that cannot be read.
  package var damaged = 0
}

/// A row of `gone` as it comes back.
struct RemovedRow: Sendable {
  var mailbox: MailboxID
  var record: MessageRecord
  var goneAt: Int64
  var goneModseq: Int64
  var cause: Int64

  init(row: Statement) {
    mailbox = MailboxID(raw: row.int(0))
    record = MessageRecord(
      uid: UID(truncatingIfNeeded: row.int(1)), flags: Flags(rawValue: UInt64(bitPattern: row.int(4))), modseq: 0,
      size: Int(row.int(9)), internalDate: row.int(7), savedAt: row.int(8), email: EmailID(raw: row.int(2)),
      item: row.int(3))
    goneAt = row.int(5)
    goneModseq = row.int(10)
    cause = row.int(6)
  }
}

/// All mailboxes that an account has or had, with their paths.
struct MailboxHistory {
  struct Entry {
    var id: MailboxID
    var path: String
    var role: MailboxRole?
    var deletedAt: Int64?
    var created: Modseq
  }

  private(set) var entries: [MailboxID: Entry] = [:]

  init(_ account: AccountID, _ connection: Connection) throws(DatabaseFault) {
    struct Row {
      var parent: Int64
      var name: String
      var entry: Entry
    }
    var rows: [Int64: Row] = [:]
    let found = try connection.rows(RecoverySQL.mailboxes, [.int(account.raw)]) { row in
      (
        row.int(0),
        Row(
          parent: row.int(1), name: row.text(2),
          entry: Entry(
            id: MailboxID(raw: row.int(0)), path: "", role: row.optionalText(3).flatMap(MailboxRole.init(rawValue:)),
            deletedAt: row.optionalInt(4), created: Modseq(row.int(5))))
      )
    }
    for (id, row) in found { rows[id] = row }
    for (id, row) in rows {
      var levels = [row.name]
      var parent = row.parent
      while let above = rows[parent], levels.count <= MailboxPath.depthLimit {
        levels.append(above.name)
        parent = above.parent
      }
      var entry = row.entry
      entry.path = levels.reversed().joined(separator: String(MailboxPath.separator))
      entries[MailboxID(raw: id)] = entry
    }
  }

  func ids(named name: String) -> [MailboxID] {
    entries.values.filter { $0.path == name }.map(\.id).sorted()
  }
}
