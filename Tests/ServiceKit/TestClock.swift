import Synchronization

/// A clock that a test sets: seconds since 1970 UTC.
package final class TestClock: Sendable {
  private let seconds: Mutex<Int64>

  package init(_ start: Int64 = 1_780_000_000) { seconds = Mutex(start) }

  package var now: @Sendable () -> Int64 { { self.seconds.withLock { $0 } } }

  package func advance(days: Int64 = 0, seconds more: Int64 = 0) {
    seconds.withLock { $0 += days * 86_400 + more }
  }
}
