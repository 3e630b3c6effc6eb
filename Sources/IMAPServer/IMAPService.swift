package import Directory
package import Logging
package import Net
package import Store

/// What all IMAP sessions of one listener share.
package final class IMAPService: Sendable {
  let settings: IMAPServiceSettings
  let store: Store
  let directory: Directory
  let logger: Logger
  /// Seconds since 1970 UTC.
  let now: @Sendable () -> Int64

  package init(
    settings: IMAPServiceSettings, store: Store, directory: Directory, logger: Logger,
    now: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    self.store = store
    self.directory = directory
    self.logger = logger
    self.now = now
  }

  /// A session for a new connection.
  package func makeSession(_ peer: Peer, _ waker: Waker) -> IMAPSession { IMAPSession(self, peer, waker) }
}
