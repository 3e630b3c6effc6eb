import Glibc
package import Logging
import Synchronization

/// What Barid keeps: accounts' mailboxes, messages, flags and changes, durable before it is acknowledged.
///
/// All functions may be called from any task or event loop: they hop once to a lane's thread and return when the result is durable.
package final class Store: Sendable {
  /// The folder this store lives in.
  package let folder: String
  let options: StoreOptions
  let logger: Logger
  let lanes: [Lane]
  let spooler: Spooler
  private let lock: FolderLock
  /// What must be free for new mail.
  let reserve: DiskReserve
  let clock: ClockGuard
  let usages: UsageTable
  /// Compaction, backup and verification: one at a time.
  let gate = WorkGate()
  /// Which lane each account is on.
  private let homes = Mutex<[AccountID: Int]>([:])
  private let isClosed = Mutex(false)
  /// What may change while the store is open.
  let dials: Mutex<Dials>
  let underWay = IntentsUnderWay()
  let promised: PromisedCopies
  /// Finishing old deliveries: one at a time, or one would file again what another just settled.
  let finishing = WorkGate()

  private init(
    folder: String, options: StoreOptions, logger: Logger, lanes: [Lane], spooler: Spooler, lock: FolderLock,
    reserve: DiskReserve, clock: ClockGuard, usages: UsageTable
  ) {
    self.clock = clock
    self.usages = usages
    self.folder = folder
    self.options = options
    self.logger = logger
    self.lanes = lanes
    self.spooler = spooler
    self.lock = lock
    self.reserve = reserve
    promised = PromisedCopies(window: .seconds(options.resendWindow))
    dials = Mutex(Dials(messageLimit: options.messageLimit, recoverableDays: options.recoverableDays))
  }

  /// Options that a running store takes.
  struct Dials: Sendable {
    /// The largest message that new sessions and imports may bring, bytes.
    var messageLimit: Int
    var recoverableDays: Int64
  }

  /// The server's configuration changed.
  package func change(messageLimit: Int, recoverableDays: Int64) {
    dials.withLock { $0 = Dials(messageLimit: messageLimit, recoverableDays: recoverableDays) }
    spooler.raise(messageLimit: messageLimit)
  }

  /// Opens the data folder (made when missing) and recovers what a crash left, under the folder's lock. Blocks; call it at start.
  ///
  /// `derive` parses a whole message once, at delivery. Throws `.inUse`, `.newer`, `.io`, `.damaged` with one clear sentence.
  package static func open(
    _ folder: String, _ options: StoreOptions = StoreOptions(),
    derive: @escaping @Sendable (UnsafeRawBufferPointer) -> Derived, logger: Logger
  ) throws(StoreFault) -> Store {
    try Folder.make(folder)
    let lock = try FolderLock(folder)
    try UpgradeFolder.refuseHalf(folder)
    let format: StoreFormat
    if let found = try StoreFormat.read(folder) { format = found } else { format = try makeFormat(folder, options) }
    try Folder.make("\(folder)/spool")
    try Folder.empty("\(folder)/spool")
    let spooler = try Spooler(folder: "\(folder)/spool", options: options, derive: derive)
    let reserve = DiskReserve(folder, size: options.diskReserve)
    let clock = ClockGuard(options, logger: logger)
    let usages = UsageTable()
    let lanes = (0..<format.lanes).map {
      Lane(
        number: $0, folder: "\(folder)/lane-\($0)", options: options, logger: logger, reserve: reserve, clock: clock,
        usages: usages)
    }
    let store = Store(
      folder: folder, options: options, logger: logger, lanes: lanes, spooler: spooler, lock: lock,
      reserve: reserve, clock: clock, usages: usages)
    do throws(StoreFault) {
      for lane in lanes { try store.open(lane) }
      clock.begin()
      try store.finishIntents()
    } catch {
      store.closeNow()
      throw error
    }
    return store
  }

  private static func makeFormat(_ folder: String, _ options: StoreOptions) throws(StoreFault) -> StoreFormat {
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let format = StoreFormat(lanes: min(max(1, options.lanes ?? min(cores / 2, 4)), StoreFormat.laneLimit))
    try format.write(folder)
    return format
  }

  private func open(_ lane: Lane) throws(StoreFault) {
    let opened = try lane.open()
    homes.withLock { homes in for account in opened.accounts { homes[account] = lane.number } }
    if !opened.wasClean {
      lane.logger.notice("recovered after a crash", metadata: ["dropped": "\(opened.lostRows)"])
    }
  }

  deinit { closeNow() }

  /// Finishes what is under way, closes all files and gives the lock back. Later calls fail with `.closed`.
  package func close() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      // Closing joins threads, which blocks: not on the caller's loop.
      do throws(StoreFault) {
        let thread = try BlockingThread("store close") {
          self.closeNow()
          continuation.resume()
        }
        thread.detach()
      } catch {
        closeNow()
        continuation.resume()
      }
    }
  }

  private func closeNow() {
    let isFirst = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    guard isFirst else { return }
    // What runs beside the lanes stops at its next step.
    gate.enter()
    defer { gate.leave() }
    for lane in lanes { lane.close() }
    spooler.close()
    lock.release()
  }

  /// True from the moment when the store begins to close.
  var isStopping: Bool { isClosed.withLock { $0 } }

  /// Starts receiving one message.
  package func spool() -> Spool { Spool(spooler) }

  /// False when the disk has no room for `size` more bytes beside the reserve: 452 4.3.1 at MAIL. Quick enough for an event loop.
  package func hasDiskRoom(for size: Int) -> Bool {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return true }
    let needed = max(options.diskReserve, reserve.needed)
    return Int64(facts.f_bavail) * Int64(facts.f_frsize) >= needed.saturatingAdd(Int64(size))
  }

  // MARK: Lanes

  /// The lane an account is on. Throws `.noSuchAccount`.
  func lane(of account: AccountID) throws(StoreFault) -> Lane {
    guard let number = homes.withLock({ $0[account] }) else { throw .noSuchAccount }
    return lanes[number]
  }

  func home(of account: AccountID) -> Int? { homes.withLock { $0[account] } }

  func settle(_ account: AccountID, on lane: Int?) { homes.withLock { $0[account] = lane } }

  /// All accounts that have storage, ascending.
  package func accounts() -> [AccountID] { homes.withLock { $0.keys.sorted() } }
}

extension Int64 {
  fileprivate func saturatingAdd(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }
}
