import Testing

@testable import Store

@Suite struct MessageTableTests {
  private func record(_ uid: UID, _ flags: Flags = [], _ modseq: Modseq = 1) -> MessageRecord {
    MessageRecord(
      uid: uid, flags: flags, modseq: modseq, size: 1, internalDate: 0, savedAt: 0, email: EmailID(raw: Int64(uid)),
      item: Int64(uid))
  }

  private func table(_ uids: some Sequence<UID>) -> MessageTable {
    var edit = TableEdit()
    edit.added = uids.map { record($0) }
    return MessageTable().applying(edit)
  }

  @Test(arguments: [0, 1, 1_023, 1_024, 1_025, 5_000]) func rowsAreFound(_ count: Int) {
    let uids = (0..<count).map { UID($0 * 3 + 2) }
    let table = table(uids)
    #expect(table.count == count && table.uids == uids && table.highestUID == uids.last)
    for (index, uid) in uids.enumerated() {
      #expect(table.index(of: uid) == index)
      #expect(table.index(of: uid - 1) == nil)
      #expect(table.lowerBound(uid - 1) == index)
      #expect(table.uid(at: index) == uid)
    }
    #expect(table.lowerBound(.max) == count)
    #expect(table.lowerBound(0) == 0)
  }

  @Test func untouchedChunksAreShared() {
    let old = table(1...5_000)
    var edit = TableEdit()
    edit.flagged = [.init(uid: 1_500, flags: .seen, modseq: 9)]
    edit.removed = [4_000]
    let new = old.applying(edit)
    #expect(zip(old.chunks, new.chunks).map { $0 === $1 } == [true, false, true, false, true])
    let changes = new.changes(since: old)
    #expect(changes.changed.map(\.index) == [1_499])
    #expect(changes.vanished == [.init(uid: 4_000, oldIndex: 3_999)])
    #expect(changes.addedFrom == nil)
    #expect(new.changes(since: new).isEmpty)
  }

  @Test func randomEditsAgainstPlainArrays() {
    var random = SplitMix(state: 7)
    for _ in 0..<30 {
      var rows: [MessageRecord] = []
      var current = MessageTable()
      var nextUID: UID = 1
      var modseq: Modseq = 1
      var history: [(MessageTable, [MessageRecord])] = [(current, rows)]
      for _ in 0..<12 {
        modseq += 1
        var edit = TableEdit()
        for _ in 0..<Int.random(in: 0...900, using: &random) {
          nextUID += UID.random(in: 1...3, using: &random)
          edit.added.append(record(nextUID, [], modseq))
        }
        rows += edit.added
        for _ in 0..<Int.random(in: 0...20, using: &random) {
          guard let place = rows.indices.randomElement(using: &random) else { break }
          let flags = Flags(rawValue: UInt64.random(in: 0...31, using: &random))
          edit.flagged.append(.init(uid: rows[place].uid, flags: flags, modseq: modseq))
          rows[place].flags = flags
          rows[place].modseq = modseq
        }
        for _ in 0..<Int.random(in: 0...(Bool.random(using: &random) ? 5 : 1_000), using: &random) {
          guard let place = rows.indices.randomElement(using: &random) else { break }
          edit.removed.append(rows.remove(at: place).uid)
        }
        current = current.applying(edit)
        #expect(current.records == rows)
        for (table, then) in history { check(current.changes(since: table), then, rows) }
        history.append((current, rows))
      }
    }
  }

  private func check(_ changes: TableChanges, _ old: [MessageRecord], _ new: [MessageRecord]) {
    let now = Set(new.map(\.uid))
    let before = Dictionary(uniqueKeysWithValues: old.map { ($0.uid, $0) })
    #expect(
      changes.vanished == old.enumerated().filter { !now.contains($1.uid) }.map { .init(uid: $1.uid, oldIndex: $0) })
    var changed: [TableChanges.Changed] = []
    for (index, record) in new.enumerated() {
      if let then = before[record.uid], then != record { changed.append(.init(index: index, record: record)) }
    }
    #expect(changes.changed == changed)
    let added = new.firstIndex { before[$0.uid] == nil }
    #expect(changes.addedFrom == added)
  }
}

/// A small random generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
