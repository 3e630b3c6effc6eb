import CSQLite

extension Connection {
  /// From now on the log grows until `checkpoint` is called, and `logPages` says how long it is. For a writer's connection.
  package func takeOverLog() throws(DatabaseFault) {
    try script("PRAGMA wal_autocheckpoint = 0")
    sqlite3_wal_hook(
      handle,
      { counter, _, _, pages in
        counter?.assumingMemoryBound(to: Int32.self).pointee = pages
        return SQLITE_OK
      }, logCounter)
  }

  /// Pages in the log after the last commit of this connection; 0 before `takeOverLog`.
  package var logPages: Int { Int(logCounter.pointee) }

  /// Copies the log back into the database as far as readers allow and nobody is kept waiting, and makes it durable there.
  ///
  /// Gives how many pages the log holds and how many of them are copied. When all are, and no reader looks into the log, the next
  /// commit of a writer begins it anew.
  package func checkpoint() throws(DatabaseFault) -> (logged: Int, copied: Int) {
    var logged: Int32 = 0
    var copied: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied)
    guard code == SQLITE_OK || code == SQLITE_BUSY else {
      throw DatabaseFault(code: sqlite3_extended_errcode(handle), connection: handle, doing: "copy the log back")
    }
    return (Int(max(0, logged)), Int(max(0, copied)))
  }
}
