import CSQLite

extension Connection {
  /// Copies the database as one consistent state to a new file at `path`, while others read and write it. Durable when it returns.
  ///
  /// Each database has its own way; with SQLite it is the backup API, in one step, so that writers meanwhile do not start it anew.
  package func backUp(to path: String) throws(DatabaseFault) {
    var made: OpaquePointer?
    let code = sqlite3_open_v2(path, &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let made else {
      let fault = DatabaseFault(code: code, connection: made, doing: "make \(path)")
      sqlite3_close_v2(made)
      throw fault
    }
    defer { sqlite3_close_v2(made) }
    guard let backup = sqlite3_backup_init(made, "main", handle, "main") else {
      throw DatabaseFault(code: sqlite3_extended_errcode(made), connection: made, doing: "back up to \(path)")
    }
    let stepped = sqlite3_backup_step(backup, -1)
    let finished = sqlite3_backup_finish(backup)
    guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
      throw DatabaseFault(
        code: stepped == SQLITE_DONE ? finished : stepped, connection: made, doing: "back up to \(path)")
    }
    // All of it in the one file: no log lies beside a backup.
    guard sqlite3_exec(made, "PRAGMA journal_mode = DELETE", nil, nil, nil) == SQLITE_OK else {
      throw DatabaseFault(code: sqlite3_extended_errcode(made), connection: made, doing: "close \(path)")
    }
  }

  /// Opens a file that nobody writes, such as one of a backup, for looking at it only.
  package convenience init(reading path: String) throws(DatabaseFault) {
    try self.init(path, .reader, cacheKiB: 4_096)
  }
}

extension Connection {
  /// Copies the log back into the database and cuts it to nothing, where nobody is in the way. For a writer's connection.
  package func emptyLog() throws(DatabaseFault) { _ = try pragma("PRAGMA wal_checkpoint(TRUNCATE)") }
}
