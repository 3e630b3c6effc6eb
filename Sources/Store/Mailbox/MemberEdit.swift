/// What one batch did to one member's view of a mailbox with `StateMode.own`.
struct MemberEdit {
  /// Own flags of messages, by the messages' UIDs; a later entry wins.
  var flagged: [TableEdit.FlagEdit] = []
  /// UIDs, as the member sees them, that are hidden from now on.
  var hidden: [UID] = []
  /// Messages, by their UIDs, that come back to the member as these records.
  var shown: [(place: UID, record: MessageRecord)] = []
  var highestModseq: Modseq?
  /// He joined or left: his view must be opened anew.
  var isReplaced = false
}

extension MailboxState {
  /// Applies a batch to the view of `member`; nil: the view that all share.
  mutating func apply(_ edit: MailboxEdit, for member: AccountID?) {
    guard let member else { return apply(edit) }
    let own = edit.members[member] ?? MemberEdit()
    var projected = edit
    projected.table = project(edit.table, own)
    apply(projected)
    if own.isReplaced { isReplaced = true }
    if let modseq = own.highestModseq { highestModseq = max(highestModseq, modseq) }
    for uid in own.hidden {
      if let place = aliases.first(where: { $0.value == uid })?.key { aliases[place] = nil }
    }
    for uid in edit.table.removed where !aliases.isEmpty { aliases[uid] = nil }
  }

  /// What a batch does to this member's table: shared and own flags come from different edits, and the higher modseq holds.
  private mutating func project(_ edit: TableEdit, _ own: MemberEdit) -> TableEdit {
    for (place, record) in own.shown { aliases[place] = record.uid }
    var result = TableEdit()
    result.added = edit.added
    if !own.shown.isEmpty {
      result.added += own.shown.map(\.record)
      result.added.sort { $0.uid < $1.uid }
    }
    let added = Dictionary(result.added.map { ($0.uid, $0) }) { $1 }
    var flags: [UID: TableEdit.FlagEdit] = [:]
    func change(_ place: UID, _ modseq: Modseq, _ body: (Flags) -> Flags) {
      let uid = aliases[place] ?? place
      let before: TableEdit.FlagEdit
      if let known = flags[uid] {
        before = known
      } else if let record = added[uid] ?? table.index(of: uid).map({ table[$0] }) {
        before = .init(uid: uid, flags: record.flags, modseq: record.modseq)
      } else {
        // Hidden from this member.
        return
      }
      flags[uid] = .init(uid: uid, flags: body(before.flags), modseq: max(before.modseq, modseq))
    }
    for entry in edit.flagged { change(entry.uid, entry.modseq) { entry.flags.with(own: $0) } }
    for entry in own.flagged { change(entry.uid, entry.modseq) { $0.with(own: entry.flags) } }
    result.flagged = Array(flags.values)
    result.removed = edit.removed.map { aliases[$0] ?? $0 } + own.hidden
    return result
  }
}

extension MessageTable {
  /// This table with the unchanging columns of `other` where both have the same messages: one copy in memory instead of two.
  func sharing(with other: MessageTable) -> MessageTable {
    MessageTable(
      chunks: chunks.map { chunk in
        guard let place = other.chunkHolding(chunk.firstUID), other.chunks[place].uids == chunk.uids else {
          return chunk
        }
        var builder = MessageChunk.Builder(other.chunks[place])
        builder.flags = chunk.flags
        builder.modseqs = chunk.modseqs
        return MessageChunk(builder)
      })
  }

  /// With `records`, whose UIDs need not be above all others.
  func inserting(_ records: [MessageRecord]) -> MessageTable {
    if records.isEmpty { return self }
    var all = records
    forEach { _, record in all.append(record) }
    all.sort { $0.uid < $1.uid }
    return MessageTable().applying(TableEdit(added: all))
  }
}
