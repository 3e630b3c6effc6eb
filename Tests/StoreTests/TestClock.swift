import Synchronization

@testable import Store

/// A clock that stands until it is moved.
final class TestClock: Sendable {
  private let seconds: Mutex<Int64>

  init(_ seconds: Int64 = 1_800_000_000) { self.seconds = Mutex(seconds) }

  var now: Int64 { seconds.withLock { $0 } }

  func set(_ time: Int64) { seconds.withLock { $0 = time } }

  func advance(_ by: Int64) { seconds.withLock { $0 += by } }

  /// Lets days pass as they do on a running server: the lanes see the time every half day.
  func days(_ count: Int, _ fixture: Fixture) async throws {
    for _ in 0..<(2 * count) {
      advance(43_200)
      _ = try await fixture.store.collect()
    }
  }

  func options(lanes: Int = 1, _ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
    Fixture.options(lanes: lanes) { options in
      options.now = { self.now }
      options.steadySeconds = { 0 }
      options.clockIsSynchronised = { false }
      options.lackingRoom = { 0 }
      change(&options)
    }
  }
}
