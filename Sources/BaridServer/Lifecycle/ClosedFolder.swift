internal import Control
internal import Glibc
internal import Logging
internal import Phrases
internal import Store

/// A data folder that no server has open: restored as a whole, upgraded, and brought back from an upgrade. Blocks.
package struct ClosedFolder: Sendable {
  private let settings: ServerSettings

  package init(_ settings: ServerSettings) { self.settings = settings }

  /// Fills the (missing or empty) data folder from a backup: the folder named, or the newest in it.
  package func restore(
    _ path: String, _ progress: @escaping @Sendable (Int64, Int64) -> Void
  ) throws(StartFault) {
    let backup: String
    do throws(StoreFault) { backup = try BackupFolder.find(path) } catch {
      throw StartFault(ControlVerbs.noBackup(in: path))
    }
    do throws(StoreFault) {
      _ = try BackupFolder.restore(backup, to: settings.dataFolder, progress)
    } catch .notPermitted {
      throw StartFault(.backupFolderFull(settings.dataFolder))
    } catch { throw fault(error) }
  }

  /// Takes the snapshot that an upgrade can return to; its path.
  package func snapshot(_ progress: @escaping @Sendable (Int64, Int64) -> Void) throws(StartFault) -> String {
    do throws(StoreFault) {
      return try UpgradeFolder.snapshot(
        settings.dataFolder, databases: ControlVerbs.backedUpDatabases, folders: ControlVerbs.backedUpFolders,
        now: Int64(time(nil)), progress)
    } catch { throw fault(error) }
  }

  /// Opens the folder, which brings every database to this program's format, and closes it.
  package func upgrade() async throws(StartFault) {
    let folder = try DataFolder.open(settings, loggers: Self.silent)
    await folder.close()
    do throws(StoreFault) { try UpgradeFolder.keep(1, in: settings.dataFolder) } catch { throw fault(error) }
  }

  /// Upgrades a copy and checks it byte for byte; the copy and its snapshot go away.
  package func rehearse(_ snapshot: String) async throws(StartFault) {
    var copy = settings
    copy.dataFolder = "\(snapshot).rehearsal"
    defer {
      BackupFolder.remove(snapshot)
      BackupFolder.remove(copy.dataFolder)
    }
    do throws(StoreFault) { _ = try BackupFolder.restore(snapshot, to: copy.dataFolder) } catch { throw fault(error) }
    let folder = try DataFolder.open(copy, loggers: Self.silent)
    let found: Result<VerificationReport, StoreFault>
    do throws(StoreFault) { found = .success(try await folder.store.verify()) } catch { found = .failure(error) }
    await folder.close()
    switch found {
    case .success(let report):
      if let first = report.mistakes.first { throw fault(.damaged(first.what)) }
    case .failure(let reason): throw fault(reason)
    }
  }

  /// Returns to the state before the last upgrade.
  package func undo() throws(StartFault) {
    do throws(StoreFault) {
      if try UpgradeFolder.undo(settings.dataFolder) != nil { return }
    } catch { throw fault(error) }
    throw StartFault(.upgradeNothingToUndo)
  }

  private static let silent: @Sendable (String) -> Logger = { label in
    Logger(label: label) { _ in SwiftLogNoOpLogHandler() }
  }

  private func fault(_ fault: StoreFault) -> StartFault {
    switch fault {
    case .inUse: StartFault(.dataFolderInUse(settings.dataFolder))
    case .newer: StartFault(.dataFolderNewer(settings.dataFolder))
    case .diskFull: StartFault(.diskFull)
    default: StartFault(.dataFault(fault.description))
    }
  }
}
