import Glibc
package import Logging

/// What Barid keeps: accounts' mailboxes, messages, flags and changes, durable before it is acknowledged.
///
/// All functions may be called from any task or event loop: they hop once to a lane's thread and return when the result is durable.
package final class Store: Sendable {
  /// The folder this store lives in.
  package let folder: String
  init(folder: String) { self.folder = folder }

  /// Opens the data folder (made when missing) and recovers what a crash left, under the folder's lock.
  ///
  /// `derive` parses a whole message once, at delivery. Throws `.inUse`, `.newer`, `.io` with one clear sentence.
  package static func open(
    _ folder: String, _ options: StoreOptions = StoreOptions(),
    derive: @escaping @Sendable (UnsafeRawBufferPointer) -> Derived, logger: Logger
  ) throws(StoreFault) -> Store { throw .closed }

  /// Finishes what is under way, closes all files and gives the lock back. Later calls fail with `.closed`.
  package func close() async {}

  /// Starts receiving one message.
  package func spool() -> Spool { Spool() }
}
