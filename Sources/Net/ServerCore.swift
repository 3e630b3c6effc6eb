import Logging
import NIOCore
import Synchronization

/// What all listeners and connections of one server share.
final class ServerCore: Sendable {
  let settings: NetSettings
  let logger: Logger
  let counters = NetCounters()
  let admission: Admission
  private let loops: [ObjectIdentifier: LoopContext]
  private let lastID = Atomic<UInt64>(0)
  private let liveCount = Atomic<Int>(0)
  private let draining = Atomic<Bool>(false)
  private let emptied = Mutex<EventLoopPromise<Void>?>(nil)

  init(settings: NetSettings, group: any EventLoopGroup, logger: Logger) {
    self.settings = settings
    self.logger = logger
    admission = Admission(settings: settings)
    loops = Dictionary(
      uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopContext(loop: $0)) })
  }

  var allLoops: [LoopContext] { Array(loops.values) }
  var live: Int { liveCount.load(ordering: .sequentiallyConsistent) }
  var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

  func context(of loop: any EventLoop) -> LoopContext {
    guard let context = loops[ObjectIdentifier(loop)] else { preconditionFailure("a loop of another group") }
    return context
  }

  func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Enters a connection into its loop's register. On the loop.
  func register(_ connection: any LiveConnection, id: UInt64, on context: LoopContext) {
    context.live.value[id] = connection
    liveCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }

  /// Takes a connection out again. On the loop.
  func unregister(id: UInt64, on context: LoopContext) {
    guard context.live.value.removeValue(forKey: id) != nil else { return }
    if liveCount.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0 { signalEmpty() }
  }

  func startDraining() { draining.store(true, ordering: .sequentiallyConsistent) }

  /// Returns when no connection is left or after `limit`.
  func waitUntilEmpty(limit: Duration) async {
    guard let loop = loops.values.first?.loop else { return }
    let promise = loop.makePromise(of: Void.self)
    emptied.withLock { $0 = promise }
    let timer = loop.scheduleTask(in: TimeAmount(limit)) { promise.succeed() }
    if live == 0 { promise.succeed() }
    // The promise only ever succeeds.
    do { try await promise.futureResult.get() } catch {
      logger.error("drain interrupted", metadata: ["error": "\(error)"])
    }
    emptied.withLock { $0 = nil }
    timer.cancel()
  }

  private func signalEmpty() { emptied.withLock { $0 }?.succeed() }
}
