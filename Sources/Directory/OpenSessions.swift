internal import Synchronization

/// The sessions that are open, by account: 165 bytes each.
///
/// Nobody is told anything while the lock is held.
final class OpenSessions: Sendable {
  private let open = Mutex<[AccountKey: [OpenSession]]>([:])

  func add(_ session: OpenSession) {
    open.withLock { $0[session.account, default: []].append(session) }
  }

  func remove(_ session: OpenSession) {
    open.withLock { open in
      // Taken out meanwhile, so that the array is not copied.
      guard var sessions = open.removeValue(forKey: session.account) else { return }
      if let place = sessions.firstIndex(where: { $0 === session }) {
        sessions.swapAt(place, sessions.count - 1)
        sessions.removeLast()
      }
      if !sessions.isEmpty { open[session.account] = sessions }
    }
  }

  /// Takes out those of an account that `isOver` names.
  func take(of account: AccountKey, where isOver: (OpenSession) -> Bool) -> [OpenSession] {
    open.withLock { open in
      guard let sessions = open[account] else { return [] }
      let over = sessions.filter(isOver)
      if over.isEmpty { return [] }
      let rest = sessions.filter { !isOver($0) }
      open[account] = rest.isEmpty ? nil : rest
      return over
    }
  }

  /// The accounts that have a session which ends by itself before `now`.
  func accounts(expiredAt now: Int64) -> [AccountKey] {
    open.withLock { open in
      open.compactMap { $0.value.contains { $0.expiresAt <= now } ? $0.key : nil }
    }
  }

  var count: Int { open.withLock { $0.reduce(0) { $0 + $1.value.count } } }
}
