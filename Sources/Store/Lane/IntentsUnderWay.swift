import Synchronization

/// Intents whose delivery is being done right now, by lane and number: `finishDeliveries` leaves them alone. Without it, one that had
/// read an intent a moment before it was settled filed its copies again, after the keys that forbid it were forgotten.
///
/// Asked and told on the home lane's writer: `add` in the operation that writes the intent, `contains` in the one that lists them,
/// `remove` after the settling one is durable.
final class IntentsUnderWay: Sendable {
  private struct Name: Hashable {
    var lane: Int
    var qid: Int64
  }
  private let names = Mutex<Set<Name>>([])

  func add(_ qid: Int64, lane: Int) { _ = names.withLock { $0.insert(Name(lane: lane, qid: qid)) } }
  func remove(_ qid: Int64, lane: Int) { _ = names.withLock { $0.remove(Name(lane: lane, qid: qid)) } }
  func contains(_ qid: Int64, lane: Int) -> Bool { names.withLock { $0.contains(Name(lane: lane, qid: qid)) } }
}
