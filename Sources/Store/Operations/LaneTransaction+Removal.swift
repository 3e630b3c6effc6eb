import Database

/// UIDs as ascending ranges of consecutive numbers: what a statement with BETWEEN takes in one go.
struct UIDRanges: Sendable {
  private(set) var ranges: [ClosedRange<UID>] = []

  static let everything = UIDRanges(ranges: [1...UID.max])

  private init(ranges: [ClosedRange<UID>]) { self.ranges = ranges }

  /// `ranges` in any order, overlaps allowed.
  init(covering ranges: [ClosedRange<UID>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// `uids` in any order, repeats allowed.
  init(_ uids: [UID]) {
    var isAscending = true
    for index in uids.indices.dropFirst() where uids[index] <= uids[index - 1] {
      isAscending = false
      break
    }
    for uid in isAscending ? uids : uids.sorted() {
      if let last = ranges.last, uid <= last.upperBound { continue }
      if let last = ranges.last, uid == last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...uid
      } else {
        ranges.append(uid...uid)
      }
    }
  }
}

extension LaneTransaction {
  /// The rows of `ranges` that are there and have all of `flags`, ascending.
  func rows(
    _ ranges: UIDRanges, having flags: Flags = [], in mailbox: MailboxEntry, of account: AccountEntry
  ) throws(StoreFault) -> [MessageRecord] {
    let statement = try prepare(MessageSQL.range)
    var records: [MessageRecord] = []
    for range in ranges.ranges {
      statement.bind(1, account.id.raw)
      statement.bind(2, mailbox.id.raw)
      statement.bind(3, Int64(range.lowerBound))
      statement.bind(4, Int64(range.upperBound))
      statement.bind(5, Int64(bitPattern: flags.rawValue))
      try inStore { () throws(DatabaseFault) in
        while try statement.step() { records.append(MessageRecord(row: statement)) }
      }
    }
    return records
  }

  /// Takes `records` (all rows of `ranges` with all of `flags`) out of the mailbox: `gone` keeps them recoverable, `vanished` keeps
  /// the UIDs for QRESYNC.
  func remove(
    _ records: [MessageRecord], _ ranges: UIDRanges, having flags: Flags = [], from mailbox: MailboxEntry,
    of account: AccountEntry, modseq: Modseq, cause: GoneCause
  ) throws(StoreFault) {
    if records.isEmpty { return }
    willRemove()
    let insert = try prepare(MessageSQL.insertGone)
    let delete = try prepare(MessageSQL.deletePlacements)
    for range in ranges.ranges {
      for statement in [insert, delete] {
        statement.bind(1, account.id.raw)
        statement.bind(2, mailbox.id.raw)
        statement.bind(3, Int64(range.lowerBound))
        statement.bind(4, Int64(range.upperBound))
        statement.bind(5, Int64(bitPattern: flags.rawValue))
      }
      insert.bind(6, Int64(modseq))
      insert.bind(7, stamp)
      insert.bind(8, cause.rawValue)
      try inStore { () throws(DatabaseFault) in
        try insert.run()
        try delete.run()
      }
    }
    try noteVanished(records.map(\.uid), in: mailbox, of: account, modseq: modseq)
    account.use(bytes: -records.reduce(0) { $0 + $1.size }, count: -records.count)
    mailbox.touch(modseq)
    edit(account.id, mailbox.id) { $0.table.removed += records.map(\.uid) }
    if isOwn(mailbox.id, account.id) {
      try forgetStates(UIDRanges(records.map(\.uid)), in: mailbox.id, of: account.id, modseq: modseq)
    }
  }

  private func noteVanished(
    _ uids: [UID], in mailbox: MailboxEntry, of account: AccountEntry, modseq: Modseq
  ) throws(StoreFault) {
    for range in UIDRanges(uids).ranges { try noteVanished(range, in: mailbox, of: account, modseq: modseq) }
  }

  func noteVanished(
    _ range: ClosedRange<UID>, in mailbox: MailboxEntry, of account: AccountEntry, modseq: Modseq
  ) throws(StoreFault) {
    let statement = try prepare(MessageSQL.insertVanished)
    statement.bind(1, account.id.raw)
    statement.bind(2, mailbox.id.raw)
    statement.bind(3, Int64(modseq))
    statement.bind(4, Int64(range.lowerBound))
    statement.bind(5, Int64(range.upperBound))
    try inStore { () throws(DatabaseFault) in try statement.run() }
  }
}

extension MessageRecord {
  /// From a row of `MessageSQL.table` or `.range`.
  init(row: Statement) {
    self.init(
      uid: UID(truncatingIfNeeded: row.int(0)), flags: Flags(rawValue: UInt64(bitPattern: row.int(1))),
      modseq: Modseq(bitPattern: row.int(2)), size: Int(row.int(3)), internalDate: row.int(4), savedAt: row.int(5),
      email: EmailID(raw: row.int(6)), item: row.int(7))
  }
}
