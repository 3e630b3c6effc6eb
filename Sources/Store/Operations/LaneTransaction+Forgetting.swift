import Database

/// One row of `gone`.
struct GoneRow: Sendable {
  var account: AccountID
  var mailbox: MailboxID
  var uid: UID
  var email: EmailID
  var item: Int64
  /// Bytes that go with it.
  var size = 0

  init(account: AccountID, mailbox: MailboxID, uid: UID, email: EmailID, item: Int64) {
    self.account = account
    self.mailbox = mailbox
    self.uid = uid
    self.email = email
    self.item = item
  }

  init(row: Statement) {
    account = AccountID(raw: row.int(0))
    mailbox = MailboxID(raw: row.int(1))
    uid = UID(truncatingIfNeeded: row.int(2))
    email = EmailID(raw: row.int(3))
    item = row.int(4)
  }

  init(sizedRow row: Statement) {
    self.init(row: row)
    size = Int(row.int(5))
  }
}

extension LaneTransaction {
  /// Takes removed messages out of reach for good. Rows that are not there any more are passed over.
  func purge(_ rows: [GoneRow]) throws(StoreFault) {
    if rows.isEmpty { return }
    willRemove()
    for row in rows {
      try run(CollectionSQL.deleteGone, [.int(row.account.raw), .int(row.mailbox.raw), .int(Int64(row.uid))])
    }
    for row in rows where try forget(row.email, of: row.account) {
      // RFC 1939 §7: an id is never used again, so it stays with nobody.
      try run(POPSQL.buryUIDL, [.int(row.account.raw), .int(row.item)])
    }
  }

  /// The one place where an email is finally deleted: when no mailbox and no removed message names it. Its blob is left to a sweep.
  /// False: something names it still (or it is gone already).
  func forget(_ email: EmailID, of account: AccountID) throws(StoreFault) -> Bool {
    let key: [SQLValue] = [.int(account.raw), .int(email.raw)]
    let isNamed = try inStore { () throws(DatabaseFault) in
      try connection.first(CollectionSQL.isNamed, key) { _ in true }
    }
    if isNamed == true { return false }
    let blob = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.emailBlob, key) { ($0.int(0), $0.bytes(1)) }
    }
    guard let blob else { return false }
    willRemove()
    try run(MessageSQL.deleteEmail, key)
    try run(MessageSQL.deleteDerived, key)
    try run(CollectionSQL.deleteTodo, key)
    try run(POPSQL.deleteWireSize, key)
    emailsForgotten[account, default: []].append(email)
    try run(CollectionSQL.insertUnnamed, [.int(blob.0), .bytes(blob.1)])
    return true
  }
}
