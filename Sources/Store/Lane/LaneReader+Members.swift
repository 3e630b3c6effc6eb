import Database

// What one member sees of a mailbox in which each has an own state.
extension LaneReader {
  func isOwn(_ key: MailboxKey) -> Bool { lane.members.isOwn(key) }

  /// Makes the state that all would share into that of one member. A mailbox that is shared meanwhile stays as it is.
  func narrow(
    _ state: inout MailboxState, to who: AccountID, _ key: MailboxKey, _ connection: Connection
  ) throws(StoreFault) {
    let names: [SQLValue] = [.int(key.account.raw), .int(key.mailbox.raw)]
    let list = try inStore { () throws(DatabaseFault) in
      try connection.rows(MemberSQL.membersOf, names) { Membership(row: $0) }
    }
    guard let member = list.member(who) else { return }
    state.highestModseq = max(state.highestModseq, member.highestModseq)
    state.firstRecent = member.recent
    var edit = TableEdit()
    var shown: [MessageRecord] = []
    var given: Set<UID> = []
    let table = state.table
    try inStore { () throws(DatabaseFault) in
      let statement = try connection.prepare(MemberSQL.states)
      statement.bind(1, key.account.raw)
      statement.bind(2, key.mailbox.raw)
      statement.bind(3, who.raw)
      while try statement.step() {
        let uid = UID(truncatingIfNeeded: statement.int(0))
        guard let index = table.index(of: uid) else { continue }
        var record = table[index]
        record.flags = record.flags.with(own: Flags(rawValue: UInt64(bitPattern: statement.int(1))))
        record.modseq = max(record.modseq, Modseq(statement.int(3)))
        let again = UID(truncatingIfNeeded: statement.int(4))
        if statement.int(2) != 0 || again != 0 {
          edit.removed.append(uid)
        } else {
          edit.flagged.append(.init(uid: uid, flags: record.flags, modseq: record.modseq))
          given.insert(uid)
        }
        guard statement.int(2) == 0, again != 0 else { continue }
        record.uid = again
        shown.append(record)
        state.aliases[uid] = again
      }
    }
    if member.fromUID > 1 {
      let hidden = Set(edit.removed)
      for index in 0..<table.lowerBound(member.fromUID) {
        let uid = table.uid(at: index)
        if !given.contains(uid), !hidden.contains(uid) { edit.removed.append(uid) }
      }
    }
    state.table = table.applying(edit).inserting(shown)
  }

  /// UIDs that went after `modseq`, for all or for this member; none that he never saw.
  func vanished(
    since modseq: Modseq, _ key: MailboxKey, for who: AccountID, _ connection: Connection
  ) throws(StoreFault) -> [ClosedRange<UID>] {
    let found = try inStore { () throws(DatabaseFault) in
      try connection.rows(
        MemberSQL.vanished,
        [.int(key.account.raw), .int(key.mailbox.raw), .int(who.raw), .int(Int64(clamping: modseq))]
      ) { UID(truncatingIfNeeded: $0.int(0))...UID(truncatingIfNeeded: $0.int(1)) }
    }
    return UIDRanges(covering: found).ranges
  }

  /// The messages' own UIDs that a member of a mailbox does not see; nil: its state is shared.
  func unseen(by who: AccountID, _ key: MailboxKey, _ connection: Connection) throws(DatabaseFault) -> Set<UID>? {
    let names: [SQLValue] = [.int(key.account.raw), .int(key.mailbox.raw)]
    let list = try connection.rows(MemberSQL.membersOf, names) { Membership(row: $0) }
    guard let member = list.member(who) else { return nil }
    let values = names + [.int(who.raw), 1, .int(Int64(UID.max)), .int(Int64(member.fromUID))]
    return Set(try connection.rows(MemberSQL.unseen, values) { UID(truncatingIfNeeded: $0.int(0)) })
  }

  /// A place as a member sees it; nil where he does not.
  func seen(
    _ place: FoundPlace, by who: AccountID, _ key: MailboxKey, _ connection: Connection
  ) throws(DatabaseFault) -> FoundPlace? {
    let names: [SQLValue] = [.int(key.account.raw), .int(key.mailbox.raw)]
    let list = try connection.rows(MemberSQL.membersOf, names) { Membership(row: $0) }
    guard let member = list.member(who) else { return place }
    let uid = SQLValue.int(Int64(place.uid))
    let mine = names + [.int(who.raw)]
    var row = try connection.first(MemberSQL.seen, mine + [uid, uid, .int(Int64(member.fromUID))]) { SeenRow(row: $0) }
    if row == nil {
      row = try connection.rows(MemberSQL.seenAgain, mine + [1, .int(Int64(UID.max))]) { SeenRow(row: $0) }
        .first { $0.place == place.uid }
    }
    guard let row else { return nil }
    var seen = place
    seen.uid = row.record.uid
    seen.flags = row.record.flags
    return seen
  }
}

extension Membership {
  /// From a row of `MemberSQL.membersOf`.
  init(row: Statement) {
    self.init(
      who: row.int(0), fromUID: UID(truncatingIfNeeded: row.int(1)), highestModseq: Modseq(row.int(2)),
      recent: UID(truncatingIfNeeded: row.int(3)), counts: row.int(4) != 0, joinedAt: row.int(5))
  }
}
