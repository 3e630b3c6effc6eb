import Database

extension LaneTransaction {
  private static let firstMailboxes: [(String, MailboxRole)] = [
    ("INBOX", .inbox), ("Sent", .sent), ("Drafts", .drafts), ("Trash", .trash), ("Junk", .junk),
    ("Archive", .archive),
  ]

  /// `uidValidity` is where the account's counter starts, random: it does not come from the clock (invariant 7).
  func createAccount(_ id: AccountID, uidValidity: UInt32) throws(StoreFault) {
    if isLow { throw .diskFull }
    let there = try inStore { () throws(DatabaseFault) in try AccountEntry.read(id, connection) }
    if there != nil { throw .accountExists }
    willChange()
    try run(AccountSQL.insert, [.int(id.raw), 1, 1, 1, .int(Int64(uidValidity))])
    forget(id)
    let owner = try account(id)
    let modseq = owner.takeModseq()
    for (name, role) in Self.firstMailboxes {
      _ = try insert(name, in: MailboxEntry.top, role: role, of: owner, modseq: modseq)
      try runOnTree(AccountSQL.subscribe, [.int(id.raw), .text(name)])
    }
    accountsMade.append(id)
  }

  func removeAccount(_ id: AccountID) throws(StoreFault) {
    let owner = try account(id)
    willRemove()
    for mailbox in owner.mailboxes.values { edit(id, mailbox.id) { $0.isDeleted = true } }
    try run(CollectionSQL.unnameAccount, [.int(id.raw)])
    for sql in AccountSQL.removals + POPSQL.removals { try run(sql, [.int(id.raw)]) }
    forget(id)
    accountsRemoved.append(id)
  }

  func setLimits(bytes: Int64?, count: Int64?, of id: AccountID) throws(StoreFault) {
    let owner = try account(id)
    willChange()
    owner.byteLimit = bytes
    owner.countLimit = count
    owner.isDirty = true
    try run(AccountSQL.setLimits, [.int(id.raw), .optional(bytes), .optional(count)])
  }
}
