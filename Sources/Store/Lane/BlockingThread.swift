import CStore
import Glibc

/// A thread of its own for work that blocks (SQL, fsync, file reading), away from Swift's cooperative pool.
final class BlockingThread: Sendable {
  private let handle: pthread_t

  /// Starts `body` at once. `name` shows in `top -H`; Linux keeps 15 characters.
  init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(StoreFault) {
    let box = Unmanaged.passRetained(Body(run: body))
    var made = pthread_t()
    let code = pthread_create(
      &made, nil,
      { argument in
        guard let argument else { return nil }
        // Balances passRetained above.
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw .io("cannot start a thread: \(String(cString: strerror(code)))")
    }
    handle = made
    cstore_name_thread(made, String(name.prefix(15)))
  }

  /// Waits for the end of `body`. Once only.
  func join() { pthread_join(handle, nil) }

  /// Nobody will wait for it: its leftovers go with its end. Instead of `join`.
  func detach() { pthread_detach(handle) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
