import Database
import Glibc
import Logging
import Testing

@testable import Directory

@Suite struct MigrationTests {
  /// A folder of the first version is opened by this one: nothing is lost, policies can be set.
  @Test func fromTheFirstVersion() async throws {
    var template = Array("/tmp/barid-names-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw DirectoryError.fault("mkdtemp") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { for name in ["directory.db", "directory.db-wal", "directory.db-shm"] { unlink("\(folder)/\(name)") } }
    let old = try Connection("\(folder)/directory.db", .writer)
    try old.migrate([DirectorySchema.steps[0]])
    try old.run(SQL("INSERT INTO domain(name) VALUES ('example.org')"))
    try old.run(DirectorySQL.addAccount, [1, 0, "example.org", "amal@example.org", 5])
    try old.run(DirectorySQL.addAddress, ["amal@example.org", 1])
    old.close()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    var directory = try Directory.open(folder, logger: logger)
    #expect(directory.accounts.map(\.address) == ["amal@example.org"])
    #expect(try directory.popRules(of: "amal@example.org").rules.account == .standard)
    try await directory.setPOPPolicy(of: "amal@example.org") { $0.keeping = .afterArrival(days: 30) }
    #expect(directory.snapshot.popFewestDays == 30)
    await directory.close()
    directory = try Directory.open(folder, logger: logger)
    #expect(directory.snapshot.popFewestDays == 30)
    try await directory.setPOPPolicy(of: "amal@example.org") { $0 = POPPolicy() }
    #expect(directory.snapshot.popFewestDays == nil && directory.snapshot.popAccounts.isEmpty)
    await directory.close()
  }
}
