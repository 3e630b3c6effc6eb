import Glibc
import Logging
import Synchronization

/// The full-text index of one lane: which messages hold which words, written behind delivery, asked by searches.
///
/// Invariants
/// 1. It is made of the messages and can always be made anew: a file that is damaged or of another version is thrown away and rebuilt.
/// 2. Only published messages are indexed, and `reach` of an account moves in the transaction that adds the part; a crash may lose the
///    newest parts together with their reach, which makes those messages "not yet indexed".
/// 3. An answer says yes, maybe, or nothing (`reach`); no is said only of messages that are wholly indexed.
/// 4. Deleted messages stay until their part is merged; they are in no mailbox, so no search shows them.
final class SearchIndex: Sendable {
  let folder: String
  let options: StoreOptions
  let logger: Logger
  private let inbox = Monitor(Inbox())
  private let questions = WorkQueue<SearchReader>()
  private let threads = Monitor<[BlockingThread]>([])
  /// Grows when the file was thrown away: readers open it again.
  private let generation = Atomic<Int>(0)

  struct Inbox {
    var work = Work()
    var isClosed = false
    var isBusy = false
    /// Messages noted since the thread last looked, and all that wait.
    var arrived = 0
    var pending = 0
    /// Called when nothing is left to do.
    var waiting: [@Sendable () -> Void] = []
  }

  /// What waits for the indexing thread.
  struct Work {
    var dirty: Set<AccountID> = []
    var removed: Set<AccountID> = []
    var forgotten: [AccountID: [EmailID]] = [:]
    /// Accounts whose index shall be made anew.
    var rebuilt: Set<AccountID> = []
    /// The whole file is damaged.
    var isDamaged = false

    var isEmpty: Bool {
      dirty.isEmpty && removed.isEmpty && forgotten.isEmpty && rebuilt.isEmpty && !isDamaged
    }
  }

  init(folder: String, options: StoreOptions, logger: Logger) {
    self.folder = folder
    self.options = options
    self.logger = logger
  }

  var path: String { "\(folder)/search.sqlite" }
  var currentGeneration: Int { generation.load(ordering: .acquiring) }

  /// Starts both threads; `accounts` are looked through for messages that are not indexed yet.
  func open(_ lane: Lane, accounts: [AccountID]) throws(StoreFault) {
    inbox.withLock { $0.work.dirty.formUnion(accounts) }
    try start("lane \(lane.number) index") { SearchWriter.serve(self, lane) }
    try start("lane \(lane.number) find") { self.questions.serve(SearchReader(self)) }
  }

  private func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(StoreFault) {
    let thread = try BlockingThread(name, body)
    threads.withLock { $0.append(thread) }
  }

  /// Ends both threads; what is not indexed is indexed after the next start. Blocks.
  func close() {
    inbox.update {
      $0.isClosed = true
      return true
    }
    questions.close()
    let threads = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in threads { thread.join() }
  }

  // MARK: For the lane's writer: cheap, never waits for the index

  /// These accounts have new messages, `messages` together.
  func note(added accounts: some Collection<AccountID>, messages: Int = 0) {
    if accounts.isEmpty { return }
    inbox.update {
      let wakes = $0.work.isEmpty
      $0.work.dirty.formUnion(accounts)
      $0.arrived += messages
      $0.pending += messages
      return wakes
    }
  }

  /// These accounts are gone.
  func note(removed accounts: [AccountID]) {
    if !accounts.isEmpty { add { $0.removed.formUnion(accounts) } }
  }

  /// These emails were deleted for good; their words go when their parts are merged.
  func forget(_ emails: [EmailID], of account: AccountID) {
    if !emails.isEmpty { add { $0.forgotten[account, default: []] += emails } }
  }

  /// Makes the account's index anew.
  func rebuild(_ account: AccountID) { add { $0.rebuilt.insert(account) } }

  /// The file is damaged: it is made anew.
  func noteDamage() { add { $0.isDamaged = true } }

  private func add(_ change: (inout Work) -> Void) {
    inbox.update {
      // Only the first wakes the thread: the others come while it is about to look.
      let wakes = $0.work.isEmpty
      change(&$0.work)
      return wakes
    }
  }

  // MARK: For the indexing thread

  /// What there is to do; waits a little for more to come. Nil: end.
  func takeWork() -> Work? {
    var isOpen = inbox.wait { inbox -> Bool? in
      if inbox.isClosed { return false }
      return inbox.work.isEmpty ? nil : true
    }
    if isOpen { gather() }
    isOpen = inbox.withLock { !$0.isClosed }
    if !isOpen { return nil }
    return inbox.withLock { inbox in
      inbox.isBusy = true
      inbox.pending = 0
      defer { inbox.work = Work() }
      return inbox.work
    }
  }

  /// Waits for more to come; see `IndexPatience`. Somebody who waits is not kept waiting.
  private func gather() {
    wait(IndexPatience(least: options.searchGathering, most: options.searchGathering + options.searchPatience))
  }

  /// Between two parts: waits while mail streams in.
  func giveWay() { wait(IndexPatience(least: 0, most: options.searchPatience)) }

  private func wait(_ patience: IndexPatience) {
    var patience = patience
    while true {
      let goesOn = inbox.withLock { inbox in
        defer { inbox.arrived = 0 }
        return patience.goesOn(at: IndexPatience.now, arrived: inbox.arrived, pending: inbox.pending)
          && inbox.waiting.isEmpty && !inbox.isClosed && !inbox.work.isDamaged
      }
      if !goesOn { return }
      usleep(20_000)
    }
  }

  var isClosing: Bool { inbox.withLock { $0.isClosed } }

  /// All work that was taken is done.
  func finishedWork() {
    let waiting = inbox.withLock { inbox -> [@Sendable () -> Void] in
      inbox.isBusy = false
      guard inbox.work.isEmpty else { return [] }
      defer { inbox.waiting = [] }
      return inbox.waiting
    }
    for call in waiting { call() }
  }

  /// The thread ends: nobody shall wait for ever.
  func stopped() {
    let waiting = inbox.withLock { inbox in
      inbox.isClosed = true
      defer { inbox.waiting = [] }
      return inbox.waiting
    }
    for call in waiting { call() }
  }

  func fileWasReplaced() { generation.add(1, ordering: .releasing) }

  /// True when everything that is published is indexed (or the index is closed).
  var isSettled: Bool { inbox.withLock { $0.isClosed || ($0.work.isEmpty && !$0.isBusy) } }

  /// Returns when everything that is published now is indexed (or the index closes).
  func settled() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      var isLate = false
      inbox.update {
        if $0.isClosed { isLate = true } else { $0.waiting.append { continuation.resume() } }
        // Also when nothing waits the thread must come by once.
        $0.work.dirty.insert(AccountID(raw: -1))
        return true
      }
      if isLate { continuation.resume() }
    }
  }

  // MARK: Asking

  /// Answers questions about an account's messages, on the index's own thread.
  func ask(_ asked: [SearchQuestion], of account: AccountID) async throws(StoreFault) -> SearchAnswer {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<SearchAnswer, StoreFault>, Never>) in
      let isAdded = questions.add { reader in
        do throws(StoreFault) {
          continuation.resume(returning: .success(try reader.answer(asked, account)))
        } catch { continuation.resume(returning: .failure(error)) }
      }
      if !isAdded { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  /// Bytes of the index's files.
  var diskSize: Int {
    ["", "-wal"].reduce(0) { sum, suffix in
      var facts = stat()
      return stat(path + suffix, &facts) == 0 ? sum + Int(facts.st_size) : sum
    }
  }
}
