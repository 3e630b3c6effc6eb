import Glibc
import Logging
import Synchronization

extension Store {
  /// One round of housekeeping on all lanes, on a thread of its own at low priority: removed mail past its time, blobs that nothing
  /// names, space in segments. While it runs everything else goes on. Throws `.closed` when the store closes meanwhile.
  package func collect(_ effort: CollectionEffort = .usual) async throws(StoreFault) -> CollectionReport {
    try await apart("store collect") { store throws(StoreFault) in
      var report = CollectionReport()
      let days = store.dials.withLock { $0.recoverableDays }
      defer { store.reserve.refill() }
      try store.eachLane { lane throws(StoreFault) in
        let collector = try Collector(lane, recoverableDays: days, isStopping: { store.isStopping })
        report = try report + collector.run(effort)
      }
      return report
    }
  }

  /// Does something for all lanes; one that fails does not keep the others from it. Throws the first fault at the end.
  func eachLane(_ body: (Lane) throws(StoreFault) -> Void) throws(StoreFault) {
    var first: StoreFault?
    for lane in lanes {
      do throws(StoreFault) { try body(lane) } catch {
        if error == .closed, isStopping { throw error }
        first = first ?? error
      }
    }
    if let first { throw first }
  }

  /// Says that the clock is right, however far it jumped: removal and expiry go on (invariant 7), also after a restart.
  package func confirmTime() async throws(StoreFault) {
    clock.confirm()
    for lane in lanes { try await lane.perform { transaction throws(StoreFault) in transaction.willChange() } }
  }

  /// True while the clock is in doubt: nothing is removed for its age.
  package var isTimeInDoubt: Bool { clock.moment.isInDoubt }

  /// Runs long work on a thread of its own at low priority. `isAlone`: one such work at a time, because compaction must not move what a
  /// backup copies; closing the store waits for it.
  func apart<R: Sendable>(
    _ name: String, isAlone: Bool = true, _ work: @escaping @Sendable (Store) throws(StoreFault) -> R
  ) async throws(StoreFault) -> R {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<R, StoreFault>, Never>) in
      do throws(StoreFault) {
        let thread = try BlockingThread(name) { [self] in
          _ = nice(10)
          let run = { () throws(StoreFault) -> R in
            if self.isStopping { throw .closed }
            return try work(self)
          }
          if isAlone { return continuation.resume(returning: gate.hold(run)) }
          do throws(StoreFault) { continuation.resume(returning: .success(try run())) } catch {
            continuation.resume(returning: .failure(error))
          }
        }
        thread.detach()
      } catch { continuation.resume(returning: .failure(error)) }
    }
    return try result.get()
  }
}

/// Lets one at a time through.
final class WorkGate: Sendable {
  private let isHeld = Monitor(false)

  func hold<R>(_ body: () throws(StoreFault) -> R) -> Result<R, StoreFault> {
    enter()
    defer { leave() }
    do throws(StoreFault) { return .success(try body()) } catch { return .failure(error) }
  }

  func enter() {
    isHeld.wait { isHeld -> Void? in
      if isHeld { return nil }
      isHeld = true
      return ()
    }
  }

  func leave() {
    isHeld.update {
      $0 = false
      return true
    }
  }
}
