import CSQLite

extension Connection {
  private static let begin = SQL("BEGIN IMMEDIATE")
  private static let beginReading = SQL("BEGIN")
  private static let commit = SQL("COMMIT")
  private static let rollback = SQL("ROLLBACK")
  private static let savepoint = SQL("SAVEPOINT step")
  private static let release = SQL("RELEASE SAVEPOINT step")
  private static let back = SQL("ROLLBACK TO SAVEPOINT step")

  /// True between `beginBatch` and `commit` or `rollback`.
  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Starts a batch: everything until `commit` becomes durable together or not at all.
  package func beginBatch() throws(DatabaseFault) { try run(Self.begin) }

  /// Makes the batch durable. After a fault nothing of it is there, unless the fault is `.io`: then nobody knows before reopening.
  package func commit() throws(DatabaseFault) { try run(Self.commit) }

  /// Undoes the batch. Harmless when SQLite has undone it already (as after a full disk).
  package func rollback() throws(DatabaseFault) {
    if isInTransaction { try run(Self.rollback) }
  }

  /// Runs `body` as one durable batch; undone when it throws.
  package func transaction<R, E: Error>(
    _ body: () throws(E) -> R, mapping map: (DatabaseFault) -> E
  ) throws(E) -> R {
    do { try beginBatch() } catch { throw map(error) }
    let result: R
    do {
      result = try body()
    } catch {
      do { try rollback() } catch { throw map(error) }
      throw error
    }
    do {
      try commit()
    } catch let fault {
      do { try rollback() } catch { throw map(error) }
      throw map(fault)
    }
    return result
  }

  package func transaction<R>(_ body: () throws(DatabaseFault) -> R) throws(DatabaseFault) -> R {
    try transaction(body, mapping: { $0 })
  }

  /// Runs `body` inside a batch so that its failure undoes only itself. Does not nest.
  package func savepoint<R, E: Error>(
    _ body: () throws(E) -> R, mapping map: (DatabaseFault) -> E
  ) throws(E) -> R {
    do { try run(Self.savepoint) } catch { throw map(error) }
    let result: R
    do {
      result = try body()
    } catch {
      do {
        try run(Self.back)
        try run(Self.release)
      } catch { throw map(error) }
      throw error
    }
    do { try run(Self.release) } catch { throw map(error) }
    return result
  }

  /// Runs `body` on one unchanging snapshot of the database.
  package func snapshot<R, E: Error>(
    _ body: () throws(E) -> R, mapping map: (DatabaseFault) -> E
  ) throws(E) -> R {
    do { try run(Self.beginReading) } catch { throw map(error) }
    let result: R
    do {
      result = try body()
    } catch {
      do { try rollback() } catch { throw map(error) }
      throw error
    }
    do { try run(Self.commit) } catch { throw map(error) }
    return result
  }
}
