package import Directory
package import Logging
package import Net
package import Store

/// What all POP3 sessions of one listener share.
package final class POP3Service: Sendable {
  let settings: POP3ServiceSettings
  let store: Store
  let directory: Directory
  let logger: Logger

  package init(settings: POP3ServiceSettings, store: Store, directory: Directory, logger: Logger) {
    self.settings = settings
    self.store = store
    self.directory = directory
    self.logger = logger
  }

  /// A session for a new connection.
  package func makeSession(_ peer: Peer, _ waker: Waker) -> POP3Session { POP3Session(self, peer) }
}
