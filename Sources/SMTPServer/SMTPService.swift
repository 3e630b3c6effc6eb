package import Directory
package import Logging
package import Net
import Postroom
package import Store
import Synchronization

/// What all SMTP sessions of one listener share.
package final class SMTPService: Sendable {
  let settings: SMTPServiceSettings
  let store: Store
  let directory: Directory
  let filing: Filing
  /// What strangers' mail is looked at with; nil: it is not.
  let checks: SenderChecks?
  /// What our own users' mail is signed with; nil: it is not.
  let signers: DomainSigners?
  let logger: Logger
  /// Seconds since 1970 UTC.
  let now: @Sendable () -> Int64
  private let names: LetterNames

  /// - Parameter names: the same for all listeners of a server.
  package init(
    settings: SMTPServiceSettings, store: Store, directory: Directory, checks: SenderChecks? = nil,
    signers: DomainSigners? = nil, names: LetterNames? = nil, logger: Logger,
    now: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    self.store = store
    self.directory = directory
    self.logger = logger
    self.now = now
    self.checks = checks
    self.signers = signers
    filing = Filing(store: store, directory: directory, logger: logger)
    self.names = names ?? LetterNames(now: now())
  }

  /// A session for a new connection.
  package func makeSession(_ peer: Peer, _ waker: Waker) -> SMTPSession { SMTPSession(self, peer, waker) }

  /// A name for the next message, unique on this server: it stands in Received and in the log.
  func nextLetterName() -> String { names.next() }
}

/// Names of letters, unique on a server over its runs.
package final class LetterNames: Sendable {
  /// In front of every name, so that those of different runs differ.
  private let run: String
  private let last = Atomic<UInt64>(0)

  /// - Parameter now: seconds since 1970 UTC.
  package init(now: Int64) { run = String(now, radix: 36) }

  func next() -> String { run + String(last.add(1, ordering: .relaxed).newValue, radix: 36) }
}
