extension Store {
  /// True: there is a store in the folder, whole or with a restore or an undo half-way.
  package static func isPresent(in folder: String) -> Bool {
    ["format", BackupFolder.restoring, UpgradeFolder.name].contains { FileCopy.exists("\(folder)/\($0)") }
  }
}
