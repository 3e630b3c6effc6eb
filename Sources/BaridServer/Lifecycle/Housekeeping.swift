internal import Control
internal import Glibc
internal import Logging
internal import Store

/// What the server does by itself to its store: removed mail past its time, blobs that nothing names, space in segments, accounts
/// that were closed long ago, deliveries that wait for another lane.
struct Housekeeping: Sendable {
  /// Between two rounds.
  static let pause = Duration.seconds(600)

  let verbs: ControlVerbs
  let store: Store
  let recoverableDays: @Sendable () -> Int
  let logger: Logger

  /// Runs until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      await round()
      do { try await Task.sleep(for: Self.pause) } catch { return }
    }
  }

  /// Each step for itself, accepted mail first: a lane that cannot be tidied keeps no letter from another one.
  private func round() async {
    await attempt { () throws(StoreFault) in try await store.finishDeliveries() }
    await attempt { () throws(StoreFault) in
      let accounts = try await verbs.purgeAccounts(closedBefore: Int64(time(nil)) - Int64(recoverableDays()) * 86_400)
      if accounts > 0 { logger.notice("closed accounts are gone for good", metadata: ["count": "\(accounts)"]) }
    }
    await attempt { () throws(StoreFault) in
      let report = try await store.collect()
      if report.segments > 0 {
        logger.info(
          "space given back", metadata: ["segments": "\(report.segments)", "bytes": "\(report.bytesFreed)"])
      }
    }
  }

  private func attempt(_ step: () async throws(StoreFault) -> Void) async {
    do throws(StoreFault) { try await step() } catch {
      if error != .closed { logger.error("housekeeping failed", metadata: ["fault": "\(error)"]) }
    }
  }
}
