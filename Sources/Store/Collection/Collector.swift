import Database
import Glibc
import Logging

/// Gives back what nothing needs any more, beside the running lane: removed mail past its time, blobs that nothing names, space in
/// segments. One thread, one round.
///
/// Every change of the index is an ordinary operation of the lane's writer, marked as removing (invariant 2); new files are durable
/// before an operation names them, and old ones go only after the index has let go of them. So a crash at any step leaves at worst a
/// file too many, which the next start removes.
final class Collector {
  let lane: Lane
  let connection: Connection
  /// How long removed mail can come back.
  let recoverableDays: Int64
  let isStopping: () -> Bool
  /// Nothing came since the last round: the round may do what would keep deliveries waiting.
  private(set) var isIdle = false
  var report = CollectionReport()

  init(_ lane: Lane, recoverableDays: Int64, isStopping: @escaping () -> Bool) throws(StoreFault) {
    self.lane = lane
    self.recoverableDays = recoverableDays
    self.isStopping = isStopping
    connection = try inStore { () throws(DatabaseFault) in
      try Connection(lane.indexPath, .reader, cacheKiB: 4_096)
    }
  }

  deinit { connection.close() }

  func run(_ effort: CollectionEffort) throws(StoreFault) -> CollectionReport {
    try noteTime()
    try lane.performBlocking { transaction throws(StoreFault) in try transaction.forgetOldReplies() }
    try purgeRemoved()
    try mergeVanished()
    try sweep()
    isIdle = try nothingCame()
    try compact(effort)
    if effort == .everything || isIdle { try emptyLog() }
    return report
  }

  /// The index's log is space too.
  private func emptyLog() throws(StoreFault) {
    try inStore { () throws(DatabaseFault) in
      let writer = try Connection(lane.indexPath, .writer, cacheKiB: 64)
      defer { writer.close() }
      try writer.emptyLog()
    }
  }

  /// Also a lane without mail notes the time once in a while, or it would take the next letter's date for a jump.
  private func noteTime() throws(StoreFault) {
    report.isTimeInDoubt = try lane.performBlocking { transaction throws(StoreFault) in
      let after = transaction.timeSeenAfter
      if after > transaction.timeSeen + 3_600 || after < transaction.timeSeen { transaction.willChange() }
      return transaction.isTimeInDoubt
    }
    if report.isTimeInDoubt {
      lane.logger.warning("the clock is in doubt: nothing is removed for its age until the time is confirmed")
    }
  }

  func rows<R>(_ sql: SQL, _ values: [SQLValue] = [], _ read: (Statement) -> R) throws(StoreFault) -> [R] {
    try inStore { () throws(DatabaseFault) in try connection.rows(sql, values, read) }
  }

  /// Stops the round when the store closes.
  func goOn() throws(StoreFault) { if isStopping() { throw .closed } }

  // MARK: Blobs that nothing names

  /// Decides about every blob whose last email or queue entry may have gone.
  private func sweep() throws(StoreFault) {
    let most: Int64 = 20_000
    while true {
      try goOn()
      // What is named again from here on is noted, so that the look below can take its time.
      try lane.performBlocking { transaction throws(StoreFault) in transaction.cache.namedAgain = [] }
      let suspects = try rows(CollectionSQL.unnamed, [.int(most)]) { BlobKey(scope: $0.int(0), hash: $0.bytes(1)) }
      if suspects.isEmpty { break }
      let dead = try unnamed(of: Set(suspects))
      for start in stride(from: 0, to: suspects.count, by: 500) {
        let some = Array(suspects[start..<min(start + 500, suspects.count)])
        report.blobs += try lane.performBlocking { transaction throws(StoreFault) in
          try transaction.settle(suspects: some, dead: dead)
        }
      }
      if suspects.count < most { break }
    }
    try lane.performBlocking { transaction throws(StoreFault) in transaction.cache.namedAgain = nil }
  }

  /// Those of `suspects` that no email and no queue entry names in one snapshot.
  private func unnamed(of suspects: Set<BlobKey>) throws(StoreFault) -> Set<BlobKey> {
    var left = suspects
    let statement = try inStore { () throws(DatabaseFault) in try connection.prepare(CollectionSQL.names) }
    defer { statement.reset() }
    try inStore { () throws(DatabaseFault) in
      while try statement.step() { left.remove(BlobKey(scope: statement.int(0), hash: statement.bytes(1))) }
    }
    return left
  }
}

/// Names a blob.
struct BlobKey: Hashable, Sendable {
  var scope: Int64
  var hash: [UInt8]
}

extension LaneTransaction {
  /// Deletes those of `suspects` that are dead and were not named again meanwhile; how many.
  func settle(suspects: [BlobKey], dead: Set<BlobKey>) throws(StoreFault) -> Int {
    // Without the list (the store was reopened, the cache lost it) nobody can tell: next time.
    guard let again = cache.namedAgain else { return 0 }
    willRemove()
    var deleted = 0
    for key in suspects where !again.contains(key.hash) {
      try run(CollectionSQL.deleteUnnamed, [.int(key.scope), .bytes(key.hash)])
      guard dead.contains(key) else { continue }
      try run(LaneSQL.deleteBlob, [.int(key.scope), .bytes(key.hash)])
      deleted += 1
    }
    return deleted
  }
}
