internal import Store
internal import Synchronization

/// What the sessions of all listeners share: who holds a maildrop alone, and when each account logged in last.
package final class Maildrops: Sendable {
  private struct Place: Hashable {
    var account: AccountID
    var mailbox: MailboxID
  }

  private let held = Mutex<Set<Place>>([])
  private let logIns = Mutex<[AccountID: Int64]>([:])

  package init() {}

  /// The exclusive lock of RFC 1939 §4, given back when the last reference goes; nil: another session has it.
  func lock(_ mailbox: MailboxID, of account: AccountID) -> MaildropLock? {
    let place = Place(account: account, mailbox: mailbox)
    guard held.withLock({ $0.insert(place).inserted }) else { return nil }
    return MaildropLock { [self] in _ = held.withLock { $0.remove(place) } }
  }

  /// RFC 2449 §6.5: notes a log-in; false when the last one was less than `delay` seconds ago.
  func mayLogIn(_ account: AccountID, delay: Int64, at now: Int64) -> Bool {
    logIns.withLock { logIns in
      // A clock that went back makes nobody wait for longer than the delay.
      if let last = logIns[account], now >= last, now - last < delay { return false }
      if logIns.count > 100_000 { logIns = logIns.filter { now - $0.value < delay } }
      logIns[account] = now
      return true
    }
  }
}

/// Holds a maildrop for one session.
package final class MaildropLock: Sendable {
  private let release: @Sendable () -> Void
  init(_ release: @escaping @Sendable () -> Void) { self.release = release }
  deinit { release() }
}
