import Synchronization

/// Copies that are promised by a durable intent and not filed yet, and whose sender may not know it: should he send the message again,
/// the promise holds and nobody gets it twice. Filed and remembered first, then forgotten here, so that there is no moment between.
final class PromisedCopies: Sendable {
  private let keys = Mutex<Set<ResendKey>>([])

  func add(_ key: ResendKey) { _ = keys.withLock { $0.insert(key) } }
  func remove(_ key: ResendKey) { _ = keys.withLock { $0.remove(key) } }
  func contains(_ key: ResendKey) -> Bool { keys.withLock { $0.contains(key) } }
}
