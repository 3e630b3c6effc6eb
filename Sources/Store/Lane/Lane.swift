import Glibc
import Logging
import Synchronization

/// What is handed to a lane's writer: one operation of a batch.
struct LaneJob: Sendable {
  /// Called after the batch is durable and published.
  typealias Reply = @Sendable () -> Void
  /// Does the operation. May be called again after a batch was undone.
  var run: @Sendable (LaneTransaction) throws(StoreFault) -> Reply
  var fail: @Sendable (StoreFault) -> Void
  /// About how many bytes it writes: bounds a batch.
  var weight: Int
}

/// One lane: an index, its segments, one writer thread that commits batches, and readers. Accounts never change lanes.
///
/// Invariants (architecture.md, "Storage"):
/// 1. Nothing is answered, published or visible before blob and index are both durable.
/// 2. Both are synced side by side only in batches that purely add; else the blob first.
/// 3. A batch whose blobs did not reach the disk is dropped whole at start; its UIDs and modseqs are not given out again.
/// 4. A failed sync poisons the lane: read-only until reopened.
final class Lane: Sendable {
  let number: Int
  let folder: String
  let options: StoreOptions
  let segments: SegmentFolder
  let registry = ViewRegistry()
  let feeds = FeedRegistry()
  let search: SearchIndex
  let checkpointer: Checkpointer
  /// Of all lanes.
  let usages: UsageTable
  let access = AccessTable()
  let trees = MailboxLists()
  let members = MemberTable()
  let recent: RecentMail
  let logger: Logger
  private let inbox = Monitor(Inbox())
  private let progress = Monitor(Progress())
  private let readQueue = WorkQueue<LaneReader>()
  private let threads = Monitor<[BlockingThread]>([])

  private struct Inbox {
    var waiting: [LaneJob] = []
    var isClosed = false
  }

  /// What readers and openers wait for.
  struct Progress {
    /// The newest batch that everybody may see.
    var published: Int64 = 0
    /// Set when the writer has opened (or failed to).
    var opened: Result<Opened, StoreFault>?
    /// Set when no batch will be published any more.
    var stopped: StoreFault?
  }

  /// What the store must know of a lane that opened.
  struct Opened: Sendable {
    var accounts: [AccountID]
    var wasClean: Bool
    var lostRows: Int
  }

  /// Jobs and bytes in one batch at most.
  private static let batchJobs = 2_000
  private static let batchBytes = 64 << 20

  let reserve: DiskReserve
  let clock: ClockGuard
  /// True until a round of collection has counted what segments hold.
  let needsCount = Mutex(true)
  /// Where the newest segment ended at the last round of collection.
  let lastRound = Mutex<(segment: Int, end: Int)>((0, 0))

  init(
    number: Int, folder: String, options: StoreOptions, logger: Logger, reserve: DiskReserve, clock: ClockGuard,
    usages: UsageTable
  ) {
    self.usages = usages
    self.reserve = reserve
    self.clock = clock
    self.number = number
    self.folder = folder
    self.options = options
    var logger = logger
    logger[metadataKey: "lane"] = "\(number)"
    self.logger = logger
    segments = SegmentFolder("\(folder)/segments")
    recent = RecentMail(limit: options.recentMail)
    search = SearchIndex(folder: folder, options: options, logger: logger)
    checkpointer = Checkpointer("\(folder)/index.sqlite", limit: options.logPages, logger: logger)
  }

  var indexPath: String { "\(folder)/index.sqlite" }

  /// Starts the threads and waits until the writer has recovered the lane.
  func open() throws(StoreFault) -> Opened {
    try Folder.make("\(folder)/segments")
    let lane = self
    let syncer = SegmentSyncer { lane.syncSegment($0) }
    try start("lane \(number) sync") { syncer.serve() }
    try start("lane \(number) log") { lane.checkpointer.serve() }
    try start("lane \(number) write") { LaneWriter.serve(lane, syncer) }
    let opened = progress.wait { $0.opened }
    do {
      let facts = try opened.get()
      for reader in 0..<max(1, options.readersPerLane) {
        try start("lane \(number) read \(reader)") { lane.readQueue.serve(LaneReader(lane)) }
      }
      try search.open(lane, accounts: facts.accounts)
      return facts
    } catch {
      close()
      throw error
    }
  }

  private func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(StoreFault) {
    let thread = try BlockingThread(name, body)
    threads.withLock { $0.append(thread) }
  }

  /// Finishes what waits, then ends all threads. Blocks.
  func close() {
    inbox.update {
      $0.isClosed = true
      return true
    }
    readQueue.close()
    search.close()
    let threads = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in threads { thread.join() }
    segments.closeAll()
  }

  // MARK: Work

  /// Hands one operation to the writer; the result is durable.
  func perform<R: Sendable>(
    weight: Int = 0, _ body: @escaping @Sendable (LaneTransaction) throws(StoreFault) -> R
  ) async throws(StoreFault) -> R {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<R, StoreFault>, Never>) in
      submit(weight: weight, body) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// As `perform`, for threads that may block.
  func performBlocking<R: Sendable>(
    _ body: @escaping @Sendable (LaneTransaction) throws(StoreFault) -> R
  ) throws(StoreFault) -> R {
    let answer = Monitor<Result<R, StoreFault>?>(nil)
    submit(weight: 0, body) { result in
      answer.update {
        $0 = result
        return true
      }
    }
    return try answer.wait { $0 }.get()
  }

  /// Queues an operation; `answer` comes exactly once, from a lane thread.
  func submit<R: Sendable>(
    weight: Int, _ body: @escaping @Sendable (LaneTransaction) throws(StoreFault) -> R,
    _ answer: @escaping @Sendable (Result<R, StoreFault>) -> Void
  ) {
    let job = LaneJob(
      run: { transaction throws(StoreFault) in
        let result = try body(transaction)
        return { answer(.success(result)) }
      }, fail: { answer(.failure($0)) }, weight: weight)
    var isTaken = false
    inbox.update {
      if $0.isClosed { return false }
      $0.waiting.append(job)
      isTaken = true
      return $0.waiting.count == 1
    }
    if !isTaken { answer(.failure(.closed)) }
  }

  /// How long the writer may look out for more jobs, in nanoseconds, and only when the batch before had several.
  private static let gathering: UInt64 = 200_000

  /// What waits, up to one batch; nil when the lane is closed and everything is done. `last` = how many the batch before had.
  ///
  /// Writers that were just answered come back one after the other; taking the first one alone would cost a whole sync for it. So after a
  /// batch of several the writer gives its core away a few times until most are back. A lone writer never waits.
  func takeJobs(last: Int) -> [LaneJob]? {
    if last >= 3 {
      let start = Self.nanoseconds()
      while inbox.withLock({ !$0.isClosed && !$0.waiting.isEmpty && $0.waiting.count < last * 3 / 4 }),
        Self.nanoseconds() - start < Self.gathering
      {
        sched_yield()
      }
    }
    return inbox.wait { inbox -> [LaneJob]?? in
      if inbox.waiting.isEmpty { return inbox.isClosed ? .some(nil) : nil }
      var count = 0
      var bytes = 0
      for job in inbox.waiting.prefix(Self.batchJobs) {
        bytes += job.weight
        if count > 0, bytes > Self.batchBytes { break }
        count += 1
      }
      if count == inbox.waiting.count {
        defer { inbox.waiting = [] }
        return .some(inbox.waiting)
      }
      let jobs = Array(inbox.waiting.prefix(count))
      inbox.waiting.removeFirst(count)
      return .some(jobs)
    }
  }

  private static func nanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  // MARK: Progress

  func announce(_ change: (inout Progress) -> Void) {
    progress.update {
      change(&$0)
      return true
    }
  }

  /// Waits until `batch` is published: what a reader saw in the index may then be shown.
  func waitUntilPublished(_ batch: Int64) throws(StoreFault) {
    let fault = progress.wait { progress -> StoreFault?? in
      if progress.published >= batch { return .some(nil) }
      return progress.stopped.map { .some($0) }
    }
    if let fault = fault ?? nil { throw fault }
  }

  // MARK: Reading

  /// Runs `body` on a reader thread.
  func read<R: Sendable>(
    _ body: @escaping @Sendable (LaneReader) throws(StoreFault) -> R
  ) async throws(StoreFault) -> R {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<R, StoreFault>, Never>) in
      queueRead(body) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  func queueRead<R: Sendable>(
    _ body: @escaping @Sendable (LaneReader) throws(StoreFault) -> R,
    _ answer: @escaping @Sendable (Result<R, StoreFault>) -> Void
  ) {
    let isAdded = readQueue.add { reader in
      do throws(StoreFault) {
        answer(.success(try body(reader)))
      } catch { answer(.failure(error)) }
    }
    if !isAdded { answer(.failure(.closed)) }
  }

  /// Runs `body` on another reader thread as soon as one is free; never where the lane closes before.
  func help(_ body: @escaping @Sendable (LaneReader) -> Void) { _ = readQueue.add(body) }

  // MARK: Faults for tests

  func fault(at point: DurableStep.Point) -> InjectedFault? {
    options.fault?(DurableStep(lane: number, point: point))
  }

  private func syncSegment(_ descriptor: Descriptor) -> SegmentSyncer.SyncResult {
    switch fault(at: .segmentSync) {
    case .kill, .tear: return .killed
    case .error(let code): return .failed(StoreFault(errno: code, doing: "sync a segment"))
    case nil: break
    }
    do throws(StoreFault) { try descriptor.sync() } catch { return .failed(error) }
    return fault(at: .segmentSynced) == nil ? .durable : .killed
  }
}
