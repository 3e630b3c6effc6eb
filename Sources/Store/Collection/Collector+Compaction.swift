import Database
import Glibc
import Logging
import Synchronization

/// A blob that compaction moved.
struct Relocation: Sendable {
  var key: BlobKey
  var from: BlobLocation
  var to: BlobLocation
}

extension Collector {
  private struct Used {
    var count = 0
    var bytes = 0
  }

  /// Rewrites segments: those that are mostly dead, and those that were never compressed.
  func compact(_ effort: CollectionEffort) throws(StoreFault) {
    if effort == .everything { try closeSegment() } else if isIdle { try endIdleSegment() }
    try finishRemovals()
    let states = try states()
    let packed = try packedBytes()
    let facts = try recent()
    let numbers = try lane.segments.numbers().filter { states[$0] == nil || states[$0] == .packed }
    // The records of the last seconds may be asked for after a crash: they stay where they are.
    let closed = numbers.filter { $0 >= SegmentFolder.firstPacked || $0 < min(facts.segment, facts.recent) }
    // Counting reads the whole table of blobs: only when blobs went, or a segment is new.
    let isNeeded = lane.needsCount.withLock { needs in
      defer { needs = false }
      return needs
    }
    guard isNeeded || report.blobs > 0 || closed.contains(where: { $0 < SegmentFolder.firstPacked }) else { return }
    var used: [Int: Used] = [:]
    for (number, count, bytes) in try rows(CollectionSQL.usedBySegment, [], { ($0.int(0), $0.int(1), $0.int(2)) }) {
      used[Int(number)] = Used(count: Int(count), bytes: Int(bytes))
    }
    var sources: [Int] = []
    var size = 0
    // Those that hold least first: when the disk runs low they give most and need least.
    for number in closed.sorted(by: { used[$0]?.bytes ?? 0 < used[$1]?.bytes ?? 0 }) {
      let length = try lane.segments.descriptor(number).length()
      let isMostlyDead = (used[number]?.bytes ?? 0) * 2 < packed[number] ?? length
      guard isMostlyDead || number < SegmentFolder.firstPacked else { continue }
      if size > 0, size + length > lane.options.segmentSize {
        try pack(sources, used)
        (sources, size) = ([], 0)
      }
      sources.append(number)
      size += length
    }
    if !sources.isEmpty { try pack(sources, used) }
  }

  private func recent() throws(StoreFault) -> (segment: Int, recent: Int, length: Int) {
    try rows(CollectionSQL.recent, []) { (Int($0.int(0)), Int($0.int(1)), Int($0.int(2))) }.first ?? (1, 1, 0)
  }

  private func states() throws(StoreFault) -> [Int: SegmentState] {
    var states: [Int: SegmentState] = [:]
    for (number, state) in try rows(CollectionSQL.segments, [], { ($0.int(0), $0.int(1)) }) {
      states[Int(number)] = SegmentState(rawValue: state)
    }
    return states
  }

  /// Ends the segment that is being written, and waits (by batches that note the time) until its records are no longer recent.
  private func closeSegment() throws(StoreFault) {
    let number = try lane.performBlocking { transaction throws(StoreFault) in
      transaction.rolls = true
      return transaction.segment.number
    }
    for _ in 0..<(2 * Int(RecentMarks.seconds) + 4) {
      try goOn()
      let now = try lane.performBlocking { transaction throws(StoreFault) in
        transaction.willChange()
        return transaction.segment.number
      }
      let facts = try recent()
      if now == number || facts.recent > number { return }
      usleep(500_000)
    }
  }

  /// Whether nothing came to the lane since the last round.
  func nothingCame() throws(StoreFault) -> Bool {
    let facts = try recent()
    return lane.lastRound.withLock { last in
      defer { last = (facts.segment, facts.length) }
      return last == (facts.segment, facts.length)
    }
  }

  /// A long segment of an idle lane is ended, so that it can be compressed.
  private func endIdleSegment() throws(StoreFault) {
    guard try recent().length >= Self.idleSize else { return }
    try lane.performBlocking { transaction throws(StoreFault) in transaction.rolls = true }
    try lane.performBlocking { transaction throws(StoreFault) in transaction.willChange() }
  }

  /// Below this a segment is not worth ending.
  private static let idleSize = 16 << 20

  /// Files of segments that the index has let go of.
  private func finishRemovals() throws(StoreFault) {
    for (number, state) in try states() {
      if state == .emptied { try remove(number) }
    }
  }

  private func remove(_ number: Int) throws(StoreFault) {
    if lane.fault(at: .segmentRemove) != nil { throw .closed }
    try lane.segments.remove(number)
    try lane.performBlocking { transaction throws(StoreFault) in
      transaction.willRemove()
      try transaction.run(CollectionSQL.setSegment, [.int(Int64(number)), .int(SegmentState.removed.rawValue), 0])
    }
  }

  /// What packed segments held when they were made.
  private func packedBytes() throws(StoreFault) -> [Int: Int] {
    let rows = try rows(CollectionSQL.segments, []) { (Int($0.int(0)), Int($0.int(2))) }
    return Dictionary(rows) { first, _ in first }
  }

  // MARK: One new segment

  private func pack(_ sources: [Int], _ used: [Int: Used]) throws(StoreFault) {
    let files = try lane.segments.numbers()
    let number = max(SegmentFolder.firstPacked, (try states().keys.max() ?? 0), files.last ?? 0) + 1
    let packing = Packing(self, try PackWriter(lane.segments, number: number))
    var emptied: [Int] = []
    var damaged: [Int] = []
    var before = 0
    do throws(StoreFault) {
      try packing.learn(sources)
      for source in sources {
        try goOn()
        let found = try packing.take(source)
        // Rows that point to no record that was found would lose their last chance with the file.
        if found.isWhole, found.blobs == used[source]?.count ?? 0 {
          emptied.append(source)
          before += try lane.segments.descriptor(source).length()
        } else {
          damaged.append(source)
        }
      }
      if lane.fault(at: .packWrite) != nil { throw .closed }
      try packing.writer.finish()
      if lane.fault(at: .packWritten) != nil { throw .closed }
    } catch {
      if lane.options.fault == nil { packing.writer.discard() }
      throw error
    }
    try name(packing, emptied: emptied, damaged: damaged)
    for source in emptied { try remove(source) }
    report.segments += emptied.count
    report.bytesFreed += Int64(before - packing.writer.end)
    report.damaged += damaged
    for source in damaged {
      lane.logger.critical(
        "a segment holds damaged messages and is kept as it is", metadata: ["segment": "\(source)"])
    }
  }

  /// The index takes over the new places: first the file's name, then the blobs in small batches, last that the sources are empty.
  private func name(_ packing: Packing, emptied: [Int], damaged: [Int]) throws(StoreFault) {
    let number = Int64(packing.writer.number)
    let used = packing.relocations.reduce(0) { $0 + $1.to.length }
    try lane.performBlocking { transaction throws(StoreFault) in
      transaction.willRemove()
      try transaction.run(
        CollectionSQL.setSegment, [.int(number), .int(SegmentState.packed.rawValue), .int(Int64(used))])
    }
    let all = packing.relocations
    for start in stride(from: 0, to: all.count, by: 500) {
      try goOn()
      let some = Array(all[start..<min(start + 500, all.count)])
      try lane.performBlocking { transaction throws(StoreFault) in try transaction.relocate(some) }
    }
    try lane.performBlocking { transaction throws(StoreFault) in
      transaction.willRemove()
      for (sources, state) in [(emptied, SegmentState.emptied), (damaged, .damaged)] {
        for source in sources {
          try transaction.run(CollectionSQL.setSegment, [.int(Int64(source)), .int(state.rawValue), 0])
        }
      }
    }
  }
}

extension LaneTransaction {
  /// Blobs lie elsewhere now. One that was deleted meanwhile stays deleted.
  func relocate(_ blobs: [Relocation]) throws(StoreFault) {
    willRemove()
    for blob in blobs {
      try run(
        CollectionSQL.relocate,
        [
          .int(blob.key.scope), .bytes(blob.key.hash), .int(Int64(blob.from.segment)), .int(Int64(blob.from.offset)),
          .int(Int64(blob.to.segment)), .int(Int64(blob.to.offset)), .int(Int64(blob.to.length)),
          .int(Int64(blob.to.codec.rawValue)),
        ])
    }
  }
}
