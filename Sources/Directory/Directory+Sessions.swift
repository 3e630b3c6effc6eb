internal import Logging

// A right that is taken away is taken from who is here already, not only from who comes next.
extension Directory {
  /// Enters a session that has logged in, until `leave`; nil: what it came in with was taken away meanwhile.
  ///
  /// `tell` is called at most once, on any thread, when that happens later; it must return at once.
  package func enter(
    _ principal: Principal, _ service: Service, tell: @escaping @Sendable () -> Void
  ) -> OpenSession? {
    let isDevice = principal.deviceKey > 0
    let session = OpenSession(
      principal.account, isDevice ? .device(principal.deviceKey) : .password(principal.passwordNumber), service,
      expiresAt: isDevice ? snapshot.device(principal.deviceKey, of: principal.account)?.expiresAt : nil, tell: tell)
    guard enter(session) else { return nil }
    return session
  }

  /// Enters somebody who looks at another account's mailbox: it is over when that account is closed.
  package func visit(_ account: AccountKey, _ service: Service, tell: @escaping @Sendable () -> Void) -> Visit {
    let session = OpenSession(account, .guest, service, expiresAt: nil, tell: tell)
    return Visit(isOpen: enter(session) ? session : nil, directory: self)
  }

  package func leave(_ session: OpenSession) { sessions.remove(session) }

  /// Between a password's check and this the password may have been taken away. So first the session is entered, where a change that is
  /// published from now on finds it; then what it came in with is looked at again, and a change that was published before is seen.
  private func enter(_ session: OpenSession) -> Bool {
    sessions.add(session)
    if snapshot.letsIn(session, at: options.now()) { return true }
    sessions.remove(session)
    return false
  }

  /// Runs on the directory's thread, after a change was published.
  func endSessions(after rows: [RowChange]) -> Int {
    var sum = 0
    for account in Set(rows.compactMap(\.mayEndSessions)) { sum += endSessions(of: account) }
    return sum
  }

  @discardableResult private func endSessions(of account: AccountKey) -> Int {
    let (snapshot, now) = (snapshot, options.now())
    let over = sessions.take(of: account) { !snapshot.letsIn($0, at: now) }
    for session in over { session.end() }
    return over.count
  }

  /// Ends the sessions of devices that have expired: to be called every few seconds.
  package func endExpired() {
    for account in sessions.accounts(expiredAt: options.now()) {
      let ended = endSessions(of: account)
      if ended > 0 { note("device expired", account, ended) }
    }
  }

  /// One line for each time that something was taken away.
  func note(_ phrase: Logger.Message, _ account: AccountKey, _ ended: Int, device: Int64? = nil) {
    var facts: Logger.Metadata = ["account": "\(account)", "sessions": "\(ended)"]
    if let device { facts["device"] = "\(device)" }
    logger.notice(phrase, metadata: facts)
  }
}

/// Somebody's look at another account's mailbox; it ends with the last reference.
package final class Visit: Sendable {
  private let session: OpenSession?
  private let directory: Directory

  init(isOpen session: OpenSession?, directory: Directory) {
    self.session = session
    self.directory = directory
  }

  deinit { if let session { directory.leave(session) } }

  /// The account was closed.
  package var isOver: Bool { session?.isOver(at: 0) ?? true }
}

extension DirectorySnapshot {
  func device(_ key: Int64, of account: AccountKey) -> Device? {
    accountTable[account]?.devices.first { $0.key == key }
  }

  /// Whether what a session came in with still lets it in.
  func letsIn(_ session: OpenSession, at now: Int64) -> Bool {
    guard let account = accountTable[session.account] else { return false }
    switch session.key {
    case .guest: return true
    case .password(let number): return account.password != nil && account.passwordNumber == number
    case .device(let key):
      guard let device = device(key, of: session.account), device.scope.allows(session.service) else { return false }
      return device.expiresAt.map { now < $0 } ?? true
    }
  }
}

extension RowChange {
  /// The account of whose sessions some may be over after this change; no `default`, so that a new change must say.
  var mayEndSessions: AccountKey? {
    switch self {
    case .closeAccount(let account, _), .purgeAccount(let account, _), .putPassword(let account, _),
      .removeDevice(let account, _, _):
      account
    case .addDomain, .setDomainQuota, .removeDomain, .addAccount, .keepAlias, .reopenAccount, .addAddress, .putAlias,
      .removeAddress, .addDevice, .putScram, .setAccountPolicy, .setDevicePolicy, .setSearch, .putKey, .removeKey,
      .setLastUse, .setSettings, .putSending:
      nil
    }
  }
}
