import CSQLite

/// A prepared statement of one connection, and the row it stands on. Kept by the connection's cache; use it at once, don't keep it.
///
/// Parameters are numbered from 1 as in the text, columns from 0.
package final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  init(_ sql: SQL, on connection: OpaquePointer) throws(DatabaseFault) {
    var made: OpaquePointer?
    let code = sql.text.withUTF8Buffer { text in
      sqlite3_prepare_v3(
        connection, UnsafeRawPointer(text.baseAddress!).assumingMemoryBound(to: CChar.self), Int32(text.count),
        UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    }
    guard code == SQLITE_OK, let made else {
      throw DatabaseFault(code: code, connection: connection, doing: "prepare \(sql.text)")
    }
    handle = made
    self.connection = connection
  }

  /// Must be called before the connection closes.
  func finalize() { sqlite3_finalize(handle) }

  // MARK: Parameters

  package func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

  package func bind(_ index: Int32, _ value: Int64?) {
    if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
  }

  package func bind(_ index: Int32, _ value: String) {
    var value = value
    value.withUTF8 { bytes in
      // A nil pointer would bind NULL, and an empty string may have one.
      let start = UnsafeRawPointer(bytes.baseAddress ?? Self.nothing)
      sqlite3_bind_text(
        handle, index, start.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Self.transient)
    }
  }

  package func bind(_ index: Int32, _ value: String?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
  }

  package func bind(_ index: Int32, bytes: UnsafeRawBufferPointer) {
    sqlite3_bind_blob(
      handle, index, bytes.baseAddress ?? UnsafeRawPointer(Self.nothing), Int32(bytes.count), Self.transient)
  }

  package func bind(_ index: Int32, _ value: [UInt8]) { value.withUnsafeBytes { bind(index, bytes: $0) } }

  package func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

  package func bind(_ index: Int32, value: SQLValue) {
    switch value {
    case .null: bindNull(index)
    case .int(let value): bind(index, value)
    case .text(let value): bind(index, value)
    case .bytes(let value): bind(index, value)
    }
  }

  func bind(all values: [SQLValue]) {
    for (offset, value) in values.enumerated() { bind(Int32(offset + 1), value: value) }
  }

  /// SQLITE_TRANSIENT: SQLite copies the bytes before `bind` returns.
  private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
  // SAFETY: one byte that is never written; only its address is used, to tell "empty" from NULL.
  private nonisolated(unsafe) static let nothing = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

  // MARK: Running

  /// Goes to the next row; false after the last one, when the statement is ready for new parameters.
  package func step() throws(DatabaseFault) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE {
      sqlite3_reset(handle)
      return false
    }
    let fault = DatabaseFault(
      code: sqlite3_extended_errcode(connection), connection: connection, doing: String(cString: sqlite3_sql(handle)))
    sqlite3_reset(handle)
    throw fault
  }

  /// Reads up to `limit` of the rows that are left, the first `count` columns of each as numbers, into `space`: for tables of a hundred
  /// thousand rows. Row r of column c goes to `space[c * limit + r]`. Returns how many rows there were; fewer than `limit` means all.
  package func read(
    ints count: Int, limit: Int, into space: UnsafeMutablePointer<Int64>
  ) throws(DatabaseFault) -> Int {
    for row in 0..<limit {
      guard try step() else { return row }
      for column in 0..<count { space[column * limit + row] = sqlite3_column_int64(handle, Int32(column)) }
    }
    return limit
  }

  /// Runs to the end, whatever rows it gives.
  package func run() throws(DatabaseFault) { while try step() {} }

  /// Leaves the rest of the rows; needed after reading fewer rows than there are.
  package func reset() { sqlite3_reset(handle) }

  // MARK: The current row

  package func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  package func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

  package func withBytes<R>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let start = sqlite3_column_blob(handle, column)
    return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  package func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { [UInt8]($0) } }
  package func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

  package func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
}
