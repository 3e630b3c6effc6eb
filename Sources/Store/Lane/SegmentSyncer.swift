/// The lane's second thread: syncs the segment while the writer commits the index.
final class SegmentSyncer: Sendable {
  private enum State {
    case idle
    case asked(Descriptor)
    case working
    case done(SyncResult)
    case closed
  }
  enum SyncResult: Sendable {
    case durable
    case failed(StoreFault)
    /// A test stopped the lane here.
    case killed
  }

  private let state = Monitor(State.idle)
  /// The sync itself, with the fault points around it.
  private let sync: @Sendable (Descriptor) -> SyncResult

  init(_ sync: @escaping @Sendable (Descriptor) -> SyncResult) { self.sync = sync }

  /// The thread's body.
  func serve() {
    while true {
      let next: Descriptor?? = state.wait { state in
        switch state {
        case .asked(let descriptor):
          state = .working
          return .some(descriptor)
        case .closed: return .some(nil)
        default: return nil
        }
      }
      guard let descriptor = next ?? nil else { return }
      let result = sync(descriptor)
      state.update {
        $0 = .done(result)
        return true
      }
    }
  }

  /// Starts a sync; `finish` must follow.
  func start(_ descriptor: Descriptor) {
    state.update {
      $0 = .asked(descriptor)
      return true
    }
  }

  func finish() -> SyncResult {
    state.wait { state in
      guard case .done(let result) = state else { return nil }
      state = .idle
      return result
    }
  }

  func close() {
    state.update {
      $0 = .closed
      return true
    }
  }
}
