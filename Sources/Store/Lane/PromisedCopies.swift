import Synchronization

/// Copies that are promised by a durable intent and not filed yet, and whose sender may not know it: should he send the message again,
/// the promise holds and nobody gets it twice. Filed and remembered first, then forgotten here, so that there is no moment between.
///
/// One that was filed just before it is noted here stays: as long as a lost reply is remembered, and with the same answer.
final class PromisedCopies: Sendable {
  private let keys = Mutex<[ResendKey: ContinuousClock.Instant]>([:])
  private let window: Duration

  init(window: Duration) { self.window = window }

  func add(_ key: ResendKey) { keys.withLock { $0[key] = .now } }
  func remove(_ key: ResendKey) { keys.withLock { $0[key] = nil } }

  func contains(_ key: ResendKey) -> Bool {
    keys.withLock { keys in keys[key].map { .now - $0 < window } ?? false }
  }

  func forgetOld() {
    keys.withLock { keys in keys = keys.filter { .now - $0.value < window } }
  }
}
