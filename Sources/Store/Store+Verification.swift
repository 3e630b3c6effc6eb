import Database
import Logging
import Synchronization

extension Store {
  /// Reads everything and checks every rule while the store runs: each lane in one snapshot of its index. What is damaged is also
  /// logged.
  package func verify(_ progress: @escaping WorkProgress = { _, _ in }) async throws(StoreFault) -> VerificationReport {
    try await apart("store verify") { store throws(StoreFault) in
      var report = VerificationReport()
      let count = try WorkCount(store.lanes.map { (number: $0.number, path: $0.indexPath) }, progress)
      for lane in store.lanes {
        let connection = try inStore { () throws(DatabaseFault) in try Connection(reading: lane.indexPath) }
        defer { connection.close() }
        let verifier = Verifier(
          number: lane.number, connection: connection, segments: lane.segments,
          goOn: { () throws(StoreFault) in if store.isStopping { throw .closed } }, progress: { count.add($0) })
        report.add(try verifier.run())
      }
      if !report.isSound {
        store.logger.critical("verification found mistakes", metadata: ["count": "\(report.mistakeCount)"])
      }
      return report
    }
  }
}

/// Counts bytes of blobs against all that there are.
final class WorkCount {
  private let total: Int64
  private var done: Int64 = 0
  private var told: Int64 = 0
  private let progress: WorkProgress

  init(_ indexes: [(number: Int, path: String)], _ progress: @escaping WorkProgress) throws(StoreFault) {
    var total: Int64 = 0
    for (_, path) in indexes {
      total += try inStore { () throws(DatabaseFault) in
        let connection = try Connection(reading: path)
        defer { connection.close() }
        return try connection.first(VerificationSQL.blobCount) { $0.int(1) } ?? 0
      }
    }
    self.total = total
    self.progress = progress
  }

  func add(_ bytes: Int) {
    done += Int64(bytes)
    if done - told > 1 << 20 || done == total {
      told = done
      progress(done, total)
    }
  }
}
