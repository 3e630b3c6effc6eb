import Glibc
import Logging
import Synchronization

@testable import Directory

/// A data folder of its own that is gone with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/barid-directory-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/barid-directory"
  }

  deinit {
    for name in ["directory.db", "directory.db-wal", "directory.db-shm"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

/// The time, as the test sets it.
final class TestClock: Sendable {
  private let seconds = Mutex<Int64>(1_800_000_000)
  var now: Int64 { seconds.withLock { $0 } }
  func advance(_ by: Int64) { seconds.withLock { $0 += by } }
}

/// Opens a directory whose hashes cost next to nothing.
func openDirectory(_ folder: TemporaryFolder, _ clock: TestClock = TestClock(), lanes: Int = 1) throws -> Directory {
  var options = DirectoryOptions()
  options.passwordCost = PasswordCost(passes: 1, kibibytes: 8)
  options.now = { clock.now }
  options.lanes = lanes
  return try Directory.open(folder.path, options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

/// example.org (with its alias example.net) and other.example: amal, basma and a second amal.
func sampleSnapshot() throws -> DirectorySnapshot {
  var snapshot = DirectorySnapshot()
  _ = try snapshot.addDomain("example.org", aliasOf: nil)
  _ = try snapshot.addDomain("example.net", aliasOf: "example.org")
  _ = try snapshot.addDomain("Other.Example", aliasOf: nil)
  _ = try snapshot.addDomain("مثال.example", aliasOf: nil)
  _ = try snapshot.addAccount("amal@example.org", password: "hash", lane: { Int($0) % 2 }, at: 1)
  _ = try snapshot.addAccount("Basma@Example.Org", password: "hash", lane: { Int($0) % 2 }, at: 2)
  _ = try snapshot.addAccount("amal@other.example", password: nil, lane: { Int($0) % 2 }, at: 3)
  _ = try snapshot.addAccount("سمر@مثال.example", password: nil, lane: { Int($0) % 2 }, at: 4)
  _ = try snapshot.addAlias("info@example.org", to: ["amal@example.org", "basma@example.org"])
  _ = try snapshot.addAlias("all@example.org", to: ["info@example.org", "amal@other.example", "basma@example.net"])
  _ = try snapshot.addAlias("@other.example", to: ["amal@other.example"])
  _ = try snapshot.addAlias("abuse@other.example", to: ["basma@example.org"])
  return snapshot
}
