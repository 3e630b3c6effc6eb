import Database

extension AccountEntry {
  /// The account with its whole mailbox tree; nil when there is none.
  static func read(_ id: AccountID, _ connection: Connection) throws(DatabaseFault) -> AccountEntry? {
    let found = try connection.first(AccountSQL.read, [.int(id.raw)]) { row in
      AccountEntry(
        id: id, nextModseq: row.int(0), nextItem: row.int(1), nextMailbox: row.int(2), nextUIDValidity: row.int(3),
        usedBytes: row.int(4), usedCount: row.int(5), byteLimit: row.optionalInt(6), countLimit: row.optionalInt(7))
    }
    guard let found else { return nil }
    let mailboxes = try connection.rows(AccountSQL.mailboxes, [.int(id.raw)]) { row in
      MailboxEntry(
        id: MailboxID(raw: row.int(0)), parent: MailboxID(raw: row.int(1)), name: row.text(2),
        uidValidity: UInt32(truncatingIfNeeded: row.int(3)), uidNext: row.int(4), highestModseq: Modseq(row.int(5)),
        role: row.optionalText(6).flatMap(MailboxRole.init(rawValue:)), isSelectable: row.int(7) != 0)
    }
    for mailbox in mailboxes { found.mailboxes[mailbox.id] = mailbox }
    return found
  }
}
