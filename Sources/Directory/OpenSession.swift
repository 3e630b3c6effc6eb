internal import Synchronization

/// A session that somebody logged in to, from the log-in to its end: it is told when what it came in with no longer holds.
package final class OpenSession: Sendable {
  /// What lets a session in.
  enum Key: Hashable, Sendable {
    /// The account's password of that number (`Principal.passwordNumber`).
    case password(Int)
    case device(Int64)
    /// None of the account's: somebody else looks at a mailbox of it, as long as it is open.
    case guest
  }

  let account: AccountKey
  let key: Key
  let service: Service
  /// When the device expires: seconds since 1970 UTC.
  let expiresAt: Int64
  private let ended = Atomic(false)
  private let tell: @Sendable () -> Void

  init(
    _ account: AccountKey, _ key: Key, _ service: Service, expiresAt: Int64?, tell: @escaping @Sendable () -> Void
  ) {
    self.account = account
    self.key = key
    self.service = service
    self.expiresAt = expiresAt ?? .max
    self.tell = tell
  }

  /// True from the moment in which its password, device or account was taken away: nothing more may be done in its name.
  package func isOver(at now: @autoclosure () -> Int64) -> Bool {
    ended.load(ordering: .acquiring) || (expiresAt != .max && now() >= expiresAt)
  }

  /// Called once, on any thread, with no lock held.
  func end() {
    ended.store(true, ordering: .releasing)
    tell()
  }
}
