import Database
import Glibc

/// A folder of backups, each a folder with a name of its own, the newest last by name. Static functions block: for threads that may.
package enum BackupFolder {
  /// The finished backups, oldest first.
  package static func names(_ parent: String) throws(StoreFault) -> [String] {
    guard FileCopy.exists(parent) else { return [] }
    return try Folder.names(in: parent).filter { FileCopy.exists("\(parent)/\($0)/\(BackupManifest.name)") }
  }

  /// The backup that is meant: the folder itself, or the newest in it. Throws `.damaged` when there is none.
  package static func find(_ path: String) throws(StoreFault) -> String {
    if FileCopy.exists("\(path)/\(BackupManifest.name)") { return path }
    guard let newest = try names(path).last else { throw .damaged("\(path) holds no backup") }
    return "\(path)/\(newest)"
  }

  /// Removes a backup, or a folder made from one.
  package static func remove(_ folder: String) { FileCopy.removeTree(folder) }

  /// Removes all but the newest `count`.
  package static func keep(_ count: Int, in parent: String) throws(StoreFault) -> Int {
    let old = try names(parent).dropLast(count)
    for name in old {
      // Without its list it is no backup any more, whatever happens to the rest.
      unlink("\(parent)/\(name)/\(BackupManifest.name)")
      FileCopy.removeTree("\(parent)/\(name)")
    }
    return old.count
  }

  /// Checks a backup: every file against its list, then each lane as `Store.verify` does.
  package static func verify(
    _ folder: String, _ progress: @escaping WorkProgress = { _, _ in }
  ) throws(StoreFault) -> (manifest: BackupManifest, report: VerificationReport) {
    let manifest = try BackupManifest.read(folder)
    var report = VerificationReport()
    var done: Int64 = 0
    let total = 2 * manifest.bytes
    for file in manifest.files {
      do throws(StoreFault) {
        let facts = try FileCopy.crc("\(folder)/\(file.path)", progress: { done += Int64($0) })
        if facts.size != file.size || facts.crc != file.crc {
          report.add(.init(lane: -1, account: nil, what: "\(file.path) is not what was written"))
        }
      } catch {
        report.add(.init(lane: -1, account: nil, what: "\(file.path): \(error)"))
      }
      progress(done, total)
    }
    for lane in 0..<manifest.lanes {
      do throws(StoreFault) {
        let connection = try inStore { () throws(DatabaseFault) in
          try Connection(reading: "\(folder)/lane-\(lane)/index.sqlite")
        }
        defer { connection.close() }
        let verifier = Verifier(
          number: lane, connection: connection, segments: SegmentFolder("\(folder)/lane-\(lane)/segments", .readOnly),
          goOn: {},
          progress: {
            done += Int64($0); progress(done, total)
          })
        report.add(try verifier.run())
      } catch { report.add(.init(lane: lane, account: nil, what: "\(error)")) }
    }
    return (manifest, report)
  }

  // MARK: The whole back

  /// While a restore is under way its files lie here; a store does not open beside it.
  static let restoring = ".restoring"

  /// Makes a data folder from a backup. `target` must be missing or empty, or hold what a restore left that broke off.
  ///
  /// Every mailbox gets a new UIDVALIDITY, so that clients look anew; UIDLs stay, and new ones come from a fresh generation, so that
  /// none that was given out after the backup (or by another restore of it) comes back.
  package static func restore(
    _ folder: String, to target: String, _ progress: @escaping WorkProgress = { _, _ in }
  ) throws(StoreFault) -> BackupManifest {
    let manifest = try BackupManifest.read(folder)
    try Folder.make(target)
    let lock = try FolderLock(target)
    defer { lock.release() }
    try makeRoom(target)
    let making = "\(target)/\(restoring)"
    try copyBack(folder, manifest, making, progress)
    for lane in 0..<manifest.lanes { try renew("\(making)/lane-\(lane)/index.sqlite") }
    // The file "format" makes it a store: it comes last.
    for name in try Folder.allNames(in: making) where name != "format" { try move(name, making, target) }
    try Folder.sync(target)
    try move("format", making, target)
    try Folder.sync(target)
    FileCopy.removeTree(making)
    try Folder.sync(target)
    return manifest
  }

  private static func makeRoom(_ target: String) throws(StoreFault) {
    let names = try Folder.allNames(in: target).filter { $0 != "lock" && $0 != "reserve" }
    if names.isEmpty { return }
    guard names.contains(restoring) else { throw .notPermitted("\(target) is not empty") }
    // All that is there came from the restore that broke off; its own folder goes last.
    for name in names where name != restoring { FileCopy.removeTree("\(target)/\(name)") }
    FileCopy.removeTree("\(target)/\(restoring)")
  }

  private static func copyBack(
    _ folder: String, _ manifest: BackupManifest, _ making: String, _ progress: @escaping WorkProgress
  ) throws(StoreFault) {
    var done: Int64 = 0
    try Folder.make(making)
    for file in manifest.files {
      let path = "\(making)/\(file.path)"
      try Folder.make(path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
      let facts = try FileCopy.copy(
        "\(folder)/\(file.path)", to: path,
        progress: {
          done += Int64($0)
          progress(done, manifest.bytes)
        })
      guard facts.size == file.size, facts.crc == file.crc else {
        throw .damaged("\(folder)/\(file.path) is not what was written")
      }
    }
  }

  static func move(_ name: String, _ from: String, _ to: String) throws(StoreFault) {
    guard rename("\(from)/\(name)", "\(to)/\(name)") == 0 else {
      throw StoreFault(errno: errno, doing: "move \(from)/\(name)")
    }
  }

  /// How many generations of items a return from a backup goes ahead: at random, so that another one of the same backup goes elsewhere. An
  /// item has room for a hundred of these at least.
  static func someGenerations() -> Int64 { Int64.random(in: 1...65_536) }

  private static func renew(_ index: String) throws(StoreFault) {
    try inStore { () throws(DatabaseFault) in
      let connection = try Connection(index, .writer)
      defer { connection.close() }
      try connection.migrate(Schema.migrations)
      try connection.transaction { () throws(DatabaseFault) in
        for account in try connection.rows(AccountSQL.accounts, [], { $0.int(0) }) {
          let validities = 65_536 + Int64.random(in: 0..<1 << 24)
          try connection.run(
            BackupSQL.renewAccount,
            [
              .int(account), .int(someGenerations()), .int((1 << 32) + Int64.random(in: 0..<1 << 32)),
              .int(65_536 + Int64.random(in: 0..<1 << 24)), .int(validities),
            ])
          try connection.run(BackupSQL.renewMailboxes, [.int(account), .int(validities)])
        }
      }
    }
  }
}

/// Statements of backups.
enum BackupSQL {
  /// Items (and emails) of a later generation: 2^40 each. All counters leave room for what was given out after the backup, and go ahead at
  /// random: what another return of the same backup gave out does not come back either.
  static let renewAccount = SQL(
    """
    UPDATE account_state SET next_item = ((next_item >> 40) + ?2) << 40, next_m = next_m + ?3,
      next_mailbox = next_mailbox + ?4, next_uidvalidity = next_uidvalidity + ?5 WHERE a = ?1
    """)
  static let renewMailboxes = SQL("UPDATE mailbox SET uidvalidity = uidvalidity + ?2 WHERE a = ?1")
  static let mailboxes = SQL(
    "SELECT mbox, role FROM mailbox WHERE a = ?1 AND deleted_m IS NULL AND selectable = 1 ORDER BY mbox")
  static let raiseItems = SQL(
    "SELECT next_item FROM account_state WHERE a = ?1")
  static let emailHash = SQL("SELECT hash FROM email WHERE a = ?1 AND email = ?2")

  static let all = [renewAccount, renewMailboxes, mailboxes, raiseItems, emailHash]
}
