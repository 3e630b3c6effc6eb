import Database
import Glibc
import Logging

/// Makes one backup in a folder of backups, beside the running store. Whole or not there: it is made under another name, its list is
/// written last, and then it gets its name.
///
/// A backup is a data folder: the index of each lane at one moment, the segments that it names, then the directory. Segments never
/// change, so those that an earlier backup in the folder has are linked, not copied.
final class BackupWriter {
  /// How segments get into the backup.
  enum Mode {
    /// A copy that shares nothing with the data folder.
    case copy
    /// A name more for the same file, for snapshots on the same disk.
    case link
  }

  /// What is backed up: a data folder with its lanes.
  struct Origin {
    var folder: String
    var segments: [SegmentFolder]
    var now: Int64
    var fault: (@Sendable (DurableStep) -> InjectedFault?)?
    var isStopping: @Sendable () -> Bool = { false }
  }

  private let origin: Origin
  private let parent: String
  private let name: String
  private let mode: Mode
  private let progress: WorkProgress
  private var manifest: BackupManifest
  private var earlier: [String: BackupManifest.File] = [:]
  private var earlierFolder: String?
  private var done: Int64 = 0
  private var total: Int64 = 0

  private var making: String { "\(parent)/.\(name).partial" }

  init(_ origin: Origin, parent: String, name: String, mode: Mode, progress: @escaping WorkProgress) {
    self.origin = origin
    self.parent = parent
    self.name = name
    self.mode = mode
    self.progress = progress
    manifest = BackupManifest(created: origin.now, lanes: origin.segments.count)
  }

  /// `databases` and `folders`: what else of the data folder belongs to it.
  func run(databases: [String], folders: [String]) throws(StoreFault) -> BackupManifest {
    try Folder.make(parent)
    guard !FileCopy.exists("\(parent)/\(name)") else { throw .notPermitted("\(parent)/\(name) exists already") }
    for left in try Folder.allNames(in: parent) where left.hasPrefix(".") && left.hasSuffix(".partial") {
      FileCopy.removeTree("\(parent)/\(left)")
    }
    try findEarlier()
    do throws(StoreFault) {
      try Folder.make(making)
      _ = try copy("format")
      for (number, segments) in origin.segments.enumerated() { try backUp(number, segments) }
      for database in databases where FileCopy.exists("\(origin.folder)/\(database)") {
        try copyDatabase(database)
      }
      for folder in folders { try copyFolder(folder) }
      if origin.fault?(DurableStep(lane: 0, point: .backupWrite)) != nil { throw .closed }
      let bytes = manifest.encoded()
      let file = try Descriptor.open("\(making)/\(BackupManifest.name)", O_RDWR | O_CREAT | O_TRUNC)
      try bytes.withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: 0) }
      try file.sync()
      try syncFolders(making)
      if origin.fault?(DurableStep(lane: 0, point: .backupWritten)) != nil { throw .closed }
      guard rename(making, "\(parent)/\(name)") == 0 else {
        throw StoreFault(errno: errno, doing: "name the backup \(parent)/\(name)")
      }
      try Folder.sync(parent)
    } catch {
      if origin.fault == nil { FileCopy.removeTree(making) }
      throw error
    }
    return manifest
  }

  private func goOn() throws(StoreFault) { if origin.isStopping() { throw .closed } }

  private func findEarlier() throws(StoreFault) {
    guard mode == .copy, let newest = try BackupFolder.names(parent).last else { return }
    let folder = "\(parent)/\(newest)"
    do throws(StoreFault) {
      for file in try BackupManifest.read(folder).files { earlier[file.path] = file }
      earlierFolder = folder
    } catch {
      // Without an earlier one everything is copied.
      earlier = [:]
    }
  }

  // MARK: A lane

  private func backUp(_ number: Int, _ segments: SegmentFolder) throws(StoreFault) {
    let folder = "lane-\(number)"
    try Folder.make("\(making)/\(folder)/segments")
    try copyDatabase("\(folder)/index.sqlite")
    let newest = try newestSegment("\(making)/\(folder)/index.sqlite")
    let numbers = try segments.numbers().filter { $0 <= newest || $0 >= SegmentFolder.firstPacked }
    for number in numbers { total += Int64(FileCopy.size(segments.file(number)) ?? 0) }
    for number in numbers {
      try goOn()
      let path = segments.file(number)
      let relative = "\(folder)/segments/\(path.split(separator: "/").last ?? "")"
      try take(path, relative, isClosed: number != newest)
    }
  }

  private func newestSegment(_ index: String) throws(StoreFault) -> Int {
    try inStore { () throws(DatabaseFault) in
      let connection = try Connection(reading: index)
      defer { connection.close() }
      return try connection.first(CollectionSQL.recent) { Int($0.int(0)) } ?? 1
    }
  }

  private func take(_ path: String, _ relative: String, isClosed: Bool) throws(StoreFault) {
    let target = "\(making)/\(relative)"
    let size = FileCopy.size(path)
    if let known = earlier[relative], isClosed, known.size == size, let earlierFolder,
      link("\(earlierFolder)/\(relative)", target) == 0
    {
      manifest.files.append(known)
      count(known.size)
      return
    }
    if mode == .link, isClosed, link(path, target) == 0 {
      let facts = try FileCopy.crc(path, goOn: goOn, progress: { self.count($0) })
      manifest.files.append(.init(path: relative, size: facts.size, crc: facts.crc))
      return
    }
    let facts = try FileCopy.copy(path, to: target, length: size, goOn: goOn, progress: { self.count($0) })
    manifest.files.append(.init(path: relative, size: facts.size, crc: facts.crc))
  }

  // MARK: Everything else

  private func copyDatabase(_ relative: String) throws(StoreFault) {
    let target = "\(making)/\(relative)"
    try inStore { () throws(DatabaseFault) in
      let connection = try Connection(reading: "\(origin.folder)/\(relative)")
      defer { connection.close() }
      try connection.backUp(to: target)
    }
    let facts = try FileCopy.crc(target, goOn: goOn)
    try Descriptor.open(target, O_RDWR).sync()
    manifest.files.append(.init(path: relative, size: facts.size, crc: facts.crc))
  }

  private func copy(_ relative: String) throws(StoreFault) {
    let facts = try FileCopy.copy("\(origin.folder)/\(relative)", to: "\(making)/\(relative)")
    manifest.files.append(.init(path: relative, size: facts.size, crc: facts.crc))
  }

  private func copyFolder(_ relative: String) throws(StoreFault) {
    guard FileCopy.exists("\(origin.folder)/\(relative)") else { return }
    try Folder.make("\(making)/\(relative)")
    for name in try Folder.names(in: "\(origin.folder)/\(relative)") {
      var facts = stat()
      guard lstat("\(origin.folder)/\(relative)/\(name)", &facts) == 0 else { continue }
      if facts.st_mode & S_IFMT == S_IFREG { try copy("\(relative)/\(name)") }
      if facts.st_mode & S_IFMT == S_IFDIR { try copyFolder("\(relative)/\(name)") }
    }
  }

  private func syncFolders(_ path: String) throws(StoreFault) {
    for name in try Folder.allNames(in: path) {
      var facts = stat()
      if lstat("\(path)/\(name)", &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { try syncFolders("\(path)/\(name)") }
    }
    try Folder.sync(path)
  }

  private func count(_ bytes: Int) {
    done += Int64(bytes)
    progress(done, max(total, done))
  }
}
