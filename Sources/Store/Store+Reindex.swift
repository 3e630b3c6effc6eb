/// What one step of a `store reindex` did.
package struct ReindexOutcome: Sendable, Equatable {
  /// Messages whose derived data was made anew.
  package var messages = 0
  /// Messages that cannot be read: left as they were.
  package var damaged = 0
  /// The last email that was looked at.
  package var last: Int64 = 0
  /// Where the next step begins; nil: that was all.
  package var next: Int64?
}

extension Store {
  /// Makes derived data of an account's messages anew while everything goes on: those after email `after`, about `limit` of them.
  package func rederive(
    _ account: AccountID, after: Int64 = 0, limit: Int = .max
  ) async throws(StoreFault) -> ReindexOutcome {
    let lane = try lane(of: account)
    var outcome = ReindexOutcome(last: after)
    while !Task.isCancelled {
      let after = outcome.last
      let batch = try await lane.read { reader throws(StoreFault) in
        try Self.read(after: after, account, reader)
      }
      guard let newest = batch.newest else { break }
      let derive = spooler.derive
      let derived = try await spooler.run { () throws(StoreFault) in
        batch.contents.map { email, content in (email, content.withUnsafeBytes { derive($0) }) }
      }
      try await lane.perform { transaction throws(StoreFault) in
        for (email, derived) in derived { try transaction.replaceDerived(email, derived, account) }
      }
      outcome.messages += derived.count
      outcome.damaged += batch.damaged
      outcome.last = newest
      if outcome.messages + outcome.damaged >= limit {
        outcome.next = newest
        break
      }
    }
    return outcome
  }

  /// Makes the account's search index anew, behind everything else. Searches work meanwhile, slower.
  package func rebuildSearch(_ account: AccountID) throws(StoreFault) { try lane(of: account).search.rebuild(account) }

  /// Waits until everything is indexed; false when it takes longer.
  package func searchSettled(within limit: Duration) async -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      if lanes.allSatisfy(\.search.isSettled) { return true }
      if ContinuousClock.now > end { return false }
      do { try await Task.sleep(for: .milliseconds(50)) } catch { return false }
    }
  }

  /// The next messages after an email, at most some megabytes of them.
  private static func read(
    after: Int64, _ account: AccountID, _ reader: LaneReader
  ) throws(StoreFault) -> (contents: [(EmailID, [UInt8])], damaged: Int, newest: Int64?) {
    var contents: [(EmailID, [UInt8])] = []
    var damaged = 0
    var newest: Int64?
    var bytes = 0
    for (email, location) in try reader.following(after, account, limit: 128) {
      if bytes > 8 << 20 { break }
      newest = email.raw
      do throws(StoreFault) {
        guard let location else { throw .noSuchMessage }
        let content = try reader.blobs.read(location)
        bytes += content.count
        contents.append((email, content))
      } catch {
        switch error {
        case .damaged, .noSuchMessage: damaged += 1
        default: throw error
        }
      }
    }
    return (contents, damaged, newest)
  }
}
