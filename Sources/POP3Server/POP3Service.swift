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
  let maildrops: Maildrops
  /// Seconds since 1970 UTC.
  let now: @Sendable () -> Int64

  /// - Parameter maildrops: the same for all listeners of a server.
  package init(
    settings: POP3ServiceSettings, store: Store, directory: Directory, logger: Logger, maildrops: Maildrops,
    now: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    self.store = store
    self.directory = directory
    self.logger = logger
    self.maildrops = maildrops
    self.now = now
  }

  /// A session for a new connection.
  package func makeSession(_ peer: Peer, _ waker: Waker) -> POP3Session { POP3Session(self, peer, waker) }
}
