import Synchronization

/// What was found about clients in the last minutes, so that one with many connections is looked up once.
final class ClientMemory: Sendable {
  private let entries = Mutex<[String: (evidence: ClientEvidence, until: Int64)]>([:])
  private let capacity: Int
  private let seconds: Int64

  init(capacity: Int = 20_000, seconds: Int64 = 300) {
    self.capacity = capacity
    self.seconds = seconds
  }

  func evidence(of address: String, at now: Int64) -> ClientEvidence? {
    entries.withLock { entries in
      guard let entry = entries[address], now < entry.until else { return nil }
      return entry.evidence
    }
  }

  func note(_ evidence: ClientEvidence, of address: String, at now: Int64) {
    guard evidence.isFinal else { return }
    entries.withLock { entries in
      if entries.count >= capacity {
        entries = entries.filter { now < $0.value.until }
        // All of them fresh: a flood. Beginning anew costs questions, not memory.
        if entries.count >= capacity { entries.removeAll() }
      }
      entries[address] = (evidence, now + seconds)
    }
  }
}
