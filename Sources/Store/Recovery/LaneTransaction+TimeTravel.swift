import Database

/// What shall be as it was.
struct TimeTravel: Sendable {
  /// Seconds since 1970 UTC.
  var moment: Int64
  /// nil = the whole account.
  var mailbox: MailboxPath?
  /// Where messages go that came later; nil = they stay where they are.
  var newer: MailboxPath?
}

extension LaneTransaction {
  /// Makes mailboxes hold exactly what they held at a moment, as far back as removed mail is kept: what left comes back, what was
  /// moved moves back, what came later goes to a mailbox of its own. Flags are as last known; UIDs of what comes back are new.
  func travel(_ travel: TimeTravel, of account: AccountID) throws(StoreFault) -> RestoreReport {
    let owner = try self.account(account)
    let history = try history(of: account)
    let targets = try targets(travel, history, account)
    var report = RestoreReport()
    willRemove()
    let modseq = owner.takeModseq()
    var members: [(entry: MailboxEntry, items: Set<Int64>)] = []
    for target in targets {
      let values: [SQLValue] = [.int(account.raw), .int(target.raw), .int(travel.moment)]
      let left = try removedRows(RecoverySQL.goneSince, values)
      let entry = try revive(target, history, of: owner, modseq: modseq, &report)
      var items = Set(left.map(\.record.item))
      for record in try rows(.everything, in: entry, of: owner) where record.savedAt <= travel.moment {
        items.insert(record.item)
      }
      try bringBack(left, to: entry, of: owner, modseq: modseq, &report)
      members.append((entry, items))
    }
    guard let newer = travel.newer else { return report }
    for (entry, items) in members {
      let extra = try rows(.everything, in: entry, of: owner).filter { !items.contains($0.item) }
      if extra.isEmpty { continue }
      let aside = try place(for: newer, of: owner, modseq: modseq)
      _ = try moveRows(
        extra, UIDRanges(extra.map(\.uid)), from: entry, to: aside, of: owner, modseq: modseq)
      report.setAside += extra.count
    }
    return report
  }

  /// The mailboxes that are meant: with a name that one, also one deleted since; without, all that were there.
  private func targets(
    _ travel: TimeTravel, _ history: MailboxHistory, _ account: AccountID
  ) throws(StoreFault) -> [MailboxID] {
    let then = history.entries.values.filter { entry in entry.deletedAt.map { $0 > travel.moment } ?? true }
    if let path = travel.mailbox {
      let found = then.filter { $0.path == path.name }.sorted { ($0.deletedAt ?? .max) < ($1.deletedAt ?? .max) }
      // Of several of that name the one that lived longest ago is the one of that moment.
      guard let first = found.first else { throw .noSuchMailbox }
      return [first.id]
    }
    // Dates of mailboxes' making are not kept, but what the account's counter stood at is known from its messages.
    let firstAfter = try inStore { () throws(DatabaseFault) in
      try connection.first(RecoverySQL.firstAfter, [.int(account.raw), .int(travel.moment)]) { $0.optionalInt(0) }
    }
    let limit = (firstAfter ?? nil).map { Modseq($0) } ?? .max
    return then.filter { $0.deletedAt == nil || $0.created < limit }.map(\.id).sorted()
  }

  private func bringBack(
    _ left: [RemovedRow], to entry: MailboxEntry, of owner: AccountEntry, modseq: Modseq,
    _ report: inout RestoreReport
  ) throws(StoreFault) {
    var seen: Set<Int64> = []
    var removed: [RemovedRow] = []
    // A message that went and came several times has several rows: the newest says its flags.
    for row in left.sorted(by: { $0.goneAt > $1.goneAt }) where seen.insert(row.record.item).inserted {
      let place = try inStore { () throws(DatabaseFault) in
        try connection.first(MessageSQL.uidOfItem, [.int(owner.id.raw), .int(row.record.item)]) {
          (MailboxID(raw: $0.int(0)), UID(truncatingIfNeeded: $0.int(1)))
        }
      }
      guard let (now, uid) = place else {
        removed.append(row)
        continue
      }
      guard now != entry.id, let from = owner.mailboxes[now] else { continue }
      let ranges = UIDRanges([uid])
      let records = try rows(ranges, in: from, of: owner)
      _ = try moveRows(records, ranges, from: from, to: entry, of: owner, modseq: modseq)
      report.movedBack += 1
    }
    if removed.isEmpty { return }
    try checkRoom(owner, bytes: removed.reduce(0) { $0 + $1.record.size }, count: removed.count)
    try putBack(removed.sorted { $0.record.uid < $1.record.uid }, in: entry, of: owner, modseq: modseq)
    report.restored += removed.count
  }

  private func place(
    for path: MailboxPath, of owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) -> MailboxEntry {
    if let there = find(path, in: owner), there.isSelectable { return there }
    let parent = try makeParents(of: path, in: owner, modseq: modseq)
    return try insert(path.levels[path.levels.count - 1], in: parent, role: nil, of: owner, modseq: modseq)
  }
}
