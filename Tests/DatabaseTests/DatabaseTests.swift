import Glibc
import Testing

@testable import Database

/// A folder that goes away with the test.
final class Folder {
  let path: String
  init() {
    var template = Array("/tmp/barid-database-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }
  deinit {
    guard let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      unlink("\(path)/\(name)")
    }
    closedir(stream)
    rmdir(path)
  }
}

@Suite struct DatabaseTests {
  static let insert = SQL("INSERT INTO t (a, b, c) VALUES (?1, ?2, ?3)")
  static let select = SQL("SELECT a, b, c FROM t ORDER BY a")
  static let swapped = SQL("SELECT ?2, ?1")
  static let wrong = SQL("SELECT nothing FROM nowhere")
  static let schema = [Migration(version: 1, script: "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB)")]

  let folder = Folder()
  var file: String { "\(folder.path)/t.sqlite" }

  func open() throws -> Connection {
    let connection = try Connection(file, .writer)
    try connection.migrate(Self.schema)
    return connection
  }

  @Test func settingsHold() throws {
    let connection = try open()
    #expect(try connection.pragma("PRAGMA journal_mode") == "wal")
    #expect(try connection.pragma("PRAGMA synchronous") == "2")
    #expect(try connection.integrityReport() == nil)
  }

  @Test func valuesComeBack() throws {
    let connection = try open()
    let rows: [[SQLValue]] = [
      [1, "", .bytes([])], [2, "نص", .bytes([0, 255, 0])], [3, .null, .null], [.int(.max), "a\u{0}b", .bytes([1])],
    ]
    try connection.transaction { () throws(DatabaseFault) in
      for row in rows { try connection.run(Self.insert, row) }
    }
    let back = try connection.rows(Self.select) { row -> [SQLValue] in
      [.int(row.int(0)), .optional(row.optionalText(1)), row.optionalBytes(2).map { .bytes($0) } ?? .null]
    }
    #expect(back == rows)
  }

  @Test func parametersGoByNumber() throws {
    let connection = try open()
    let row = try connection.first(Self.swapped, [1, 2]) { [$0.int(0), $0.int(1)] }
    #expect(row == [2, 1])
  }

  @Test func aFailedBatchLeavesNothing() throws {
    let connection = try open()
    #expect(throws: DatabaseFault.self) {
      try connection.transaction { () throws(DatabaseFault) in
        try connection.run(Self.insert, [1, "x", .null])
        try connection.run(Self.insert, [1, "again", .null])
      }
    }
    #expect(try connection.rows(Self.select) { $0.int(0) } == [])
    #expect(!connection.isInTransaction)
  }

  @Test func aFailedSavepointUndoesOnlyItself() throws {
    let connection = try open()
    try connection.transaction { () throws(DatabaseFault) in
      try connection.run(Self.insert, [1, "kept", .null])
      let fault = #expect(throws: DatabaseFault.self) {
        try connection.savepoint(
          { () throws(DatabaseFault) in
            try connection.run(Self.insert, [2, "lost", .null])
            try connection.run(Self.insert, [2, "lost", .null])
          }, mapping: { $0 })
      }
      #expect(fault?.kind == .constraint)
      try connection.run(Self.insert, [3, "kept", .null])
    }
    #expect(try connection.rows(Self.select) { $0.int(0) } == [1, 3])
  }

  @Test func badSQLIsNamed() throws {
    let connection = try open()
    #expect(throws: DatabaseFault.self) { try connection.run(Self.wrong) }
  }

  @Test func readersSeeASnapshot() throws {
    let writer = try open()
    try writer.run(Self.insert, [1, "x", .null])
    let reader = try Connection(file, .reader)
    try reader.snapshot(
      { () throws(DatabaseFault) in
        #expect(try reader.rows(Self.select) { $0.int(0) } == [1])
        try writer.run(Self.insert, [2, "y", .null])
        #expect(try reader.rows(Self.select) { $0.int(0) } == [1])
      }, mapping: { $0 })
    #expect(try reader.rows(Self.select) { $0.int(0) } == [1, 2])
    #expect(throws: DatabaseFault.self) { try reader.run(Self.insert, [3, "z", .null]) }
  }

  @Test func aSecondWriterWaitsThenIsBusy() throws {
    let first = try open()
    let second = try Connection(file, .writer, busyMilliseconds: 1)
    try first.beginBatch()
    do {
      try second.beginBatch()
      Issue.record("two writers")
    } catch { #expect(error.kind == .busy) }
    try first.commit()
    try second.beginBatch()
    try second.rollback()
  }

  @Test func aNewerFileIsRefusedUntouched() throws {
    do {
      let connection = try open()
      try connection.migrate(Self.schema + [Migration(version: 2, script: "ALTER TABLE t ADD COLUMN d INTEGER")])
    }
    let connection = try Connection(file, .writer)
    do {
      try connection.migrate(Self.schema)
      Issue.record("opened")
    } catch {
      #expect(error.kind == .newer(found: 2, known: 1))
      #expect(error.message.contains("newer Barid"))
    }
    #expect(try connection.schemaVersion() == 2)
  }

  @Test func notADatabaseIsSaidToBeCorrupt() throws {
    let stream = fopen(file, "w")
    fputs(String(repeating: "this is no database ", count: 500), stream)
    fclose(stream)
    do {
      _ = try Connection(file, .writer)
      Issue.record("opened")
    } catch { #expect(error.kind == .corrupt) }
  }

  @Test func aMissingFolderCannotBeOpened() throws {
    do {
      _ = try Connection("\(folder.path)/none/t.sqlite", .writer)
      Issue.record("opened")
    } catch { #expect(error.kind == .cannotOpen) }
  }
}
