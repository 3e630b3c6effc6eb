internal import Crypto
package import Logging
internal import Synchronization

/// Who exists: domains, accounts, aliases, devices and their passwords.
///
/// Invariants
/// 1. A change is durable before its function returns; only then is it in `snapshot`.
/// 2. Changes are made one after another on the directory's own thread; only who changes something waits for it.
/// 3. RCPT and log-in read the snapshot in memory and never touch the disk; a device's last use is written behind.
/// 4. No password is kept: an account's as Argon2id, a device's as a keyed SHA-256 of 140 random bits.
/// 5. When a change returns, the sessions whose way in it took are over (`OpenSession.isOver`) and were told so.
///
/// The caller holds the data folder's lock (`Store.open` takes it): two directories on one folder would not see each other.
package final class Directory: Sendable {
  let options: DirectoryOptions
  let logger: Logger
  let database: DirectoryDatabase
  private let published: Mutex<DirectorySnapshot>
  /// The thread on which the database is written.
  private let writer = WorkThreads(count: 1, mostWaiting: 10_000)
  /// At most two hashes at a time: each takes 19 MiB and some 18 ms of a core.
  let hashing = WorkThreads(count: 2, mostWaiting: 512)
  let verified = VerifiedCache()
  let uses: DeviceUses
  let sessions = OpenSessions()
  /// What accounts have sent today.
  package let sending = SendingLedger()
  /// A write of `sending` waits for its turn.
  let isSendingDue = Atomic(false)
  let deviceKey: SymmetricKey
  /// What an unknown name is checked against, so that it takes as long as a known one.
  let dummyHash: PasswordHash

  /// Opens `folder`/directory.db, made if it is missing, and reads it whole. Blocks.
  package static func open(
    _ folder: String, _ options: DirectoryOptions = DirectoryOptions(), logger: Logger
  ) throws(DirectoryError) -> Directory {
    let database = try DirectoryDatabase(path: "\(folder)/directory.db")
    let contents = try database.load()
    return Directory(
      database: database, contents: contents, deviceKey: try database.deviceKey(),
      dummyHash: try PasswordHash(of: PasswordHash.randomSalt(), cost: options.passwordCost), options: options,
      logger: logger)
  }

  private init(
    database: DirectoryDatabase, contents: DirectoryDatabase.Contents, deviceKey: SymmetricKey,
    dummyHash: PasswordHash, options: DirectoryOptions, logger: Logger
  ) {
    self.options = options
    self.logger = logger
    self.database = database
    self.published = Mutex(contents.snapshot)
    self.uses = DeviceUses(contents.lastUses)
    self.deviceKey = deviceKey
    self.dummyHash = dummyHash
  }

  /// Seconds since 1970 UTC.
  package var now: Int64 { options.now() }

  /// Everything as it is now: immutable, cheap to take.
  package var snapshot: DirectorySnapshot { published.withLock { $0 } }

  /// Writes what is still to be written and ends the threads; later calls throw `.closed`.
  package func close() async {
    await withCheckedContinuation { continuation in
      let isOpen = writer.post { [self] in
        write(uses.unwritten())
        write(sending.unwritten())
        database.close()
        continuation.resume()
      }
      if !isOpen { continuation.resume() }
    }
    writer.close()
    hashing.close()
  }

  /// Makes one change: `edit` alters a copy and names the rows; these are made durable, then the copy is published.
  func change<Value: Sendable>(
    _ edit: @escaping @Sendable (inout DirectorySnapshot) throws(DirectoryError) -> (Value, [RowChange])
  ) async throws(DirectoryError) -> Value {
    try await changeAndEnd(edit).value
  }

  /// The same, and how many sessions had to go because of it.
  func changeAndEnd<Value: Sendable>(
    _ edit: @escaping @Sendable (inout DirectorySnapshot) throws(DirectoryError) -> (Value, [RowChange])
  ) async throws(DirectoryError) -> Changed<Value> {
    let outcome = await writer.run { [self] () -> Result<Changed<Value>, DirectoryError> in
      do throws(DirectoryError) {
        var next = snapshot
        let (value, rows) = try edit(&next)
        if !rows.isEmpty { try database.apply(rows, at: options.now()) }
        published.withLock { $0 = next }
        return .success(Changed(value: value, sessionsEnded: endSessions(after: rows)))
      } catch {
        return .failure(error)
      }
    }
    guard let outcome else { throw .closed }
    return try outcome.get()
  }

  struct Changed<Value: Sendable>: Sendable {
    var value: Value
    var sessionsEnded: Int
  }

  /// Writes a device's last use some time soon. Losing one is no harm, so a failure is only logged.
  func writeBehind(_ change: RowChange) {
    writer.post { [self] in write([change]) }
  }

  /// Runs on the directory's thread; nil when it is closed.
  func onWriter<Value: Sendable>(_ body: @escaping @Sendable (DirectoryDatabase) -> Value) async -> Value? {
    await writer.run { [database] in body(database) }
  }

  func post(_ body: @escaping @Sendable () -> Void) { writer.post(body) }

  func write(_ changes: [RowChange]) {
    guard !changes.isEmpty else { return }
    do throws(DirectoryError) {
      try database.apply(changes, at: options.now())
    } catch {
      logger.warning("counts of a device or account not written", metadata: ["error": "\(error)"])
    }
  }
}
