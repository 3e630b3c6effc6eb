/// Closures for a small group of blocking threads, in order of arrival. Each thread brings its own `Worker` (a reader's connection).
final class WorkQueue<Worker>: Sendable {
  typealias Work = @Sendable (Worker) -> Void
  private struct State {
    var waiting: [Work] = []
    var next = 0
    var isClosed = false
  }
  private let state = Monitor(State())

  /// False when the queue is closed: the work will not run.
  func add(_ work: @escaping Work) -> Bool {
    var isAdded = false
    state.updateForOne {
      if $0.isClosed { return false }
      $0.waiting.append(work)
      isAdded = true
      return true
    }
    return isAdded
  }

  /// Runs work until the queue is closed and empty: the body of each thread.
  func serve(_ worker: Worker) {
    while let work = next() { work(worker) }
  }

  func close() {
    state.update {
      $0.isClosed = true
      return true
    }
  }

  private func next() -> Work? {
    state.wait { state -> Work?? in
      if state.next < state.waiting.count {
        let work = state.waiting[state.next]
        state.next += 1
        // What was taken lets go of what it holds, also where the queue is never empty.
        if state.next == state.waiting.count {
          state.waiting.removeAll(keepingCapacity: true)
          state.next = 0
        } else if state.next >= 64, state.next >= state.waiting.count / 2 {
          state.waiting.removeFirst(state.next)
          state.next = 0
        }
        return .some(work)
      }
      return state.isClosed ? .some(nil) : nil
    }
  }
}
