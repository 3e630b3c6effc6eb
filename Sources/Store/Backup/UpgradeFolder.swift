import Glibc

/// The way back from an upgrade: a snapshot of the closed data folder in `upgrade/`, and what returns to it. Static functions block.
///
/// The folder's segments get a second name in the snapshot (they never change), its databases are copied. Going back is renaming:
/// seconds, whatever the size.
package enum UpgradeFolder {
  static let name = "upgrade"
  /// Names the snapshot while an undo is under way.
  static let marker = "undoing"

  /// Throws when a restore or an undo broke off half-way: the folder is neither the old nor the new one.
  static func refuseHalf(_ folder: String) throws(StoreFault) {
    if FileCopy.exists("\(folder)/\(BackupFolder.restoring)") {
      throw .damaged("a restore into \(folder) broke off: run `barid backup restore` again")
    }
    if FileCopy.exists("\(folder)/\(name)/\(marker)") {
      throw .damaged("an undo in \(folder) broke off: run `barid upgrade --undo` again")
    }
  }

  /// Takes the snapshot of a folder that no server has open, without bringing anything to a newer format; its path.
  package static func snapshot(
    _ folder: String, databases: [String], folders: [String], now: Int64,
    _ progress: @escaping WorkProgress = { _, _ in }
  ) throws(StoreFault) -> String {
    let lock = try FolderLock(folder)
    defer { lock.release() }
    try refuseHalf(folder)
    guard let format = try StoreFormat.read(folder) else { throw .damaged("\(folder) holds no store") }
    let parent = "\(folder)/\(name)"
    let origin = BackupWriter.Origin(
      folder: folder, segments: (0..<format.lanes).map { SegmentFolder("\(folder)/lane-\($0)/segments") }, now: now)
    let moment = try BackupFolder.newName(parent, at: now)
    _ = try BackupWriter(origin, parent: parent, name: moment, mode: .link, progress: progress).run(
      databases: databases, folders: folders)
    return "\(parent)/\(moment)"
  }

  /// Removes all snapshots but the newest `count`, and what earlier undos set aside.
  package static func keep(_ count: Int, in folder: String) throws(StoreFault) {
    _ = try BackupFolder.keep(count, in: "\(folder)/\(name)")
  }

  /// Makes the folder what it was at its newest snapshot. What it held is set aside in `upgrade/undone-…`. nil: there is no snapshot.
  /// When it breaks off, running it again goes on.
  package static func undo(_ folder: String) throws(StoreFault) -> String? {
    guard FileCopy.exists("\(folder)/format") || FileCopy.exists("\(folder)/\(name)/\(marker)") else { return nil }
    let lock = try FolderLock(folder)
    defer { lock.release() }
    let parent = "\(folder)/\(name)"
    let snapshot: String
    if let begun = try begun(parent) {
      snapshot = begun
    } else {
      guard let newest = try BackupFolder.names(parent).last else { return nil }
      snapshot = newest
      let file = try Descriptor.open("\(parent)/\(marker)", O_RDWR | O_CREAT | O_TRUNC)
      try Array(snapshot.utf8).withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: 0) }
      try file.sync()
      try Folder.sync(parent)
    }
    let aside = "\(parent)/undone-\(snapshot)"
    try Folder.make(aside)
    for entry in try Folder.allNames(in: "\(parent)/\(snapshot)") where entry != BackupManifest.name {
      // A database's log beside it belongs to the newer one.
      for left in [entry, "\(entry)-wal", "\(entry)-shm"] where FileCopy.exists("\(folder)/\(left)") {
        if FileCopy.exists("\(aside)/\(left)") { FileCopy.removeTree("\(aside)/\(left)") }
        try BackupFolder.move(left, folder, aside)
      }
      try BackupFolder.move(entry, "\(parent)/\(snapshot)", folder)
    }
    try Folder.sync(folder)
    try Folder.sync(aside)
    unlink("\(parent)/\(marker)")
    try Folder.sync(parent)
    FileCopy.removeTree("\(parent)/\(snapshot)")
    return aside
  }

  private static func begun(_ parent: String) throws(StoreFault) -> String? {
    guard FileCopy.exists("\(parent)/\(marker)") else { return nil }
    let file = try Descriptor.open("\(parent)/\(marker)", O_RDONLY)
    let name = String(decoding: try file.bytes(try file.length(), at: 0) ?? [], as: UTF8.self)
    return name.isEmpty || name.contains("/") ? nil : name
  }
}
