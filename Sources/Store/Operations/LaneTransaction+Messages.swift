import Database

extension LaneTransaction {
  // MARK: STORE

  /// RFC 9051 §6.4.6, RFC 7162 §3.1.3. All messages that change get one new modseq. `who`: the one who does it, nil = the owner.
  func setFlags(
    _ change: FlagChange, ranges: UIDRanges, in mailbox: MailboxID, of account: AccountID, by who: AccountID? = nil
  ) throws(StoreFault) -> FlagResult {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    // A name that the mailbox does not know need not be learned to be taken away.
    let named =
      change.mode == .remove
      ? try knownBits(change.keywords, in: target, account) : try bits(change.keywords, in: target, account)
    let bits = change.flags.intersection(.system).union(named).intersection(change.allowed)
    let (keep, add): (Flags, Flags) =
      switch change.mode {
      case .replace: (Flags.hidden.union(Flags(rawValue: ~change.allowed.rawValue)), bits)
      case .add: (Flags(rawValue: .max), bits)
      case .remove: (Flags(rawValue: ~bits.rawValue), [])
      }
    if let member = try membership(of: who ?? account, in: mailbox, account) {
      return try setFlags(
        ranges, keep: keep, add: add, unchangedSince: change.unchangedSince, by: member, in: target, of: owner)
    }
    let modified = try change.unchangedSince.map { since throws(StoreFault) in
      try newer(than: since, ranges, target, owner)
    }
    let modseq = Modseq(owner.nextModseq)
    let look = try prepare(MessageSQL.flagsToSet)
    let write = try prepare(MessageSQL.setFlags)
    var edits: [TableEdit.FlagEdit] = []
    for range in ranges.ranges {
      for statement in [look, write] {
        statement.bind(1, account.raw)
        statement.bind(2, mailbox.raw)
        statement.bind(3, Int64(range.lowerBound))
        statement.bind(4, Int64(range.upperBound))
        statement.bind(5, Int64(bitPattern: keep.rawValue))
        statement.bind(6, Int64(bitPattern: add.rawValue))
        statement.bind(7, change.unchangedSince.map { Int64(clamping: $0) } ?? .max)
      }
      let found = edits.count
      try inStore { () throws(DatabaseFault) in
        while try look.step() {
          edits.append(
            .init(
              uid: UID(truncatingIfNeeded: look.int(0)), flags: Flags(rawValue: UInt64(bitPattern: look.int(1))),
              modseq: modseq))
        }
      }
      if edits.count == found { continue }
      willChange()
      write.bind(8, Int64(modseq))
      try inStore { () throws(DatabaseFault) in try write.run() }
    }
    if edits.isEmpty { return FlagResult(modified: modified ?? [], modseq: nil) }
    _ = owner.takeModseq()
    target.touch(modseq)
    edit(account, mailbox) { $0.table.flagged += edits }
    return FlagResult(modified: modified ?? [], modseq: modseq)
  }

  private func newer(
    than modseq: Modseq, _ ranges: UIDRanges, _ mailbox: MailboxEntry, _ account: AccountEntry
  ) throws(StoreFault) -> [UID] {
    var uids: [UID] = []
    for range in ranges.ranges {
      uids += try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MessageSQL.newer,
          [
            .int(account.id.raw), .int(mailbox.id.raw), .int(Int64(range.lowerBound)), .int(Int64(range.upperBound)),
            .int(Int64(clamping: modseq)),
          ]
        ) { UID(truncatingIfNeeded: $0.int(0)) }
      }
    }
    return uids
  }

  // MARK: APPEND

  /// `who`: whose own flags those of the messages are, where members have an own state; nil = everybody's to begin with.
  func append(
    _ messages: [(NewMessage, keywords: [String])], to mailbox: MailboxID, of account: AccountID,
    by who: AccountID? = nil
  ) throws(StoreFault) -> AppendResult {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    if messages.count == 1, let identity = messages[0].0.sentIdentity,
      let uid = try sentCopy(identity, in: target, of: account)
    {
      let (message, keywords) = messages[0]
      _ = try setFlags(
        FlagChange(uids: [uid], mode: .add, flags: message.flags, keywords: keywords), ranges: UIDRanges([uid]),
        in: mailbox, of: account)
      return AppendResult(uidValidity: target.uidValidity, uids: [uid])
    }
    try checkRoom(owner, bytes: messages.reduce(0) { $0 + $1.0.plan.rawLength }, count: messages.count)
    willChange()
    let modseq = owner.takeModseq()
    var uids: [UID] = []
    for (message, keywords) in messages {
      var message = message
      message.flags = message.flags.intersection(.system).union(try bits(keywords, in: target, account))
      let own = try takeOwn(&message.flags, by: who, in: mailbox, account)
      let record = try file(message, in: target, of: owner, modseq: modseq)
      try give(own, record, in: mailbox, account)
      if let id = message.uniqueID { try keep(id, for: record.item, of: account) }
      if let identity = message.sentIdentity { try noteSentCopy(identity, item: record.item, of: account) }
      uids.append(record.uid)
    }
    return AppendResult(uidValidity: target.uidValidity, uids: uids)
  }

  // MARK: COPY and MOVE

  /// `keeping`: the flags that go along. `who`: the one who does it, nil = the owner.
  func copy(
    _ ranges: UIDRanges, from source: MailboxID, to destination: MailboxID, of account: AccountID,
    keeping: Flags = .everything, by who: AccountID? = nil
  ) throws(StoreFault) -> CopyResult {
    let owner = try self.account(account)
    let from = try owner.selectable(source)
    let to = try owner.selectable(destination)
    let records = try rows(ranges, by: who, in: from, of: owner)
    if records.isEmpty { return CopyResult(uidValidity: to.uidValidity, source: [], destination: []) }
    try checkRoom(owner, bytes: records.reduce(0) { $0 + $1.size }, count: records.count)
    let uids = try copyRows(
      records, from: from, to: to, of: owner, modseq: owner.takeModseq(), keeping: keeping, by: who ?? account)
    return CopyResult(uidValidity: to.uidValidity, source: records.map(\.uid), destination: uids)
  }

  private func copyRows(
    _ records: [MessageRecord], from: MailboxEntry, to: MailboxEntry, of owner: AccountEntry, modseq: Modseq,
    keeping: Flags, by who: AccountID
  ) throws(StoreFault) -> [UID] {
    willChange()
    var translation = try KeywordTranslation(self, from: from, to: to, owner.id)
    var uids: [UID] = []
    for record in records {
      var copy = record
      copy.flags.formIntersection(keeping)
      copy.item = owner.takeItem()
      try relocate(&copy, to, owner, modseq, &translation, by: who)
      uids.append(copy.uid)
    }
    owner.use(bytes: records.reduce(0) { $0 + $1.size }, count: records.count)
    return uids
  }

  /// RFC 6851: one step; the item (POP's identity) goes along. Out of a mailbox in which each member has an own state a copy goes, and the
  /// message is hidden from this member alone; since he removes as much as he adds, no quota stands against it.
  func move(
    _ ranges: UIDRanges, from source: MailboxID, to destination: MailboxID, of account: AccountID,
    keeping: Flags = .everything, by who: AccountID? = nil
  ) throws(StoreFault) -> CopyResult {
    let owner = try self.account(account)
    let from = try owner.selectable(source)
    let to = try owner.selectable(destination)
    let member = try membership(of: who ?? account, in: source, account)
    let seen = try member.map { member throws(StoreFault) in try self.seen(ranges, by: member, in: source, account) }
    let records: [MessageRecord]
    if let seen { records = seen.map(\.record) } else { records = try rows(ranges, in: from, of: owner) }
    if records.isEmpty { return CopyResult(uidValidity: to.uidValidity, source: [], destination: []) }
    let modseq = owner.takeModseq()
    let uids: [UID]
    if let member, let seen, from === to {
      // Others would find it twice.
      uids = try renumber(seen, for: member, in: to, of: owner, modseq: modseq)
    } else if let member, let seen {
      uids = try copyRows(
        records, from: from, to: to, of: owner, modseq: modseq, keeping: keeping, by: who ?? account)
      try hide(seen, from: member, in: from, of: owner, modseq: modseq, cause: .expunged)
    } else {
      uids = try moveRows(
        records, ranges, from: from, to: to, of: owner, modseq: modseq, keeping: keeping, by: who ?? account)
    }
    return CopyResult(uidValidity: to.uidValidity, source: records.map(\.uid), destination: uids)
  }

  /// Moves `records` (all rows of `ranges`) for everybody; the new UIDs. `who`: whose own flags they carry, nil = everybody's.
  func moveRows(
    _ records: [MessageRecord], _ ranges: UIDRanges, from: MailboxEntry, to: MailboxEntry, of owner: AccountEntry,
    modseq: Modseq, keeping: Flags = .everything, by who: AccountID? = nil
  ) throws(StoreFault) -> [UID] {
    willRemove()
    try remove(records, ranges, from: from, of: owner, modseq: modseq, cause: .moved)
    var translation = try KeywordTranslation(self, from: from, to: to, owner.id)
    var uids: [UID] = []
    for record in records {
      var moved = record
      moved.flags.formIntersection(keeping)
      try relocate(&moved, to, owner, modseq, &translation, by: who)
      uids.append(moved.uid)
    }
    owner.use(bytes: records.reduce(0) { $0 + $1.size }, count: records.count)
    return uids
  }

  private func relocate(
    _ record: inout MessageRecord, _ to: MailboxEntry, _ owner: AccountEntry, _ modseq: Modseq,
    _ translation: inout KeywordTranslation, by who: AccountID?
  ) throws(StoreFault) {
    record.flags = try translation.flags(record.flags, self)
    record.uid = try to.takeUID()
    record.modseq = modseq
    record.savedAt = now
    let own = try takeOwn(&record.flags, by: who, in: to.id, owner.id)
    let hash = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.emailBlob, [.int(owner.id.raw), .int(record.email.raw)]) { $0.bytes(1) }
    }
    try place(record, hash: hash ?? [UInt8](repeating: 0, count: 32), resendKey: PlaceRecord.noKey, in: to, of: owner)
    try give(own, record, in: to.id, owner.id)
  }

  // MARK: REPLACE

  /// RFC 8508 §3.4: adds a message and removes one in one durable step; only the difference counts against the quota.
  func replace(
    _ uid: UID, in source: MailboxID, with new: NewMessage, keywords: [String], to destination: MailboxID,
    of account: AccountID, by who: AccountID? = nil
  ) throws(StoreFault) -> AppendResult {
    let owner = try self.account(account)
    let from = try owner.selectable(source)
    let to = try owner.selectable(destination)
    let ranges = UIDRanges([uid])
    let member = try membership(of: who ?? account, in: source, account)
    let seen = try member.map { member throws(StoreFault) in try self.seen(ranges, by: member, in: source, account) }
    let records: [MessageRecord]
    if let seen { records = seen.map(\.record) } else { records = try rows(ranges, in: from, of: owner) }
    guard let old = records.first else { throw .noSuchMessage }
    if isLow { throw .diskFull }
    try checkQuota(owner, bytes: new.plan.rawLength - old.size, count: 0)
    willRemove()
    let modseq = owner.takeModseq()
    var message = new
    message.flags = message.flags.intersection(.system).union(try bits(keywords, in: to, account))
    let own = try takeOwn(&message.flags, by: who ?? account, in: destination, account)
    let made = try file(message, in: to, of: owner, modseq: modseq)
    try give(own, made, in: destination, account)
    if let member, let seen {
      try hide(seen, from: member, in: from, of: owner, modseq: modseq, cause: .expunged)
    } else {
      try remove(records, ranges, from: from, of: owner, modseq: modseq, cause: .expunged)
    }
    return AppendResult(uidValidity: to.uidValidity, uids: [made.uid])
  }

  // MARK: EXPUNGE and DELE

  /// Where members have an own state, only `who` (nil = the owner) loses sight of the messages.
  func expunge(
    _ ranges: UIDRanges, in mailbox: MailboxID, of account: AccountID, by who: AccountID? = nil
  ) throws(StoreFault) -> [UID] {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    if let member = try membership(of: who ?? account, in: mailbox, account) {
      let rows = try seen(ranges, by: member, in: mailbox, account).filter { $0.record.flags.contains(.deleted) }
      if rows.isEmpty { return [] }
      try hide(rows, from: member, in: target, of: owner, modseq: owner.takeModseq(), cause: .expunged)
      return rows.map(\.record.uid)
    }
    let records = try rows(ranges, having: .deleted, in: target, of: owner)
    if records.isEmpty { return [] }
    let modseq = owner.takeModseq()
    try remove(records, ranges, having: .deleted, from: target, of: owner, modseq: modseq, cause: .expunged)
    return records.map(\.uid)
  }

  func remove(
    items: [Int64], from mailbox: MailboxID, of account: AccountID, cause: GoneCause
  ) throws(StoreFault) {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    var uids: [UID] = []
    for item in items {
      let place = try inStore { () throws(DatabaseFault) in
        try connection.first(MessageSQL.uidOfItem, [.int(account.raw), .int(item)]) { ($0.int(0), $0.int(1)) }
      }
      if let place, place.0 == mailbox.raw { uids.append(UID(truncatingIfNeeded: place.1)) }
    }
    _ = try takeAway(UIDRanges(uids), from: target, of: owner, cause: cause)
  }

  /// Takes messages, by their own UIDs, out of the owner's mailbox; where members have an own state, out of his sight. What is gone for all.
  func takeAway(
    _ ranges: UIDRanges, from mailbox: MailboxEntry, of owner: AccountEntry, cause: GoneCause
  ) throws(StoreFault) -> (seen: [MessageRecord], gone: [MessageRecord]) {
    if let member = try membership(of: owner.id, in: mailbox.id, owner.id) {
      let rows = try self.rows(places: ranges, by: member, in: mailbox, of: owner)
      if rows.isEmpty { return ([], []) }
      let gone = try hide(
        rows, from: member, in: mailbox, of: owner, modseq: owner.takeModseq(), cause: cause)
      return (rows.map(\.record), gone)
    }
    let records = try rows(ranges, in: mailbox, of: owner)
    if records.isEmpty { return ([], []) }
    try remove(records, ranges, from: mailbox, of: owner, modseq: owner.takeModseq(), cause: cause)
    return (records, records)
  }
}

/// Keyword bits mean names, and names have other bits in another mailbox. One that has no place there stays behind: flags should go
/// along (RFC 9051 §6.4.7), the message must.
struct KeywordTranslation {
  private let from: [String]
  private let to: MailboxEntry
  private let account: AccountID
  private let isSame: Bool
  private var known: [Int: Flags] = [:]

  init(
    _ transaction: LaneTransaction, from: MailboxEntry, to: MailboxEntry, _ account: AccountID
  ) throws(StoreFault) {
    self.from = try transaction.keywords(from, account)
    self.to = to
    self.account = account
    isSame = from === to
  }

  mutating func flags(_ flags: Flags, _ transaction: LaneTransaction) throws(StoreFault) -> Flags {
    if isSame { return flags }
    var result = flags.intersection(.system.union(.hidden))
    for index in flags.keywordIndices where index < from.count {
      if known[index] == nil { known[index] = try transaction.bits([from[index]], in: to, account, asFit: true) }
      result.formUnion(known[index] ?? [])
    }
    return result
  }
}
