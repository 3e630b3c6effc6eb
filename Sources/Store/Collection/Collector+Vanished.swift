import Database

extension Collector {
  /// Mailboxes with fewer rows are left alone.
  private static let fewRows: Int64 = 100

  /// The history of what vanished is exact for as long as removed mail can come back; what is older becomes one row a mailbox.
  ///
  /// Who was away for longer is told of every UID in its range that is not there: more than it needs, never less (RFC 7162 §3.2.5.1,
  /// §3.2.6). Without this a mailbox from which mail is removed one by one would keep a row for each message for ever.
  func mergeVanished() throws(StoreFault) {
    if report.isTimeInDoubt { return }
    let long = try rows(CollectionSQL.longVanished, [.int(Self.fewRows)]) {
      (account: AccountID(raw: $0.int(0)), mailbox: MailboxID(raw: $0.int(1)))
    }
    for (account, mailbox) in long {
      try goOn()
      try lane.performBlocking { transaction throws(StoreFault) in
        try transaction.mergeVanished(in: mailbox, of: account)
      }
    }
  }
}

extension LaneTransaction {
  fileprivate func mergeVanished(in mailbox: MailboxID, of account: AccountID) throws(StoreFault) {
    let key: [SQLValue] = [.int(account.raw), .int(mailbox.raw)]
    let old = try inStore { () throws(DatabaseFault) in
      try connection.first(CollectionSQL.oldVanished, key) { ($0.int(0), $0.int(1), $0.int(2), $0.int(3)) }
    }
    guard let (count, modseq, low, high) = old, count > 1 else { return }
    willRemove()
    try run(CollectionSQL.deleteOldVanished, key + [.int(modseq)])
    try run(MessageSQL.insertVanished, key + [.int(modseq), .int(low), .int(high)])
  }
}
