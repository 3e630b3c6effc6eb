/// What happened between two states of one mailbox. Apply `vanished` first (old indices), then the rest (new indices).
package struct TableChanges: Sendable {
  package struct Vanished: Sendable, Equatable {
    package var uid: UID
    /// Its index in the old table (sequence number - 1), before any of these removals.
    package var oldIndex: Int
  }
  package struct Changed: Sendable, Equatable {
    /// Its index in the new table.
    package var index: Int
    package var record: MessageRecord
  }
  /// Ascending.
  package var vanished: [Vanished] = []
  /// Rows that both tables have and whose flags or modseq differ, ascending.
  package var changed: [Changed] = []
  /// The index in the new table of the first new row; nil when none was added. New rows are always at the end.
  package var addedFrom: Int?

  package var isEmpty: Bool { vanished.isEmpty && changed.isEmpty && addedFrom == nil }
}

extension MessageTable {
  /// What happened since `old`, an earlier state of the same mailbox. Costs only the chunks that differ.
  package func changes(since old: MessageTable) -> TableChanges {
    var changes = TableChanges()
    var mine = Cursor(self)
    var theirs = Cursor(old)
    while true {
      if mine.isAtChunkStart, theirs.isAtChunkStart, mine.place < chunks.count, theirs.place < old.chunks.count,
        chunks[mine.place] === old.chunks[theirs.place]
      {
        mine.skipChunk()
        theirs.skipChunk()
        continue
      }
      guard let before = theirs.uid else { break }
      guard let now = mine.uid, now <= before else {
        changes.vanished.append(.init(uid: before, oldIndex: theirs.index))
        theirs.advance()
        continue
      }
      // A UID never appears below the highest one that was given out, so `now < before` cannot be; take it as the same row's end.
      if now < before {
        mine.advance()
        continue
      }
      if !mine.isSameRow(as: theirs) {
        changes.changed.append(.init(index: mine.index, record: mine.record))
      }
      mine.advance()
      theirs.advance()
    }
    if mine.index < count { changes.addedFrom = mine.index }
    return changes
  }

  /// A walk over the rows that knows when it stands at the start of a chunk.
  private struct Cursor {
    let table: MessageTable
    var place = 0
    var row = 0
    var index = 0

    init(_ table: MessageTable) { self.table = table }

    var isAtChunkStart: Bool { row == 0 }
    var uid: UInt32? { place < table.chunks.count ? table.chunks[place].uids[row] : nil }
    var record: MessageRecord { table.chunks[place][row] }

    func isSameRow(as other: Cursor) -> Bool {
      let a = table.chunks[place]
      let b = other.table.chunks[other.place]
      return a.modseqs[row] == b.modseqs[other.row] && a.flags[row] == b.flags[other.row]
    }

    mutating func advance() {
      row += 1
      index += 1
      if row == table.chunks[place].count {
        row = 0
        place += 1
      }
    }

    mutating func skipChunk() {
      index += table.chunks[place].count
      place += 1
    }
  }
}
