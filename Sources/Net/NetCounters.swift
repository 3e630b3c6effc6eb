import Synchronization

/// What the server has counted since it started. Any thread may read; values only grow.
package final class NetCounters: Sendable {
  let acceptedCount = Atomic<Int>(0)
  let refusedCount = Atomic<Int>(0)
  let closedCount = Atomic<Int>(0)
  let bytesInCount = Atomic<Int>(0)
  let bytesOutCount = Atomic<Int>(0)
  let runsCount = Atomic<Int>(0)
  let handshakesCount = Atomic<Int>(0)
  let failedHandshakesCount = Atomic<Int>(0)
  let deadlinesCount = Atomic<Int>(0)
  let stalledCount = Atomic<Int>(0)
  let tooSlowCount = Atomic<Int>(0)
  let injectionsCount = Atomic<Int>(0)
  let badProxyHeadersCount = Atomic<Int>(0)

  /// Connections taken in.
  package var accepted: Int { acceptedCount.load(ordering: .relaxed) }
  /// Connections turned away by a limit.
  package var refused: Int { refusedCount.load(ordering: .relaxed) }
  /// Connections that have ended.
  package var closed: Int { closedCount.load(ordering: .relaxed) }
  /// Payload bytes received and sent (inside TLS, where there is TLS).
  package var bytesIn: Int { bytesInCount.load(ordering: .relaxed) }
  package var bytesOut: Int { bytesOutCount.load(ordering: .relaxed) }
  /// Pieces of work that sessions ran.
  package var runs: Int { runsCount.load(ordering: .relaxed) }
  package var handshakes: Int { handshakesCount.load(ordering: .relaxed) }
  package var failedHandshakes: Int { failedHandshakesCount.load(ordering: .relaxed) }
  /// Sessions whose patience was over.
  package var deadlines: Int { deadlinesCount.load(ordering: .relaxed) }
  /// Connections cut because the peer took nothing.
  package var stalled: Int { stalledCount.load(ordering: .relaxed) }
  /// Strangers cut for sending below the minimum rate.
  package var tooSlow: Int { tooSlowCount.load(ordering: .relaxed) }
  /// Connections closed for bytes buffered behind STARTTLS.
  package var injections: Int { injectionsCount.load(ordering: .relaxed) }
  package var badProxyHeaders: Int { badProxyHeadersCount.load(ordering: .relaxed) }

  init() {}

}

func add(_ count: Int = 1, to counter: borrowing Atomic<Int>) { counter.wrappingAdd(count, ordering: .relaxed) }
