import Database

extension Store {
  /// Removed messages that can still come back, newest removal first.
  package func deletedMessages(
    _ mailbox: String? = nil, of account: AccountID
  ) async throws(StoreFault) -> [DeletedMessage] {
    try await lane(of: account).read { reader throws(StoreFault) in
      let history = try reader.history(of: account)
      let wanted = try mailbox.map { name throws(StoreFault) in Set(history.ids(named: try MailboxPath(name).name)) }
      let rows = try inStore { () throws(DatabaseFault) in
        try reader.connectionForRecovery().rows(RecoverySQL.deleted, [.int(account.raw), 0]) {
          (RemovedRow(row: $0), $0.text(11))
        }
      }
      var items: Set<Int64> = []
      return rows.compactMap { row, subject in
        if let wanted, !wanted.contains(row.mailbox) { return nil }
        // Removed several times: the newest counts (`LaneTransaction.removed`).
        guard items.insert(row.record.item).inserted else { return nil }
        return DeletedMessage(
          mailbox: row.mailbox, uid: row.record.uid, mailboxName: history.entries[row.mailbox]?.path ?? "",
          email: row.record.email, item: row.record.item, size: row.record.size, subject: subject,
          internalDate: row.record.internalDate, removedAt: row.goneAt, cause: RemovedBy(row.cause))
      }
    }
  }

  /// Brings removed messages back to where they were. Throws `.overQuota`, `.noSuchMessage`, `.noSuchMailbox`.
  package func restoreDeleted(
    _ choice: DeletedChoice, of account: AccountID
  ) async throws(StoreFault) -> RestoreReport {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.restore(choice, of: account)
    }
  }

  /// Takes removed messages out of reach for good; how many.
  package func purgeDeleted(_ choice: DeletedChoice, of account: AccountID) async throws(StoreFault) -> Int {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.purge(choice, of: account)
    }
  }

  /// Makes a mailbox (nil: all) hold exactly what it held at `moment`. Messages that came later move to the mailbox `newer`
  /// (nil: they stay). Throws `.overQuota`, `.noSuchMailbox`.
  package func restore(
    to moment: Int64, _ mailbox: String? = nil, newer: String?, of account: AccountID
  ) async throws(StoreFault) -> RestoreReport {
    let travel = TimeTravel(
      moment: moment, mailbox: try mailbox.map { name throws(StoreFault) in try MailboxPath(name) },
      newer: try newer.map { name throws(StoreFault) in try MailboxPath(name) })
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.travel(travel, of: account)
    }
  }
}

extension LaneReader {
  func connectionForRecovery() throws(DatabaseFault) -> Connection {
    do throws(StoreFault) { return try connection() } catch { throw DatabaseFault(.cannotOpen, error.description) }
  }

  func history(of account: AccountID) throws(StoreFault) -> MailboxHistory {
    let connection = try connection()
    return try inStore { () throws(DatabaseFault) in try MailboxHistory(account, connection) }
  }
}
