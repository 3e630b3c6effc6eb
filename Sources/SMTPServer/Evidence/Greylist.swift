import Synchronization

/// Who sent here before: unknown senders are asked to come again (RFC 6647).
///
/// In memory and bounded: a restart forgets, and costs an unknown sender one more wait. What is kept is a hash of network, sender and
/// recipient; who came again is known by network and sender's domain.
final class Greylist: Sendable {
  private struct Tables {
    /// When a sender came first.
    var waiting: [Int: Int64] = [:]
    /// When one that is known came last.
    var known: [Int: Int64] = [:]
  }

  /// RFC 6647 §4.4: at least a day for the second try, at least a month for who passed.
  private static let window: Int64 = 86_400
  private static let memory: Int64 = 36 * 86_400

  private let delay: Int64
  private let capacity: Int
  private let tables: Mutex<Tables>

  init(delay: Int64, capacity: Int = 100_000, after earlier: Greylist? = nil) {
    self.delay = delay
    self.capacity = capacity
    tables = Mutex(earlier?.tables.withLock { $0 } ?? Tables())
  }

  /// How many seconds this sender must still wait; nil: let it in.
  func wait(network: String, sender: String, recipient: String, at now: Int64) -> Int64? {
    let key = Self.key([network, sender.lowercased(), recipient.lowercased()])
    let known = Self.key([network, Self.domain(sender)])
    return tables.withLock { tables in
      if let last = tables.known[known], now - last < Self.memory {
        tables.known[known] = now
        return nil
      }
      guard let firstSeen = tables.waiting[key], now - firstSeen < Self.window else {
        Self.makeRoom(&tables.waiting, capacity, now)
        tables.waiting[key] = now
        return delay
      }
      let left = firstSeen + delay - now
      if left > 0 { return left }
      tables.waiting[key] = nil
      if tables.known.count >= capacity { Self.shrink(&tables.known) }
      tables.known[known] = now
      return nil
    }
  }

  /// True when mail of this sender's domain came in from this network before.
  func knows(network: String, sender: String, at now: Int64) -> Bool {
    let key = Self.key([network, Self.domain(sender)])
    return tables.withLock { tables in tables.known[key].map { now - $0 < Self.memory } ?? false }
  }

  /// Mail of this sender was accepted.
  func accepted(network: String, sender: String, at now: Int64) {
    let key = Self.key([network, Self.domain(sender)])
    tables.withLock { tables in
      if tables.known.count >= capacity { Self.shrink(&tables.known) }
      tables.known[key] = now
    }
  }

  /// Drops what is over, else the older half: a flood of senders must not cost memory.
  private static func makeRoom(_ table: inout [Int: Int64], _ capacity: Int, _ now: Int64) {
    guard table.count >= capacity else { return }
    table = table.filter { now - $0.value < window }
    if table.count >= capacity { shrink(&table) }
  }

  private static func shrink(_ table: inout [Int: Int64]) {
    let middle = table.values.sorted()[table.count / 2]
    table = table.filter { $0.value > middle }
  }

  private static func domain(_ sender: String) -> String {
    sender.lastIndex(of: "@").map { sender[sender.index(after: $0)...].lowercased() } ?? ""
  }

  /// Swift's hashing is keyed by the process, so nobody can choose keys that collide.
  private static func key(_ parts: [String]) -> Int {
    var hasher = Hasher()
    for part in parts { hasher.combine(part) }
    return hasher.finalize()
  }
}
