internal import Glibc
internal import Synchronization

/// A few threads of their own for work that blocks or computes for long, taken in order of arrival.
final class WorkThreads: Sendable {
  private let line: WorkLine
  private let threads: Mutex<[pthread_t]>

  /// Starts `count` threads. More than `mostWaiting` pieces in line are refused.
  init(count: Int, mostWaiting: Int) {
    let line = WorkLine(mostWaiting: mostWaiting)
    self.line = line
    threads = Mutex((0..<count).compactMap { _ in Self.start(line) })
  }

  /// Runs `work` on one of the threads; nil if the line is full or closed.
  func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
    await withCheckedContinuation { continuation in
      if !post({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
    }
  }

  /// Puts `work` in line and does not wait; false if the line is full or closed.
  @discardableResult
  func post(_ work: @escaping @Sendable () -> Void) -> Bool { line.put(work) }

  /// Lets the line run empty and ends the threads. Blocks until then; must not be called from one of them.
  func close() {
    let joined = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    line.close()
    for thread in joined { pthread_join(thread, nil) }
  }

  private static func start(_ line: WorkLine) -> pthread_t? {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(line)
    let status = pthread_create(
      &thread, nil,
      { argument in
        // SAFETY: retained by `start` for this thread alone.
        if let argument { Unmanaged<WorkLine>.fromOpaque(argument).takeRetainedValue().work() }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      return nil
    }
    return thread
  }

  deinit { line.close() }
}

/// The work that waits for a thread.
// SAFETY: the POSIX mutex guards `waiting` and `isClosed`; both POSIX objects live in memory of their own until deinit.
private final class WorkLine: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let mostWaiting: Int
  private var waiting: [@Sendable () -> Void] = []
  private var first = 0
  private var isClosed = false

  init(mostWaiting: Int) {
    self.mostWaiting = mostWaiting
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func put(_ work: @escaping @Sendable () -> Void) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed, waiting.count - first < mostWaiting else { return false }
    waiting.append(work)
    pthread_cond_signal(changed)
    return true
  }

  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// A thread's life.
  func work() {
    while let next = take() { next() }
  }

  private func take() -> (@Sendable () -> Void)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while first == waiting.count {
      if isClosed { return nil }
      pthread_cond_wait(changed, mutex)
    }
    let next = waiting[first]
    first += 1
    if first == waiting.count || first > 256 {
      waiting.removeFirst(first)
      first = 0
    }
    return next
  }
}
