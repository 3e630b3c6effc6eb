import Database

// Mailboxes in which each member has an own state (requirement A17): who is a member.
//
// The owner and whoever may read it (RFC 4314 "r") are members; `anyone` is one row for all who have none of their own.
extension LaneTransaction {
  /// The members; nil: the mailbox's state is shared.
  func members(_ mailbox: MailboxID, _ account: AccountID) -> [Membership]? {
    let key = MailboxKey(account: account, mailbox: mailbox)
    guard let changed = membersChanged[key] else { return cache.members.list(key) }
    return changed.isEmpty ? nil : changed
  }

  func isOwn(_ mailbox: MailboxID, _ account: AccountID) -> Bool { members(mailbox, account) != nil }

  /// What `who` sees, for reading; nil: the mailbox's state is shared. Throws `.noPermission` for one who is no member.
  func membership(
    of who: AccountID, in mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) -> Membership? {
    guard let list = members(mailbox, account) else { return nil }
    guard var found = list.member(who) else { throw .noPermission }
    found.who = who.raw
    return found
  }

  /// Makes sure that a member has a row of his own, as everybody needs who changes something.
  func enroll(_ member: Membership, in mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    if members(mailbox, account)?.contains(where: { $0.who == member.who }) == true { return }
    try put(member, in: mailbox, account)
  }

  /// Something that only this member sees changed at `modseq`.
  func touch(_ who: Int64, _ modseq: Modseq, in mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    guard var list = members(mailbox, account), let place = list.firstIndex(where: { $0.who == who }) else { return }
    list[place].highestModseq = max(list[place].highestModseq, modseq)
    let highest = list[place].highestModseq
    membersChanged[MailboxKey(account: account, mailbox: mailbox)] = list
    try run(MemberSQL.touch, [.int(account.raw), .int(mailbox.raw), .int(who), .int(Int64(highest))])
    edit(account, mailbox) { $0.members[AccountID(raw: who), default: MemberEdit()].highestModseq = highest }
  }

  private func put(_ member: Membership, in mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    var list = members(mailbox, account) ?? []
    list.removeAll { $0.who == member.who }
    list.append(member)
    list.sort { $0.who < $1.who }
    membersChanged[MailboxKey(account: account, mailbox: mailbox)] = list
    try run(
      MemberSQL.put,
      [
        .int(account.raw), .int(mailbox.raw), .int(member.who), .int(Int64(member.fromUID)),
        .int(Int64(member.highestModseq)), .int(Int64(member.recent)), .int(member.counts ? 1 : 0),
        .int(member.joinedAt),
      ])
  }

  /// Nobody waits for it: one who has no row of his own begins anew next time.
  func setRecent(_ uid: UID, of who: AccountID, _ key: MailboxKey) throws(StoreFault) {
    guard var member = members(key.mailbox, key.account)?.first(where: { $0.who == who.raw }), member.recent < uid
    else { return }
    willChange()
    member.recent = uid
    try put(member, in: key.mailbox, key.account)
  }

  // MARK: The mode

  /// Gives each member an own state, or makes them share one again. Whoever has the mailbox open must open it anew.
  func setMode(_ mode: StateMode, of mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    let owner = try self.account(account)
    let target = try owner.selectable(mailbox)
    if isOwn(mailbox, account) == (mode == .own) { return }
    if mode == .own, isLow { throw .diskFull }
    if mode == .own { willChange() } else { willRemove() }
    let modseq = owner.takeModseq()
    if mode == .own { try separate(target, of: owner) } else { try unite(target, of: owner, modseq) }
    target.touch(modseq)
    try run(
      MemberSQL.setMode,
      [.int(account.raw), .int(mailbox.raw), .int(mode == .own ? 1 : 0), .int(Int64(modseq))])
    note(.annotated(mailbox, entries: [StateMode.entry]), account)
    edit(account, mailbox) { $0.isReplaced = true }
  }

  /// Everybody begins with the state as it is, and with all messages.
  private func separate(_ mailbox: MailboxEntry, of owner: AccountEntry) throws(StoreFault) {
    let access = try access(mailbox.id, owner.id)
    let accounts = Set(access.compactMap(\.identifier.account)).subtracting([owner.id])
    var list: [Membership] = []
    func join(_ who: Int64, counts: Bool = true) {
      // Nothing that is there is news.
      let recent = UID(truncatingIfNeeded: mailbox.uidNext)
      list.append(
        Membership(who: who, fromUID: 1, highestModseq: 0, recent: recent, counts: counts, joinedAt: stamp))
    }
    join(owner.id.raw, counts: access.rights(of: owner.id, owner.id).contains(.read))
    for who in accounts where access.rights(of: who, owner.id).contains(.read) { join(who.raw) }
    if access.rights(of: nil, owner.id).contains(.read) { join(Membership.anyone) }
    for member in list { try put(member, in: mailbox.id, owner.id) }
  }

  /// One state for all again. What somebody has seen or flagged is seen or flagged; nothing carries \Deleted; what one member kept, all
  /// have. A message that not everybody saw under the same UID from the beginning gets a new one: below the highest UID that a client
  /// knows none may appear (RFC 9051 §2.3.1.1).
  private func unite(_ mailbox: MailboxEntry, of owner: AccountEntry, _ modseq: Modseq) throws(StoreFault) {
    let list = members(mailbox.id, owner.id) ?? []
    let names: [SQLValue] = [.int(owner.id.raw), .int(mailbox.id.raw)]
    var states: [UID: [Flags]] = [:]
    var gone: [ClosedRange<UID>] = []
    try inStore { () throws(DatabaseFault) in
      let rows = try connection.rows(MemberSQL.allStates, names) {
        (
          UID(truncatingIfNeeded: $0.int(0)), Flags(rawValue: UInt64(bitPattern: $0.int(2))),
          UID(truncatingIfNeeded: $0.int(4))
        )
      }
      for (uid, flags, shown) in rows {
        states[uid, default: []].append(flags)
        // Seen under another UID: neither is what it was.
        if shown != 0 { gone += [uid...uid, shown...shown] }
      }
      gone += try connection.rows(MemberSQL.allVanished, names) {
        UID(truncatingIfNeeded: $0.int(0))...UID(truncatingIfNeeded: $0.int(1))
      }
    }
    // Hidden from a member, before he joined, or of one who left: `own_vanished` has them all.
    let unseen = UIDRanges(covering: gone)
    var next = 0
    var moving: [MessageRecord] = []
    for record in try rows(.everything, in: mailbox, of: owner) {
      let known = states[record.uid] ?? []
      var own = known.reduce(into: Flags()) { $0.formUnion($1) }
      // Whoever said nothing has the flags that it came with.
      if known.count < list.count { own.formUnion(record.flags) }
      var changed = record
      changed.flags = record.flags.with(own: own.subtracting(.deleted))
      // All are news: somebody who left may come back and remember his own flags.
      changed.modseq = modseq
      try run(
        MemberSQL.setFlags,
        names + [.int(Int64(record.uid)), .int(Int64(bitPattern: changed.flags.rawValue)), .int(Int64(modseq))])
      while next < unseen.ranges.count, unseen.ranges[next].upperBound < record.uid { next += 1 }
      if next < unseen.ranges.count, unseen.ranges[next].contains(record.uid) { moving.append(changed) }
    }
    try endMembers(of: mailbox.id, owner.id)
    for range in unseen.ranges { try noteVanished(range, in: mailbox, of: owner, modseq: modseq) }
    if moving.isEmpty { return }
    // A modseq of its own: that of `gone` is taken, and two ranges of `vanished` may not begin alike.
    _ = try moveRows(
      moving, UIDRanges(moving.map(\.uid)), from: mailbox, to: mailbox, of: owner, modseq: owner.takeModseq())
  }

  /// The mailbox goes, or its members share its state.
  func endMembers(of mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    guard isOwn(mailbox, account) else { return }
    for sql in MemberSQL.ending { try run(sql, [.int(account.raw), .int(mailbox.raw)]) }
    membersChanged[MailboxKey(account: account, mailbox: mailbox)] = []
  }

  // MARK: Joining and leaving

  /// After a change of rights: who may read now is a member, who may no longer is none. `before`: the list until now.
  func settleMembers(
    of mailbox: MailboxID, _ account: AccountID, before: [AccessEntry]
  ) throws(StoreFault) {
    guard let list = members(mailbox, account) else { return }
    let owner = try self.account(account)
    let target = try owner.mailbox(mailbox)
    let after = try access(mailbox, account)
    let open = list.first { $0.who == Membership.anyone }
    for who in Set(after.compactMap(\.identifier.account)) where !list.contains(where: { $0.who == who.raw }) {
      guard after.rights(of: who, account).contains(.read) else { continue }
      // Whoever could read because anyone may goes on with what he has seen.
      let goesOn = before.rights(of: who, account).contains(.read)
      try join(who.raw, from: goesOn ? open?.fromUID : nil, target, owner)
    }
    if open == nil, after.rights(of: nil, account).contains(.read) {
      try join(Membership.anyone, from: nil, target, owner)
    }
    for member in list {
      let isOwner = member.who == account.raw
      let who = member.who == Membership.anyone ? nil : AccountID(raw: member.who)
      let mayRead = after.rights(of: who, account).contains(.read)
      if isOwner, member.counts != mayRead {
        var changed = member
        changed.counts = mayRead
        try put(changed, in: mailbox, account)
      } else if !isOwner, !mayRead {
        try leave(member, target, owner)
      }
    }
  }

  /// A member begins with what comes from now on. `from`: goes on as one of those whom `anyone` stands for.
  private func join(
    _ who: Int64, from: UID?, _ mailbox: MailboxEntry, _ owner: AccountEntry
  ) throws(StoreFault) {
    willChange()
    let first = from ?? UID(truncatingIfNeeded: mailbox.uidNext)
    let modseq = owner.takeModseq()
    try put(
      Membership(
        who: who, fromUID: first, highestModseq: modseq, recent: first, counts: true, joinedAt: stamp),
      in: mailbox.id, owner.id)
    // Somebody who was a member before may have kept what he saw then.
    if from == nil, first > 1 { try noteVanished([1...first - 1], for: who, in: mailbox.id, owner.id, modseq) }
    replaceViews(of: who, mailbox.id, owner.id)
  }

  /// A member goes, and with him what he alone kept.
  func leave(_ member: Membership, _ mailbox: MailboxEntry, _ owner: AccountEntry) throws(StoreFault) {
    willRemove()
    let names: [SQLValue] = [.int(owner.id.raw), .int(mailbox.id.raw), .int(member.who)]
    let alone = try inStore { () throws(DatabaseFault) in
      try connection.rows(MemberSQL.seenByOne, names + [.int(Int64(member.fromUID))]) {
        UID(truncatingIfNeeded: $0.int(0))
      }
    }
    // What he did not see, or saw under other UIDs, is remembered for the day when all share one state again.
    let shown = try inStore { () throws(DatabaseFault) in
      try connection.rows(
        MemberSQL.shown, [.int(owner.id.raw), .int(mailbox.id.raw), 1, .int(Int64(UID.max)), .int(member.who)]
      ) { UID(truncatingIfNeeded: $0.int(1)) }
    }
    let modseq = owner.takeModseq()
    try run(MemberSQL.keepVanished, names)
    try noteVanished(UIDRanges(shown).ranges, for: Membership.former, in: mailbox.id, owner.id, modseq)
    for sql in MemberSQL.leaving { try run(sql, names) }
    let key = MailboxKey(account: owner.id, mailbox: mailbox.id)
    membersChanged[key] = (members(mailbox.id, owner.id) ?? []).filter { $0.who != member.who }
    replaceViews(of: member.who, mailbox.id, owner.id)
    if alone.isEmpty { return }
    let ranges = UIDRanges(alone)
    let records = try rows(ranges, in: mailbox, of: owner)
    try remove(records, ranges, from: mailbox, of: owner, modseq: modseq, cause: .expunged)
  }

  /// Those whom `anyone` stands for have no name here: then everybody looks anew.
  private func replaceViews(of who: Int64, _ mailbox: MailboxID, _ account: AccountID) {
    edit(account, mailbox) {
      if who == Membership.anyone {
        $0.isReplaced = true
      } else {
        $0.members[AccountID(raw: who), default: MemberEdit()].isReplaced = true
      }
    }
  }
}

extension Membership {
  /// All members of a lane's mailboxes, for its table.
  static func readAll(_ connection: Connection) throws(DatabaseFault) -> [MailboxKey: [Membership]] {
    let rows = try connection.rows(MemberSQL.memberships) { row in
      (
        MailboxKey(account: AccountID(raw: row.int(0)), mailbox: MailboxID(raw: row.int(1))),
        Membership(
          who: row.int(2), fromUID: UID(truncatingIfNeeded: row.int(3)), highestModseq: Modseq(row.int(4)),
          recent: UID(truncatingIfNeeded: row.int(5)), counts: row.int(6) != 0, joinedAt: row.int(7))
      )
    }
    var lists: [MailboxKey: [Membership]] = [:]
    for (key, member) in rows { lists[key, default: []].append(member) }
    return lists.mapValues { $0.sorted { $0.who < $1.who } }
  }
}
