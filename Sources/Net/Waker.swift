import NIOCore
import Synchronization

/// Wakes one session from any thread: calls coalesce into one `Event.wake`, delivered as soon as no `run` is under way, which
/// `interrupt` sees to.
package final class Waker: Sendable {
  /// 0: quiet; 1: a wake is on its way; 2: the connection is gone.
  private let state = Atomic<UInt8>(0)
  private let loop: (any EventLoop)?
  private let onWake: (@Sendable () -> Void)?
  // SAFETY: written and read only on `loop` (set before the session exists, read in the closure that `wake` sends there).
  nonisolated(unsafe) private var target: (any Wakeable)?

  init(loop: any EventLoop, target: any Wakeable) {
    self.loop = loop
    self.target = target
    onWake = nil
  }

  /// A waker that calls `onWake` at once each time, for a session's own tests.
  package init(onWake: @escaping @Sendable () -> Void) {
    self.onWake = onWake
    loop = nil
  }

  /// Asks for an `Event.wake`. Cheap when one is already on its way, and harmless after the connection is gone.
  package func wake() {
    if let onWake { return onWake() }
    guard let loop, state.compareExchange(expected: 0, desired: 1, ordering: .acquiringAndReleasing).exchanged else {
      return
    }
    loop.execute { self.arrive() }
  }

  /// Asks for an `Event.wake` that waits for nobody: the work under way is cancelled, and what it still wants to write is not sent.
  package func interrupt() {
    if let onWake { return onWake() }
    loop?.execute { self.target?.interruptArrived() }
  }

  private func arrive() {
    guard state.compareExchange(expected: 1, desired: 0, ordering: .acquiringAndReleasing).exchanged else { return }
    target?.wakeArrived()
  }

  /// The connection is gone. On its loop.
  func retire() {
    state.store(2, ordering: .releasing)
    target = nil
  }
}

/// Whoever a waker wakes, on its event loop.
protocol Wakeable: AnyObject {
  func wakeArrived()
  func interruptArrived()
}
