import CSQLite

/// Why the database did not do it.
package struct DatabaseFault: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// No space left on the disk.
    case full
    /// Another connection holds the lock for too long.
    case busy
    /// A uniqueness or other rule of the schema forbids it.
    case constraint
    /// The file is not what was written.
    case corrupt
    /// Reading, writing or syncing failed.
    case io
    /// The file or folder cannot be written.
    case readOnly
    case cannotOpen
    /// The file's schema is newer than this program.
    case newer(found: Int, known: Int)
    /// A mistake in this program: bad SQL, wrong use of a statement, a setting that did not hold.
    case misuse
  }
  package var kind: Kind
  /// For the log.
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }

  /// From SQLite's (extended) result code.
  init(code: Int32, connection: OpaquePointer?, doing what: String) {
    let text = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    self.init(Self.kind(of: code), "\(what): \(text) (SQLite \(code))")
  }

  private static func kind(of code: Int32) -> Kind {
    switch code & 0xff {
    case SQLITE_FULL: .full
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_CONSTRAINT: .constraint
    case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
    case SQLITE_IOERR: .io
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .readOnly
    case SQLITE_CANTOPEN: .cannotOpen
    default: .misuse
    }
  }
}
