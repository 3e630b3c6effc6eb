import Database

/// A message as one member sees it.
struct SeenRow {
  /// With the UID under which he sees it, his flags, and the higher modseq.
  var record: MessageRecord
  /// The UID of the message itself.
  var place: UID
  /// The placement's flags: shared ones, and the own ones that it came with.
  var shared: Flags

  /// From a row of `MemberSQL.seen` and its like.
  init(row: Statement) {
    record = MessageRecord(row: row)
    place = record.uid
    shared = record.flags
    if let own = row.optionalInt(8) { record.flags = shared.with(own: Flags(rawValue: UInt64(bitPattern: own))) }
    if let modseq = row.optionalInt(9) { record.modseq = max(record.modseq, Modseq(modseq)) }
    record.uid = UID(truncatingIfNeeded: row.int(10))
  }

  /// `own_state.shown`
  var shown: UID { record.uid == place ? 0 : record.uid }
}

// What members do to a mailbox in which each has an own state (requirement A17).
extension LaneTransaction {
  /// The messages of `ranges` (UIDs as the member sees them), ascending.
  func seen(
    _ ranges: UIDRanges, by member: Membership, in mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) -> [SeenRow] {
    var rows: [SeenRow] = []
    for range in ranges.ranges {
      let values: [SQLValue] = [
        .int(account.raw), .int(mailbox.raw), .int(member.who), .int(Int64(range.lowerBound)),
        .int(Int64(range.upperBound)),
      ]
      rows += try inStore { () throws(DatabaseFault) in
        try connection.rows(MemberSQL.seen, values + [.int(Int64(member.fromUID))]) { SeenRow(row: $0) }
          + connection.rows(MemberSQL.seenAgain, values) { SeenRow(row: $0) }
      }
    }
    return rows.sorted { $0.record.uid < $1.record.uid }
  }

  /// As `seen`, with the messages' own UIDs in `ranges`.
  func rows(
    places ranges: UIDRanges, by member: Membership, in mailbox: MailboxEntry, of owner: AccountEntry
  ) throws(StoreFault) -> [SeenRow] {
    var rows: [SeenRow] = []
    for range in ranges.ranges {
      rows += try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MemberSQL.seen,
          [
            .int(owner.id.raw), .int(mailbox.id.raw), .int(member.who), .int(Int64(range.lowerBound)),
            .int(Int64(range.upperBound)), .int(Int64(member.fromUID)),
          ]
        ) { SeenRow(row: $0) }
      }
    }
    let again = try inStore { () throws(DatabaseFault) in
      try connection.rows(
        MemberSQL.seenAgain,
        [.int(owner.id.raw), .int(mailbox.id.raw), .int(member.who), 1, .int(Int64(UID.max))]
      ) { SeenRow(row: $0) }
    }
    rows += again.filter { row in ranges.ranges.contains { $0.contains(row.place) } }
    return rows.sorted { $0.record.uid < $1.record.uid }
  }

  /// The rows of `ranges` as `who` sees them, whatever the mailbox's mode.
  func rows(
    _ ranges: UIDRanges, by who: AccountID?, in mailbox: MailboxEntry, of owner: AccountEntry
  ) throws(StoreFault) -> [MessageRecord] {
    guard let member = try membership(of: who ?? owner.id, in: mailbox.id, owner.id) else {
      return try rows(ranges, in: mailbox, of: owner)
    }
    return try seen(ranges, by: member, in: mailbox.id, owner.id).map(\.record)
  }

  // MARK: Flags

  /// STORE: own flags for this member, the others for all; one new modseq for what changes.
  func setFlags(
    _ ranges: UIDRanges, keep: Flags, add: Flags, unchangedSince: Modseq?, by member: Membership,
    in mailbox: MailboxEntry, of owner: AccountEntry
  ) throws(StoreFault) -> FlagResult {
    var result = FlagResult(modified: [], modseq: nil)
    let modseq = Modseq(owner.nextModseq)
    var (isShared, isOwn) = (false, false)
    for row in try seen(ranges, by: member, in: mailbox.id, owner.id) {
      if let unchangedSince, row.record.modseq > unchangedSince {
        result.modified.append(row.record.uid)
        continue
      }
      let before = row.record.flags
      let after = before.intersection(keep).union(add)
      if after == before { continue }
      willChange()
      result.modseq = modseq
      if after.subtracting(.own) != before.subtracting(.own) {
        isShared = true
        try setShared(after.with(own: row.shared), row.place, modseq, mailbox.id, owner.id)
      }
      if after.intersection(.own) != before.intersection(.own) {
        if !isOwn { try enroll(member, in: mailbox.id, owner.id) }
        isOwn = true
        try setOwn(after, row, modseq, by: member.who, mailbox.id, owner.id)
      }
    }
    if result.modseq == nil { return result }
    _ = owner.takeModseq()
    if isShared { mailbox.touch(modseq) }
    if isOwn { try touch(member.who, modseq, in: mailbox.id, owner.id) }
    return result
  }

  private func setShared(
    _ flags: Flags, _ uid: UID, _ modseq: Modseq, _ mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) {
    try run(
      MemberSQL.setFlags,
      [
        .int(account.raw), .int(mailbox.raw), .int(Int64(uid)), .int(Int64(bitPattern: flags.rawValue)),
        .int(Int64(modseq)),
      ])
    edit(account, mailbox) { $0.table.flagged.append(.init(uid: uid, flags: flags, modseq: modseq)) }
  }

  private func setOwn(
    _ flags: Flags, _ row: SeenRow, _ modseq: Modseq, by who: Int64, _ mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) {
    try putState(flags, of: row.place, hidden: false, modseq, shown: row.shown, by: who, mailbox, account)
    edit(account, mailbox) {
      $0.members[AccountID(raw: who), default: MemberEdit()].flagged.append(
        .init(uid: row.place, flags: flags, modseq: modseq))
    }
  }

  private func putState(
    _ flags: Flags, of uid: UID, hidden: Bool, _ modseq: Modseq, shown: UID, by who: Int64, _ mailbox: MailboxID,
    _ account: AccountID
  ) throws(StoreFault) {
    try run(
      MemberSQL.putState,
      [
        .int(account.raw), .int(mailbox.raw), .int(who), .int(Int64(uid)),
        .int(Int64(bitPattern: flags.intersection(.own).rawValue)), .int(hidden ? 1 : 0), .int(Int64(modseq)),
        .int(Int64(shown)),
      ])
  }

  // MARK: Adding

  /// Takes from a new message's flags what belongs to the one who adds it; `give` puts it down for him.
  func takeOwn(
    _ flags: inout Flags, by who: AccountID?, in mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) -> (member: Membership, flags: Flags)? {
    let own = flags.intersection(.own)
    guard !own.isEmpty, let who, let list = members(mailbox, account) else { return nil }
    flags.subtract(.own)
    // Who may add and not read has no state here.
    guard var member = list.member(who) else { return nil }
    member.who = who.raw
    return (member, own)
  }

  func give(
    _ own: (member: Membership, flags: Flags)?, _ record: MessageRecord, in mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) {
    guard let own else { return }
    let who = own.member.who
    try enroll(own.member, in: mailbox, account)
    try putState(own.flags, of: record.uid, hidden: false, record.modseq, shown: 0, by: who, mailbox, account)
    edit(account, mailbox) {
      $0.members[AccountID(raw: who), default: MemberEdit()].flagged.append(
        .init(uid: record.uid, flags: own.flags, modseq: record.modseq))
    }
    try touch(who, record.modseq, in: mailbox, account)
  }

  // MARK: Hiding and showing

  /// Takes messages out of this member's sight; those that nobody sees any more go for good, as `cause` says. How many went.
  @discardableResult
  func hide(
    _ rows: [SeenRow], from member: Membership, in mailbox: MailboxEntry, of owner: AccountEntry, modseq: Modseq,
    cause: GoneCause
  ) throws(StoreFault) -> [MessageRecord] {
    if rows.isEmpty { return [] }
    willChange()
    try enroll(member, in: mailbox.id, owner.id)
    for row in rows {
      try putState(
        row.record.flags, of: row.place, hidden: true, modseq, shown: 0, by: member.who, mailbox.id, owner.id)
    }
    let uids = rows.map(\.record.uid)
    try noteVanished(UIDRanges(uids).ranges, for: member.who, in: mailbox.id, owner.id, modseq)
    edit(owner.id, mailbox.id) {
      $0.members[AccountID(raw: member.who), default: MemberEdit()].hidden += uids
    }
    var abandoned: [UID] = []
    for range in UIDRanges(rows.map(\.place)).ranges {
      abandoned += try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MemberSQL.abandoned,
          [
            .int(owner.id.raw), .int(mailbox.id.raw), .int(Int64(range.lowerBound)), .int(Int64(range.upperBound)),
          ]
        ) { UID(truncatingIfNeeded: $0.int(0)) }
      }
    }
    if abandoned.isEmpty { return [] }
    let ranges = UIDRanges(abandoned)
    let records = try self.rows(ranges, in: mailbox, of: owner)
    try remove(records, ranges, from: mailbox, of: owner, modseq: modseq, cause: cause)
    return records
  }

  /// Gives a member what he does not see of `ranges` (the messages' own UIDs), under new UIDs. How many.
  func show(
    _ ranges: UIDRanges, to who: AccountID, in mailbox: MailboxID, of account: AccountID
  ) throws(StoreFault) -> Int {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    guard let member = try membership(of: who, in: mailbox, account) else { return 0 }
    var rows: [SeenRow] = []
    for range in ranges.ranges {
      rows += try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MemberSQL.unseen,
          [
            .int(account.raw), .int(mailbox.raw), .int(member.who), .int(Int64(range.lowerBound)),
            .int(Int64(range.upperBound)), .int(Int64(member.fromUID)),
          ]
        ) { SeenRow(row: $0) }
      }
    }
    if rows.isEmpty { return 0 }
    if isLow { throw .diskFull }
    willChange()
    try enroll(member, in: mailbox, account)
    let modseq = owner.takeModseq()
    var shown: [(place: UID, record: MessageRecord)] = []
    for row in rows {
      var record = row.record
      record.uid = try target.takeUID()
      record.modseq = modseq
      // Or the next EXPUNGE would take it away again.
      record.flags.remove(.deleted)
      try putState(record.flags, of: row.place, hidden: false, modseq, shown: record.uid, by: who.raw, mailbox, account)
      shown.append((row.place, record))
    }
    edit(account, mailbox) { $0.members[who, default: MemberEdit()].shown += shown }
    try touch(who.raw, modseq, in: mailbox, account)
    return rows.count
  }

  /// MOVE into the mailbox itself: for this member alone the messages have new UIDs.
  func renumber(
    _ rows: [SeenRow], for member: Membership, in mailbox: MailboxEntry, of owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) -> [UID] {
    willChange()
    try enroll(member, in: mailbox.id, owner.id)
    var shown: [(place: UID, record: MessageRecord)] = []
    for row in rows {
      var record = row.record
      record.uid = try mailbox.takeUID()
      record.modseq = modseq
      try putState(
        record.flags, of: row.place, hidden: false, modseq, shown: record.uid, by: member.who, mailbox.id, owner.id)
      shown.append((row.place, record))
    }
    let old = rows.map(\.record.uid)
    try noteVanished(UIDRanges(old).ranges, for: member.who, in: mailbox.id, owner.id, modseq)
    edit(owner.id, mailbox.id) {
      $0.members[AccountID(raw: member.who), default: MemberEdit()].hidden += old
      $0.members[AccountID(raw: member.who), default: MemberEdit()].shown += shown
    }
    return shown.map(\.record.uid)
  }

  /// The separate verb: takes messages out for all members. `who` nil: the UIDs are the messages' own.
  func expungeForAll(
    _ ranges: UIDRanges, in mailbox: MailboxID, of account: AccountID, by who: AccountID?
  ) throws(StoreFault) -> Int {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    var ranges = ranges
    if let who, let member = try membership(of: who, in: mailbox, account) {
      ranges = UIDRanges(try seen(ranges, by: member, in: mailbox, account).map(\.place))
    }
    let records = try rows(ranges, in: target, of: owner)
    if records.isEmpty { return 0 }
    try remove(records, ranges, from: target, of: owner, modseq: owner.takeModseq(), cause: .expunged)
    return records.count
  }

  /// Messages are gone for all: nobody has a state of them any more, and who saw them under other UIDs learns that those are gone.
  func forgetStates(
    _ ranges: UIDRanges, in mailbox: MailboxID, of account: AccountID, modseq: Modseq
  ) throws(StoreFault) {
    for member in members(mailbox, account) ?? [] where member.who != Membership.anyone {
      var shown: [UID] = []
      for range in ranges.ranges {
        let values: [SQLValue] = [
          .int(account.raw), .int(mailbox.raw), .int(Int64(range.lowerBound)), .int(Int64(range.upperBound)),
          .int(member.who),
        ]
        shown += try inStore { () throws(DatabaseFault) in
          try connection.rows(MemberSQL.shown, values) { UID(truncatingIfNeeded: $0.int(1)) }
        }
        try run(MemberSQL.deleteStates, values)
      }
      if shown.isEmpty { continue }
      try noteVanished(UIDRanges(shown).ranges, for: member.who, in: mailbox, account, modseq)
      try touch(member.who, modseq, in: mailbox, account)
    }
  }

  /// `own_vanished`: what is gone for one member.
  func noteVanished(
    _ ranges: [ClosedRange<UID>], for who: Int64, in mailbox: MailboxID, _ account: AccountID, _ modseq: Modseq
  ) throws(StoreFault) {
    for range in ranges {
      try run(
        MemberSQL.insertVanished,
        [
          .int(account.raw), .int(mailbox.raw), .int(who), .int(Int64(modseq)), .int(Int64(range.lowerBound)),
          .int(Int64(range.upperBound)),
        ])
    }
    try touch(who, modseq, in: mailbox, account)
  }
}
