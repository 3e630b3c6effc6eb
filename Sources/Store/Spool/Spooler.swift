import CStore
import Glibc
import Synchronization

/// What all spools of a store share: the folder for long messages, the threads that do slow work, and the parse at the end.
final class Spooler: Sendable {
  let folder: String
  let memoryLimit: Int
  private let limit: Atomic<Int>
  let derive: @Sendable (UnsafeRawBufferPointer) -> Derived
  private let queue = WorkQueue<Void>()
  private let threads: [BlockingThread]

  /// Up to here `finish` works on the caller's thread: under a millisecond with hashing, parsing and compressing.
  static let inlineLimit = 64 << 10

  init(
    folder: String, options: StoreOptions, derive: @escaping @Sendable (UnsafeRawBufferPointer) -> Derived
  ) throws(StoreFault) {
    self.folder = folder
    memoryLimit = options.spoolMemory
    limit = Atomic(options.messageLimit)
    self.derive = derive
    let queue = queue
    threads = try (0..<2).mapFaulty { number throws(StoreFault) in
      try BlockingThread("spool \(number)") { queue.serve(()) }
    }
  }

  /// The largest message taken by anybody. Never becomes smaller: who connected before the limit was lowered still has the old one,
  /// and every protocol holds its clients to its own.
  var messageLimit: Int { limit.load(ordering: .relaxed) }

  func raise(messageLimit: Int) { limit.max(messageLimit, ordering: .relaxed) }

  func close() {
    queue.close()
    for thread in threads { thread.join() }
  }

  /// Runs `work` on a spool thread.
  func run<R: Sendable>(_ work: @escaping @Sendable () throws(StoreFault) -> R) async throws(StoreFault) -> R {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<R, StoreFault>, Never>) in
      let isAdded = queue.add { _ in
        do throws(StoreFault) { continuation.resume(returning: .success(try work())) } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      if !isAdded { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  /// A new file without a name: it is gone when closed, also after a crash.
  func makeFile() throws(StoreFault) -> Descriptor {
    let made = cstore_open_unnamed(folder)
    guard made >= 0 else { throw StoreFault(errno: errno, doing: "make a spool file in \(folder)") }
    return Descriptor(made)
  }
}

extension Collection {
  /// `map` with a typed throw.
  func mapFaulty<R, E: Error>(_ body: (Element) throws(E) -> R) throws(E) -> [R] {
    var result: [R] = []
    result.reserveCapacity(count)
    for element in self { result.append(try body(element)) }
    return result
  }
}
