internal import Crypto

/// directory.db: used from the directory's own thread only.
final class DirectoryDatabase: Sendable {
  struct Contents: Sendable {
    var snapshot = DirectorySnapshot()
    var lastUses: [DeviceUses.Device: Int64] = [:]
  }

  init(path: String) throws(DirectoryError) {}

  /// The key of `AppPassword.fingerprint`, made with the database.
  func deviceKey() throws(DirectoryError) -> SymmetricKey { SymmetricKey(size: .bits256) }
  func load() throws(DirectoryError) -> Contents { Contents() }
  /// Makes `changes` in one transaction, durable when this returns.
  func apply(_ changes: [RowChange]) throws(DirectoryError) {}
  func close() {}
}
