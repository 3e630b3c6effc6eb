/// All messages of a mailbox, ascending by UID, as an immutable value that is cheap to keep and to compare.
///
/// Rows live in chunks of at most 1,024, each an immutable object with parallel arrays; a change copies only the chunks that it
/// touches, so old tables stay valid and `changes(since:)` skips what both share. Indices are from 0 (sequence number - 1).
package struct MessageTable: Sendable {
  /// Most rows in a chunk.
  static let chunkLimit = 1024

  var chunks: [MessageChunk]
  /// starts[i] = index of the first row of chunks[i].
  var starts: [Int]
  package private(set) var count: Int

  package init() {
    chunks = []
    starts = []
    count = 0
  }

  init(chunks: [MessageChunk]) {
    self.chunks = chunks
    starts = []
    starts.reserveCapacity(chunks.count)
    var count = 0
    for chunk in chunks {
      starts.append(count)
      count += chunk.count
    }
    self.count = count
  }

  package var isEmpty: Bool { count == 0 }

  /// The highest UID present, nil when empty.
  package var highestUID: UID? { chunks.last?.uids.last }

  /// The message with sequence number `index` + 1.
  package subscript(index: Int) -> MessageRecord {
    let place = chunkOf(index)
    return chunks[place][index - starts[place]]
  }

  /// Only the UID at `index`: quicker than the record.
  package func uid(at index: Int) -> UID {
    let place = chunkOf(index)
    return chunks[place].uids[index - starts[place]]
  }

  /// Only the flags at `index`.
  package func flags(at index: Int) -> Flags {
    let place = chunkOf(index)
    return Flags(rawValue: chunks[place].flags[index - starts[place]])
  }

  /// Only the size at `index`.
  package func size(at index: Int) -> Int {
    let place = chunkOf(index)
    return Int(chunks[place].sizes[index - starts[place]])
  }

  /// Only the email at `index`.
  package func email(at index: Int) -> EmailID {
    let place = chunkOf(index)
    return EmailID(raw: chunks[place].emails[index - starts[place]])
  }

  /// Where the message with this UID is; nil when there is none.
  package func index(of uid: UID) -> Int? {
    let index = lowerBound(uid)
    return index < count && self.uid(at: index) == uid ? index : nil
  }

  /// The index of the first message whose UID is `uid` or higher; `count` when there is none.
  package func lowerBound(_ uid: UID) -> Int {
    guard let place = chunkHolding(uid) else { return count }
    let uids = chunks[place].uids
    var low = 0
    var high = uids.count
    while low < high {
      let middle = (low + high) / 2
      if uids[middle] < uid { low = middle + 1 } else { high = middle }
    }
    return starts[place] + low
  }

  /// The index of the first message without any of these flags; nil when there is none.
  package func firstIndex(without flags: Flags) -> Int? {
    for (place, chunk) in chunks.enumerated() {
      if let row = chunk.flags.firstIndex(where: { $0 & flags.rawValue == 0 }) { return starts[place] + row }
    }
    return nil
  }

  /// Whether a message has one of these flags.
  package func contains(_ flags: Flags) -> Bool {
    chunks.contains { chunk in chunk.flags.contains { $0 & flags.rawValue != 0 } }
  }

  /// Calls `body` for the rows at `range`, in order, with their indices.
  package func forEach(in range: Range<Int>? = nil, _ body: (Int, MessageRecord) -> Void) {
    let range = range ?? 0..<count
    guard !range.isEmpty else { return }
    var place = chunkOf(range.lowerBound)
    var index = range.lowerBound
    while index < range.upperBound {
      let chunk = chunks[place]
      let end = min(range.upperBound, starts[place] + chunk.count)
      while index < end {
        body(index, chunk[index - starts[place]])
        index += 1
      }
      place += 1
    }
  }

  /// The chunk with the row at `index`.
  private func chunkOf(_ index: Int) -> Int {
    precondition(index >= 0 && index < count, "message index out of range")
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }

  /// The first chunk whose last UID is `uid` or higher.
  func chunkHolding(_ uid: UID) -> Int? {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].lastUID < uid { low = middle + 1 } else { high = middle }
    }
    return low < chunks.count ? low : nil
  }
}
