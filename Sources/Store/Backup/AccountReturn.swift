import Database
import Logging

/// One account out of a backup into a running store: its mailboxes become what they were at the backup.
///
/// Mailboxes are made anew, so each has a new UIDVALIDITY; messages keep their items (POP's UIDL), and new items come from a fresh
/// generation.
///
/// Invariants
/// 1. Nothing is changed unless disk and quotas have room for all of it.
/// 2. What the account has now is removed first and set aside (`GoneCause.setAside`): neither the cap of removed mail nor a full disk takes
///    it before the account is whole again. From then on it is removed mail like any other.
/// 3. When it breaks off (`.brokenOff`), running it again makes it whole, and what was set aside can come back.
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
  /// What a message takes beside its content, about.
  private static let indexBytes = 2_048

  struct Mailbox {
    var info: MailboxInfo
    var keywords: [String]
    /// Its access list, for the accounts of today.
    var access: [AccessEntry]
    var annotations: [OwnedAnnotation]
    var records: [MessageRecord]
  }

  /// An annotation with whose it is; 0 = everybody's.
  struct OwnedAnnotation {
    var who: Int64
    var annotation: Annotation
  }

  /// What an account gets back, before its messages.
  struct Frame {
    var mailboxes: [Mailbox]
    /// Those of the account itself.
    var annotations: [OwnedAnnotation]
    /// The backup's counter of items.
    var nextItem: Int64
    /// How many generations of items are left out, at random: another return of the same backup takes others.
    var generations: Int64

    var bytes: Int { mailboxes.reduce(0) { $0 + $1.records.reduce(0) { $0 + $1.size } } }
    var count: Int { mailboxes.reduce(0) { $0 + $1.records.count } }
  }

  func run() throws(StoreFault) -> RestoreReport {
    let mailboxes = try read()
    let lane = try store.lane(of: new)
    let account = new
    let nextItem = try inStore { () throws(DatabaseFault) in
      try index.first(BackupSQL.raiseItems, [.int(old.raw)]) { $0.int(0) }
    }
    guard let nextItem else { throw .noSuchAccount }
    let frame = Frame(
      mailboxes: mailboxes, annotations: try annotations(of: 0), nextItem: nextItem,
      generations: BackupFolder.someGenerations())
    try checkDisk(mailboxes, lane)
    let made = try lane.performBlocking { transaction throws(StoreFault) in try transaction.empty(account, for: frame) }
    let total = Int64(frame.count)
    var report = RestoreReport()
    do throws(StoreFault) {
      for (mailbox, id) in zip(mailboxes, made) {
        report.mailboxes.append(mailbox.info.name)
        try fill(id, mailbox, lane, total, &report)
      }
      try lane.performBlocking { transaction throws(StoreFault) in try transaction.letGo(account) }
    } catch { throw .brokenOff(error.description) }
    return report
  }

  /// Throws `.diskFull` when there is no room for what the lane does not have already.
  private func checkDisk(_ mailboxes: [Mailbox], _ lane: Lane) throws(StoreFault) {
    var needed = 0
    let here = try inStore { () throws(DatabaseFault) in try Connection(lane.indexPath, .reader, cacheKiB: 4_096) }
    defer { here.close() }
    for record in mailboxes.flatMap(\.records) {
      needed += Self.indexBytes
      let isMissing = try inStore { () throws(DatabaseFault) in
        let hash = try index.first(MessageSQL.emailBlob, [.int(old.raw), .int(record.email.raw)]) { $0.bytes(1) }
        guard let hash else { return false }
        return try here.first(LaneSQL.blob, [0, .bytes(hash)]) { _ in true } == nil
      }
      if isMissing { needed += record.size }
    }
    if !store.hasDiskRoom(for: needed) { throw .diskFull }
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
        report.damaged += 1
      }
      guard bytes >= Self.batchBytes || waiting.count >= 500 || index == mailbox.records.count - 1 else { continue }
      let messages = store.planned(waiting)
      _ = try lane.performBlocking { transaction throws(StoreFault) in
        try transaction.append(messages, to: id, of: account, by: account, asksQuota: false)
      }
      report.restored += waiting.count
      (waiting, bytes) = ([], 0)
      progress(Int64(report.restored), total)
    }
  }

  private func item(_ record: MessageRecord, _ mailbox: Mailbox) throws(StoreFault) -> AppendItem {
    let location = try inStore { () throws(DatabaseFault) in
      try index.first(MessageSQL.location, [.int(old.raw), .int(record.email.raw)]) { BlobLocation(row: $0, from: 0) }
    }
    guard let location, let location else { throw .damaged("a message without its blob") }
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
    guard let now = today(who) else { return nil }
    return AccessEntry(AccessIdentifier(now, isNegative: entry.identifier.isNegative), entry.rights)
  }

  private func today(_ who: AccountID) -> AccountID? { who == old ? new : people[who] }

  /// Of a mailbox, 0 = of the account itself.
  private func annotations(of mailbox: Int64) throws(StoreFault) -> [OwnedAnnotation] {
    let rows = try inStore { () throws(DatabaseFault) in
      try index.rows(MetadataSQL.everybodys, [.int(old.raw), .int(mailbox)]) {
        OwnedAnnotation(who: $0.int(0), annotation: Annotation(entry: $0.text(1), value: $0.bytes(2)))
      }
    }
    return rows.compactMap { row in
      if row.who == 0 { return row }
      return today(AccountID(raw: row.who)).map { OwnedAnnotation(who: $0.raw, annotation: row.annotation) }
    }
  }

  private func read() throws(StoreFault) -> [Mailbox] {
    var mailboxes = try readMailboxes()
    for index in mailboxes.indices {
      mailboxes[index].annotations = try annotations(of: mailboxes[index].info.id.raw)
    }
    return mailboxes
  }

  private func readMailboxes() throws(StoreFault) -> [Mailbox] {
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
          }.compactMap(today), annotations: [], records: try records(values))
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
  /// Sets aside all that the account has and makes the mailboxes of a backup, empty; their numbers. Throws `.overQuota`,
  /// `.domainOverQuota` and `.diskFull` before anything is changed.
  func empty(_ id: AccountID, for frame: AccountReturn.Frame) throws(StoreFault) -> [MailboxID] {
    let owner = try account(id)
    if isLow { throw .diskFull }
    try checkQuota(owner, bytes: frame.bytes - Int(owner.usedBytes), count: frame.count - Int(owner.usedCount))
    willRemove()
    // Children before parents; INBOX is emptied and gets a new UIDVALIDITY.
    let infos = owner.infos(subscribed: []).sorted { $0.name.utf8.count > $1.name.utf8.count }
    for info in infos {
      guard let entry = owner.mailboxes[info.id] else { continue }
      let modseq = owner.takeModseq()
      if entry.role != .inbox {
        try deleteMailbox(try MailboxPath(info.name), of: id, cause: .setAside)
        continue
      }
      let records = try rows(.everything, in: entry, of: owner)
      try remove(records, .everything, from: entry, of: owner, modseq: modseq, cause: .setAside)
      try removeAnnotations(of: entry.id, id)
      try makeSelectable(entry, role: .inbox, of: owner, modseq: modseq)
      // Who has it open must look anew.
      edit(id, entry.id) { $0.isDeleted = true }
    }
    // Names that only held others are gone with them or stay empty.
    let generation = (max(frame.nextItem, owner.nextItem) >> 40) + frame.generations
    owner.nextItem = generation << 40
    let modseq = owner.takeModseq()
    var made: [MailboxID] = []
    for mailbox in frame.mailboxes { made.append(try make(mailbox.info, of: owner, modseq)) }
    // Only when all are made: a new mailbox takes over the list of the one above it.
    for (mailbox, number) in zip(frame.mailboxes, made) {
      try put(mailbox.access, number, of: id)
      try put(mailbox.annotations, number.raw, of: id)
    }
    try run(MetadataSQL.removeAll, [.int(id.raw), 0])
    try put(frame.annotations, 0, of: id)
    return made
  }

  private func put(
    _ annotations: [AccountReturn.OwnedAnnotation], _ mailbox: Int64, of account: AccountID
  ) throws(StoreFault) {
    for row in annotations {
      try run(
        MetadataSQL.put,
        [
          .int(account.raw), .int(mailbox), .int(row.who), .text(row.annotation.entry), .bytes(row.annotation.value),
        ])
    }
  }

  /// The account is whole: what was set aside for it is removed mail like any other.
  func letGo(_ id: AccountID) throws(StoreFault) {
    willChange()
    try run(
      CollectionSQL.letGo,
      [.int(id.raw), .int(GoneCause.setAside.rawValue), .int(GoneCause.mailboxDeleted.rawValue)])
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
