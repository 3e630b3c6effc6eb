internal import Control
internal import Glibc
package import Directory
package import Logging
internal import Phrases
internal import Postroom
package import Store

/// The folder that holds mail and accounts, open under its lock.
package struct DataFolder: Sendable {
  package let store: Store
  package let directory: Directory

  package static func isPresent(_ settings: ServerSettings) -> Bool { Store.isPresent(in: settings.dataFolder) }

  /// Refuses where there is none: only `serve`, `demo`, `backup restore` and `domain add` make a data folder, so that a mistyped
  /// path is not answered by an empty one.
  package static func require(_ settings: ServerSettings) throws(StartFault) {
    if isPresent(settings) { return }
    let path = settings.dataFolder
    if access(path, F_OK) == 0 {
      try FolderProbe.check(path)
    } else if errno == EACCES {
      throw StartFault(.dataFolderNotWritable(path))
    }
    throw StartFault(.dataFolderAbsent(path))
  }

  /// Opens the store, which takes the folder's lock, then the directory; both are made where they are missing.
  package static func open(
    _ settings: ServerSettings, loggers: @Sendable (String) -> Logger
  ) throws(StartFault) -> DataFolder {
    let path = settings.dataFolder
    try FolderProbe.check(path)
    do throws(FileFault) { try FileBytes.makeFolder(path) } catch { throw StartFault(.dataFolderMissing(path)) }
    var options = StoreOptions()
    options.messageLimit = settings.limits.messageSize
    options.recoverableDays = Int64(settings.store.recoverableDays)
    if let size = settings.store.segmentSize { options.segmentSize = size }
    options.lanes = settings.store.lanes
    let store: Store
    do throws(StoreFault) {
      store = try Store.open(path, options, derive: Derivation.derive, logger: loggers("store"))
    } catch {
      throw StartFault(phrase(for: error, path))
    }
    var names = DirectoryOptions()
    names.lanes = store.laneCount
    do throws(DirectoryError) {
      let directory = try Directory.open(path, names, logger: loggers("directory"))
      ControlVerbs(directory: directory, store: store).countDomains()
      return DataFolder(store: store, directory: directory)
    } catch {
      if case .newer = error { throw StartFault(.dataFolderNewer(path)) }
      throw StartFault(error.phrase)
    }
  }

  /// Closes both and gives the lock back.
  package func close() async {
    await directory.close()
    await store.close()
  }

  private static func phrase(for fault: StoreFault, _ path: String) -> Phrase {
    switch fault {
    case .inUse: .dataFolderInUse(path)
    case .newer: .dataFolderNewer(path)
    case .damaged(let what): .dataFolderDamaged(path, what)
    case .diskFull: .diskFull
    default: .dataFault(fault.description)
    }
  }
}
