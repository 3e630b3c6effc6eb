import Database
import Glibc
import Logging
import Synchronization

extension Store {
  /// Makes a backup of the running store in the folder `parent`, under the name of its moment; its path. Segments that an earlier
  /// backup there has are not copied again. `keep`: only so many stay.
  package func backUp(
    to parent: String, databases: [String], folders: [String], keep: Int? = nil,
    _ progress: @escaping WorkProgress = { _, _ in }
  ) async throws(StoreFault) -> (path: String, manifest: BackupManifest) {
    try await apart("store backup") { store throws(StoreFault) in
      let name = try BackupFolder.newName(parent, at: store.options.now())
      let writer = BackupWriter(store.origin, parent: parent, name: name, mode: .copy, progress: progress)
      let manifest = try writer.run(databases: databases, folders: folders)
      if let keep { _ = try BackupFolder.keep(max(1, keep), in: parent) }
      store.logger.notice(
        "backup made", metadata: ["path": "\(parent)/\(name)", "bytes": "\(manifest.bytes)"])
      return ("\(parent)/\(name)", manifest)
    }
  }

  /// Checks a backup (the folder itself, or the newest in it) on a thread of its own; its path.
  package func verifyBackup(
    _ path: String, _ progress: @escaping WorkProgress = { _, _ in }
  ) async throws(StoreFault) -> (path: String, report: VerificationReport) {
    try await apart("backup verify", isAlone: false) { _ throws(StoreFault) in
      let folder = try BackupFolder.find(path)
      return (folder, try BackupFolder.verify(folder, progress).report)
    }
  }

  var origin: BackupWriter.Origin {
    BackupWriter.Origin(
      folder: folder, segments: lanes.map(\.segments), now: options.now(), fault: options.fault,
      isStopping: { self.isStopping })
  }

  /// The largest message taken.
  package var messageLimit: Int { dials.withLock { $0.messageLimit } }

  /// For how long removed mail is kept.
  package var recoverableDays: Int64 { dials.withLock { $0.recoverableDays } }

  /// A snapshot on the same disk: segments get a second name, indexes are copied.
  package func snapshot(
    to parent: String, databases: [String], folders: [String], _ progress: @escaping WorkProgress = { _, _ in }
  ) async throws(StoreFault) -> String {
    try await apart("store snapshot") { store throws(StoreFault) in
      let name = try BackupFolder.newName(parent, at: store.options.now())
      let writer = BackupWriter(store.origin, parent: parent, name: name, mode: .link, progress: progress)
      _ = try writer.run(databases: databases, folders: folders)
      return "\(parent)/\(name)"
    }
  }
}

extension BackupFolder {
  /// The moment as a name (UTC), later than every name that is there.
  static func newName(_ parent: String, at seconds: Int64) throws(StoreFault) -> String {
    var moment = time_t(seconds)
    var parts = tm()
    gmtime_r(&moment, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let stem =
      "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))-"
      + "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
    let last = try names(parent).last ?? ""
    var name = stem
    var number = 1
    // The clock may have gone back: the newest backup is the last by name all the same.
    if name <= last {
      while name <= last {
        number += 1
        name = "\(last.split(separator: ".").first ?? "")." + (number < 10 ? "0\(number)" : "\(number)")
      }
    }
    return name
  }
}
