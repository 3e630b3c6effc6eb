import Database

extension LaneTransaction {
  func history(of account: AccountID) throws(StoreFault) -> MailboxHistory {
    try inStore { () throws(DatabaseFault) in try MailboxHistory(account, connection) }
  }

  /// The removed messages that are meant, each once: a message that was removed several times has several rows, the newest counts.
  func removed(_ choice: DeletedChoice, of account: AccountID) throws(StoreFault) -> [RemovedRow] {
    var items: Set<Int64> = []
    return try allRemoved(choice, of: account).filter { items.insert($0.record.item).inserted }
  }

  /// Newest removal first.
  private func allRemoved(_ choice: DeletedChoice, of account: AccountID) throws(StoreFault) -> [RemovedRow] {
    switch choice {
    case .all: return try removedRows(RecoverySQL.deleted, [.int(account.raw), 0])
    case .mailbox(let name):
      var rows: [RemovedRow] = []
      let ids = try history(of: account).ids(named: try MailboxPath(name).name)
      if ids.isEmpty { throw .noSuchMailbox }
      for id in ids { rows += try removedRows(RecoverySQL.deleted, [.int(account.raw), .int(id.raw)]) }
      return rows.sorted { $0.goneModseq > $1.goneModseq }
    case .messages(let names):
      var rows: [RemovedRow] = []
      for name in Set(names) {
        let found = try removedRows(
          RecoverySQL.gone, [.int(account.raw), .int(name.mailbox.raw), .int(Int64(name.uid))])
        // What was moved lives elsewhere, or left there later: that is another row.
        guard let row = found.first, ![GoneCause.moved, .discarded, .restored].map(\.rawValue).contains(row.cause),
          try !isPlaced(row.record.item, account)
        else { throw .noSuchMessage }
        rows.append(row)
      }
      return rows.sorted { $0.goneModseq > $1.goneModseq }
    }
  }

  /// Whether a message of the account is somewhere.
  func isPlaced(_ item: Int64, _ account: AccountID) throws(StoreFault) -> Bool {
    try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.uidOfItem, [.int(account.raw), .int(item)]) { _ in true } == true
    }
  }

  func removedRows(_ sql: SQL, _ values: [SQLValue]) throws(StoreFault) -> [RemovedRow] {
    try inStore { () throws(DatabaseFault) in try connection.rows(sql, values) { RemovedRow(row: $0) } }
  }

  /// Brings removed messages back to where they were, under new UIDs, with the flags and keywords they had; deleted mailboxes come
  /// back too. A message keeps its item (POP's UIDL) unless something else has it.
  func restore(_ choice: DeletedChoice, of account: AccountID) throws(StoreFault) -> RestoreReport {
    let owner = try self.account(account)
    let rows = try removed(choice, of: account)
    var report = RestoreReport()
    if rows.isEmpty { return report }
    try checkRoom(owner, bytes: rows.reduce(0) { $0 + $1.record.size }, count: rows.count)
    willRemove()
    let modseq = owner.takeModseq()
    let history = try history(of: account)
    // In the order in which they were there: old UIDs ascending.
    for (mailbox, some) in Dictionary(grouping: rows, by: \.mailbox).sorted(by: { $0.key < $1.key }) {
      let target = try revive(mailbox, history, of: owner, modseq: modseq, &report)
      try putBack(some.sorted { $0.record.uid < $1.record.uid }, in: target, of: owner, modseq: modseq)
      report.restored += some.count
    }
    return report
  }

  /// Takes removed messages out of reach for good: with all that is known of where they were before, or time travel would find them there.
  func purge(_ choice: DeletedChoice, of account: AccountID) throws(StoreFault) -> Int {
    _ = try self.account(account)
    let items = Set(try removed(choice, of: account).map(\.record.item))
    if items.isEmpty { return 0 }
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(RecoverySQL.everyGone, [.int(account.raw)]) { GoneRow(row: $0) }
    }
    try purge(rows.filter { items.contains($0.item) })
    return items.count
  }

  /// The mailbox, or one of its name when it was deleted: there again or made anew, with its role if nobody has that now.
  func revive(
    _ id: MailboxID, _ history: MailboxHistory, of owner: AccountEntry, modseq: Modseq, _ report: inout RestoreReport
  ) throws(StoreFault) -> MailboxEntry {
    if let entry = owner.mailboxes[id], entry.isSelectable { return entry }
    guard let old = history.entries[id] else { return try owner.mailbox(for: .inbox) }
    let path = try MailboxPath(old.path)
    let role = old.role.flatMap { role in owner.mailboxes.values.contains { $0.role == role } ? nil : role }
    if let there = find(path, in: owner) {
      if !there.isSelectable {
        try makeSelectable(there, role: role, of: owner, modseq: modseq)
        report.mailboxes.append(path.name)
      }
      return there
    }
    let parent = try makeParents(of: path, in: owner, modseq: modseq)
    let made = try insert(path.levels[path.levels.count - 1], in: parent, role: role, of: owner, modseq: modseq)
    report.mailboxes.append(path.name)
    return made
  }

  func putBack(
    _ rows: [RemovedRow], in target: MailboxEntry, of owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) {
    var names: [MailboxID: [Int: String]] = [:]
    try unhide(rows.map(\.record.item), owner.id)
    for row in rows {
      if names[row.mailbox] == nil { names[row.mailbox] = try oldKeywords(row.mailbox, owner.id) }
      var record = row.record
      let keywords = record.flags.keywordIndices.compactMap { names[row.mailbox]?[$0] }
      record.flags = record.flags.intersection(Flags.system.union(.internationalized)).union(
        try bits(keywords, in: target, owner.id, asFit: true))
      record.uid = try target.takeUID()
      record.modseq = modseq
      record.savedAt = stamp
      if try isPlaced(record.item, owner.id) { record.item = owner.takeItem() }
      try run(POPSQL.reviveUIDL, [.int(owner.id.raw), .int(record.item)])
      let hash = try inStore { () throws(DatabaseFault) in
        try connection.first(MessageSQL.emailBlob, [.int(owner.id.raw), .int(record.email.raw)]) { $0.bytes(1) }
      }
      guard let hash else { throw .damaged("a removed message without its email") }
      try place(record, hash: hash, resendKey: PlaceRecord.noKey, in: target, of: owner)
      try run(
        RecoverySQL.setCause,
        [
          .int(owner.id.raw), .int(row.mailbox.raw), .int(Int64(row.record.uid)), .int(GoneCause.restored.rawValue),
        ])
      owner.use(bytes: record.size, count: 1)
    }
  }

  /// Names by keyword index, also of a mailbox that was deleted.
  private func oldKeywords(_ mailbox: MailboxID, _ account: AccountID) throws(StoreFault) -> [Int: String] {
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(RecoverySQL.keywords, [.int(account.raw), .int(mailbox.raw)]) {
        (Int($0.int(0)) - Flags.firstKeywordBit, $0.text(1))
      }
    }
    return Dictionary(rows) { first, _ in first }
  }
}
