import Database
import Logging

/// One account out of a backup into a running store: its mailboxes become what they were at the backup.
///
/// What the account has now is removed first (and stays recoverable as any removed mail). Mailboxes are made anew, so each has a new
/// UIDVALIDITY; messages keep their items (POP's UIDL), and new items come from a fresh generation. When it breaks off, running it
/// again makes it whole.
struct AccountReturn {
  let store: Store
  /// Of the backup.
  let index: Connection
  let blobs: BlobReader
  /// The account's number in the backup, and now.
  let old: AccountID
  let new: AccountID
  /// Who the accounts of the backup are now; who is missing is nobody any more.
  let people: [AccountID: AccountID]
  let progress: WorkProgress

  private static let batchBytes = 4 << 20

  struct Mailbox {
    var info: MailboxInfo
    var keywords: [String]
    /// Its access list, for the accounts of today.
    var access: [AccessEntry]
    var records: [MessageRecord]
  }

  func run() throws(StoreFault) -> RestoreReport {
    let mailboxes = try read()
    let lane = try store.lane(of: new)
    let account = new
    let nextItem = try inStore { () throws(DatabaseFault) in
      try index.first(BackupSQL.raiseItems, [.int(old.raw)]) { $0.int(0) }
    }
    guard let nextItem else { throw .noSuchAccount }
    let made = try lane.performBlocking { transaction throws(StoreFault) in
      try transaction.empty(account, nextItem: nextItem, mailboxes: mailboxes)
    }
    let total = mailboxes.reduce(0) { $0 + Int64($1.records.count) }
    var report = RestoreReport()
    for (mailbox, id) in zip(mailboxes, made) {
      report.mailboxes.append(mailbox.info.name)
      try fill(id, mailbox, lane, total, &report)
    }
    return report
  }

  private func fill(
    _ id: MailboxID, _ mailbox: Mailbox, _ lane: Lane, _ total: Int64, _ report: inout RestoreReport
  ) throws(StoreFault) {
    var waiting: [AppendItem] = []
    var bytes = 0
    let account = new
    for (index, record) in mailbox.records.enumerated() {
      if store.isStopping { throw .closed }
      do throws(StoreFault) {
        waiting.append(try item(record, mailbox))
        bytes += record.size
      } catch {
        guard case .damaged(let what) = error else { throw error }
        store.logger.error("a message of the backup is damaged", metadata: ["what": "\(what)"])
      }
      guard bytes >= Self.batchBytes || waiting.count >= 500 || index == mailbox.records.count - 1 else { continue }
      let messages = store.planned(waiting)
      _ = try lane.performBlocking { transaction throws(StoreFault) in
        try transaction.append(messages, to: id, of: account, by: account)
      }
      report.restored += waiting.count
      (waiting, bytes) = ([], 0)
      progress(Int64(report.restored), total)
    }
  }

  private func item(_ record: MessageRecord, _ mailbox: Mailbox) throws(StoreFault) -> AppendItem {
    let location = try inStore { () throws(DatabaseFault) in
      try index.first(MessageSQL.location, [.int(old.raw), .int(record.email.raw)]) { row in
        BlobLocation(
          segment: Int(row.int(0)), offset: Int(row.int(1)), length: Int(row.int(2)), rawLength: Int(row.int(3)),
          codec: SegmentRecord.Codec(rawValue: UInt8(truncatingIfNeeded: row.int(4))) ?? .plain)
      }
    }
    guard let location else { throw .damaged("a message without its blob") }
    let bytes = try blobs.read(location)
    let message = try SpooledMessage(.memory(bytes), hash: BlobPlan.hash(of: bytes), store.spooler)
    var item = AppendItem(
      message: message, flags: record.flags.intersection(.system),
      keywords: record.flags.keywordIndices.filter { $0 < mailbox.keywords.count }.map { mailbox.keywords[$0] },
      internalDate: record.keptDate.rawValue)
    item.item = record.item
    item.savedAt = record.savedAt
    item.uniqueID = try inStore { () throws(DatabaseFault) in
      try index.first(POPSQL.uidl, [.int(old.raw), .int(record.item)]) { $0.text(0) }
    }
    return item
  }

  private func today(_ entry: AccessEntry) -> AccessEntry? {
    guard let who = entry.identifier.account else { return entry }
    guard let now = who == old ? new : people[who] else { return nil }
    return AccessEntry(AccessIdentifier(now, isNegative: entry.identifier.isNegative), entry.rights)
  }

  private func read() throws(StoreFault) -> [Mailbox] {
    try inStore { () throws(DatabaseFault) in
      guard let owner = try AccountEntry.read(old, index) else {
        throw DatabaseFault(.misuse, "the account is not in the backup")
      }
      let subscribed = Set(try index.rows(AccountSQL.subscriptions, [.int(old.raw)]) { $0.text(0) })
      return try owner.infos(subscribed: subscribed).map { info throws(DatabaseFault) in
        let values: [SQLValue] = [.int(old.raw), .int(info.id.raw)]
        return Mailbox(
          info: info, keywords: try index.rows(AccountSQL.keywords, values) { $0.text(1) },
          access: try index.rows(AccessSQL.list, values) {
            AccessEntry(AccessIdentifier(raw: $0.int(0)), AccessRights($0.text(1)) ?? [])
          }.compactMap(today),
          records: try records(values))
      }
    }
  }

  /// With the flags that were the owner's own; what he alone had hidden comes back too.
  private func records(_ mailbox: [SQLValue]) throws(DatabaseFault) -> [MessageRecord] {
    var records = try index.rows(MessageSQL.table, mailbox) { MessageRecord(row: $0) }
    guard try index.schemaVersion() >= Schema.membersVersion else { return records }
    let states = try index.rows(MemberSQL.states, mailbox + [.int(old.raw)]) {
      (UID(truncatingIfNeeded: $0.int(0)), Flags(rawValue: UInt64(bitPattern: $0.int(1))))
    }
    if states.isEmpty { return records }
    let own = Dictionary(states) { $1 }
    for index in records.indices {
      guard let flags = own[records[index].uid] else { continue }
      records[index].flags = records[index].flags.with(own: flags)
    }
    return records
  }
}

extension LaneTransaction {
  /// Removes all that the account has and makes the mailboxes of a backup, empty; their numbers.
  func empty(
    _ id: AccountID, nextItem: Int64, mailboxes: [AccountReturn.Mailbox]
  ) throws(StoreFault) -> [MailboxID] {
    let owner = try account(id)
    willRemove()
    // Children before parents; INBOX is emptied and gets a new UIDVALIDITY.
    let infos = owner.infos(subscribed: []).sorted { $0.name.utf8.count > $1.name.utf8.count }
    for info in infos {
      guard let entry = owner.mailboxes[info.id] else { continue }
      let modseq = owner.takeModseq()
      if entry.role != .inbox {
        try deleteMailbox(try MailboxPath(info.name), of: id)
        continue
      }
      let records = try rows(.everything, in: entry, of: owner)
      try remove(records, .everything, from: entry, of: owner, modseq: modseq, cause: .mailboxDeleted)
      try makeSelectable(entry, role: .inbox, of: owner, modseq: modseq)
      // Who has it open must look anew.
      edit(id, entry.id) { $0.isDeleted = true }
    }
    // Names that only held others are gone with them or stay empty.
    let generation = (max(nextItem, owner.nextItem) >> 40) + 1
    owner.nextItem = generation << 40
    let modseq = owner.takeModseq()
    var made: [MailboxID] = []
    for mailbox in mailboxes { made.append(try make(mailbox.info, of: owner, modseq)) }
    // Only when all are made: a new mailbox takes over the list of the one above it.
    for (mailbox, number) in zip(mailboxes, made) { try put(mailbox.access, number, of: id) }
    return made
  }

  private func make(
    _ info: MailboxInfo, of owner: AccountEntry, _ modseq: Modseq
  ) throws(StoreFault) -> MailboxID {
    let path = try MailboxPath(info.name)
    if info.isSubscribed { try runOnTree(AccountSQL.subscribe, [.int(owner.id.raw), .text(path.name)]) }
    if let there = find(path, in: owner) {
      if info.isSelectable, !there.isSelectable {
        try makeSelectable(there, role: info.role, of: owner, modseq: modseq)
      }
      return there.id
    }
    let parent = try makeParents(of: path, in: owner, modseq: modseq)
    return try insert(path.levels[path.levels.count - 1], in: parent, role: info.role, of: owner, modseq: modseq).id
  }
}

extension Store {
  /// Brings one account back from a backup. `old` and `lane` are its number and lane there, `people` who the accounts there are now: they
  /// get the rights that they had.
  package func restoreAccount(
    _ new: AccountID, from backup: String, old: AccountID, lane: Int, people: [AccountID: AccountID] = [:],
    _ progress: @escaping WorkProgress = { _, _ in }
  ) async throws(StoreFault) -> RestoreReport {
    try await apart("store restore") { store throws(StoreFault) in
      let manifest = try BackupManifest.read(backup)
      let folder = "\(backup)/lane-\(lane % manifest.lanes)"
      let index = try inStore { () throws(DatabaseFault) in try Connection(reading: "\(folder)/index.sqlite") }
      defer { index.close() }
      let blobs = BlobReader(segments: SegmentFolder("\(folder)/segments", .readOnly))
      return try AccountReturn(
        store: store, index: index, blobs: blobs, old: old, new: new, people: people, progress: progress
      ).run()
    }
  }
}
