import Synchronization

/// Memory for what must be whole for a moment, of all sessions together: whoever finds none left waits, in order.
///
/// Nobody holds any of it while it waits for a client.
final class ByteBudget: Sendable {
  private struct State {
    var free: Int
    var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>
  private let total: Int

  init(_ total: Int) {
    self.total = total
    state = Mutex(State(free: total))
  }

  /// Does `work`, which has so many bytes in memory; more than there are in all counts as all.
  func holding<Value, Fault: Error>(
    _ bytes: Int, _ work: () async throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    let bytes = min(bytes, total)
    await take(bytes)
    defer { give(bytes) }
    return try await work()
  }

  private func take(_ bytes: Int) async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.waiting.isEmpty, state.free >= bytes else {
          state.waiting.append((bytes, continuation))
          return false
        }
        state.free -= bytes
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  private func give(_ bytes: Int) {
    let next = state.withLock { state in
      state.free += bytes
      var next: [CheckedContinuation<Void, Never>] = []
      while let first = state.waiting.first, first.bytes <= state.free {
        state.free -= first.bytes
        next.append(first.continuation)
        state.waiting.removeFirst()
      }
      return next
    }
    for continuation in next { continuation.resume() }
  }
}
