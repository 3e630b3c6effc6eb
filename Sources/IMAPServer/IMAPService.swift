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
  let layouts = MessageLayouts()

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

  /// Whether plain SEARCH of this account finds Arabic however it is spelt (its own option, else this server's); I18NLEVEL=1 is then not
  /// offered, because texts are compared otherwise than by i;unicode-casemap.
  func searchesArabic(_ account: AccountID) -> Bool {
    directory.searchesArabic(account.raw) ?? settings.searchesArabic
  }

  /// A session for a new connection.
  package func makeSession(_ peer: Peer, _ waker: Waker) -> IMAPSession { IMAPSession(self, peer, waker) }
}
