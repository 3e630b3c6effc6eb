import CSQLite

/// One connection to one database file. Used by one thread at a time (a lane's writer, a reader, or behind a lock).
///
/// A writer commits with WAL and synchronous=FULL: when `commit` returns, the batch survives a power cut.
package final class Connection {
  package enum Mode: Sendable {
    case writer, reader
    /// Writes what can be made again from elsewhere: a commit survives a crash of the program, but a power cut may take the newest
    /// ones away (never out of order).
    case rebuildable
  }

  let handle: OpaquePointer
  let path: String
  private var statements: [UInt: Statement] = [:]
  /// Where SQLite notes the length of the log after each commit; see `takeOverLog`.
  let logCounter = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  private var isClosed = false

  /// Opens (a writer: creates) the file. Page cache in KiB; `busyMilliseconds` is how long to wait for another's lock.
  package init(
    _ path: String, _ mode: Mode, cacheKiB: Int = 8_192, busyMilliseconds: Int32 = 5_000
  ) throws(DatabaseFault) {
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_NOMUTEX | (mode == .reader ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let fault = DatabaseFault(code: code, connection: opened, doing: "open \(path)")
      sqlite3_close_v2(opened)
      throw fault
    }
    handle = opened
    self.path = path
    logCounter.initialize(to: 0)
    sqlite3_extended_result_codes(opened, 1)
    sqlite3_busy_timeout(opened, busyMilliseconds)
    do {
      try configure(mode, cacheKiB: cacheKiB)
    } catch {
      close()
      throw error
    }
  }

  deinit {
    close()
    logCounter.deallocate()
  }

  /// Finalizes every statement and closes the file. What was not committed is gone.
  package func close() {
    if isClosed { return }
    isClosed = true
    for statement in statements.values { statement.finalize() }
    statements = [:]
    sqlite3_close_v2(handle)
  }

  private func configure(_ mode: Mode, cacheKiB: Int) throws(DatabaseFault) {
    try script("PRAGMA cache_size = -\(cacheKiB); PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
    if mode == .reader { return try script("PRAGMA query_only = ON") }
    // The file must stay in WAL mode for side-by-side readers; what is set is asked back, because a failed PRAGMA is silent.
    try script("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
    try script(mode == .rebuildable ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL")
    guard try pragma("PRAGMA journal_mode") == "wal" else {
      throw DatabaseFault(.misuse, "\(path): the database does not go into WAL mode")
    }
    guard try pragma("PRAGMA synchronous") == (mode == .rebuildable ? "1" : "2") else {
      throw DatabaseFault(.misuse, "\(path): the setting of synchronous does not hold")
    }
    if mode == .rebuildable {
      // Few and large writes: a log of a few megabytes does, and takes less of the disk.
      return try script("PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 1048576")
    }
    // Checkpoints copy the log back in larger, rarer pieces than the default 1,000 pages.
    try script("PRAGMA wal_autocheckpoint = 4000")
  }

  /// Runs statements that give no rows and take no parameters (DDL, settings).
  func script(_ text: String) throws(DatabaseFault) {
    let code = sqlite3_exec(handle, text, nil, nil, nil)
    if code != SQLITE_OK {
      throw DatabaseFault(
        code: sqlite3_extended_errcode(handle), connection: handle, doing: String(text.prefix(200)))
    }
  }

  /// The single value of a PRAGMA, as text.
  func pragma(_ text: String) throws(DatabaseFault) -> String {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, text, -1, &statement, nil) == SQLITE_OK else {
      throw DatabaseFault(code: sqlite3_extended_errcode(handle), connection: handle, doing: text)
    }
    defer { sqlite3_finalize(statement) }
    guard sqlite3_step(statement) == SQLITE_ROW, let value = sqlite3_column_text(statement, 0) else { return "" }
    return String(cString: value)
  }

  /// The prepared statement for `sql`, ready for parameters. Later calls with the same constant give the same statement.
  package func prepare(_ sql: SQL) throws(DatabaseFault) -> Statement {
    if let statement = statements[sql.key] { return statement }
    let statement = try Statement(sql, on: handle)
    statements[sql.key] = statement
    return statement
  }

  // MARK: Convenience for statements that are not hot

  /// Runs a statement to its end.
  package func run(_ sql: SQL, _ values: [SQLValue] = []) throws(DatabaseFault) {
    let statement = try prepare(sql)
    statement.bind(all: values)
    try statement.run()
  }

  /// All rows, each read by `read`.
  package func rows<R>(
    _ sql: SQL, _ values: [SQLValue] = [], _ read: (Statement) -> R
  ) throws(DatabaseFault) -> [R] {
    let statement = try prepare(sql)
    statement.bind(all: values)
    var result: [R] = []
    while try statement.step() { result.append(read(statement)) }
    return result
  }

  /// The first row, nil when there is none.
  package func first<R>(_ sql: SQL, _ values: [SQLValue] = [], _ read: (Statement) -> R) throws(DatabaseFault) -> R? {
    let statement = try prepare(sql)
    statement.bind(all: values)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    return read(statement)
  }

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  package var changes: Int { Int(sqlite3_changes64(handle)) }

  /// Rows that this connection changed since it was opened: tells whether something was written in between.
  package var totalChanges: Int64 { sqlite3_total_changes64(handle) }

  /// Checks the file's structure: nil when it is sound, else what is wrong.
  package func integrityReport() throws(DatabaseFault) -> String? {
    let answer = try pragma("PRAGMA quick_check(5)")
    return answer == "ok" ? nil : answer
  }
}
