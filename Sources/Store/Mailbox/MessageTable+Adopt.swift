extension MessageTable {
  /// Takes over new rows, and the flags of the rows that both have, from `newer`, a later state of the same mailbox; no row goes.
  ///
  /// Returns the rows that changed, with their indices here, and whether new ones came: what a session may be told while numbers must
  /// not shift.
  package mutating func adopt(_ newer: MessageTable) -> (changed: [TableChanges.Changed], hasGrown: Bool) {
    var adopted: [TableChanges.Changed] = []
    var edit = TableEdit()
    let changes = newer.changes(since: self)
    if let first = changes.addedFrom { newer.forEach(in: first..<newer.count) { edit.added.append($1) } }
    for change in changes.changed {
      guard let index = index(of: change.record.uid) else { continue }
      adopted.append(.init(index: index, record: change.record))
      edit.flagged.append(.init(uid: change.record.uid, flags: change.record.flags, modseq: change.record.modseq))
    }
    self = applying(edit)
    return (adopted, !edit.added.isEmpty)
  }
}
