extension MessageTable {
  /// Takes over the flags of `newer`, a later state of the same mailbox, for the rows that both have; no row comes or goes.
  ///
  /// Returns the rows that changed, with their indices here: what a session may be told while numbers must not shift.
  package mutating func adoptFlags(of newer: MessageTable) -> [TableChanges.Changed] {
    var adopted: [TableChanges.Changed] = []
    var edit = TableEdit()
    for change in newer.changes(since: self).changed {
      guard let index = index(of: change.record.uid) else { continue }
      adopted.append(.init(index: index, record: change.record))
      edit.flagged.append(.init(uid: change.record.uid, flags: change.record.flags, modseq: change.record.modseq))
    }
    self = applying(edit)
    return adopted
  }
}
