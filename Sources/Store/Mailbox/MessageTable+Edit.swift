/// What one batch did to one mailbox's rows.
struct TableEdit {
  /// New rows, ascending, all above the highest UID of the table.
  var added: [MessageRecord] = []
  /// New flags of rows; ascending order is not needed, a later entry wins.
  var flagged: [FlagEdit] = []
  var removed: [UID] = []

  struct FlagEdit {
    var uid: UID
    var flags: Flags
    var modseq: Modseq
  }

  var isEmpty: Bool { added.isEmpty && flagged.isEmpty && removed.isEmpty }
}

extension MessageTable {
  /// This table after `edit`; only touched chunks are copied.
  func applying(_ edit: TableEdit) -> MessageTable {
    if edit.isEmpty { return self }
    var chunks = self.chunks
    // A row can be added and flagged or removed in one batch: rows come first.
    Self.append(edit.added, to: &chunks)
    var table = edit.added.isEmpty ? self : MessageTable(chunks: chunks)
    table.replaceFlags(edit.flagged)
    table.remove(edit.removed)
    return table
  }

  private static func append(_ records: [MessageRecord], to chunks: inout [MessageChunk]) {
    var next = records.startIndex
    while next < records.endIndex {
      var builder = MessageChunk.Builder()
      if let last = chunks.last, last.count < chunkLimit {
        builder = MessageChunk.Builder(last)
        chunks.removeLast()
      }
      let end = min(records.endIndex, next + chunkLimit - builder.count)
      builder.reserve(builder.count + end - next)
      for record in records[next..<end] { builder.append(record) }
      chunks.append(MessageChunk(builder))
      next = end
    }
  }

  /// Groups `uids` by the chunk that holds them: calls `body` once for each chunk touched.
  private mutating func eachChunk<Edit>(
    of edits: [Edit], uid: (Edit) -> UID, _ body: (ArraySlice<Edit>, MessageChunk) -> MessageChunk?
  ) {
    var next = edits.startIndex
    var changed = chunks
    var dropped = false
    while next < edits.endIndex {
      guard let place = chunkHolding(uid(edits[next])) else { break }
      var end = next + 1
      while end < edits.endIndex, uid(edits[end]) <= chunks[place].lastUID { end += 1 }
      if let chunk = body(edits[next..<end], chunks[place]) {
        changed[place] = chunk
      } else {
        changed[place] = MessageChunk(.init())
        dropped = true
      }
      next = end
    }
    if dropped { changed.removeAll { $0.count == 0 } }
    self = MessageTable(chunks: changed)
  }

  private mutating func replaceFlags(_ edits: [TableEdit.FlagEdit]) {
    if edits.isEmpty { return }
    let ordered = edits.enumerated().sorted { ($0.element.uid, $0.offset) < ($1.element.uid, $1.offset) }.map(\.element)
    eachChunk(of: ordered, uid: \.uid) { edits, chunk in
      var builder = MessageChunk.Builder(chunk)
      for edit in edits {
        guard let row = builder.row(of: edit.uid) else { continue }
        builder.flags[row] = edit.flags.rawValue
        builder.modseqs[row] = edit.modseq
      }
      return MessageChunk(builder)
    }
  }

  private mutating func remove(_ uids: [UID]) {
    if uids.isEmpty { return }
    eachChunk(of: uids.sorted(), uid: \.self) { gone, chunk in
      var builder = MessageChunk.Builder()
      builder.reserve(chunk.count)
      var next = gone.startIndex
      for row in 0..<chunk.count {
        while next < gone.endIndex, gone[next] < chunk.uids[row] { next += 1 }
        if next < gone.endIndex, gone[next] == chunk.uids[row] { continue }
        builder.append(row: row, of: chunk)
      }
      return builder.count == 0 ? nil : MessageChunk(builder)
    }
  }
}
