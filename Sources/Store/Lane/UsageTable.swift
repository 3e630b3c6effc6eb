import Synchronization

/// What every account of the store uses, and with it every domain, in memory: RCPT asks for room without a hop or a disk. As of the
/// newest published batches.
///
/// A domain's sum is kept beside the accounts' and changes with them. Who asks sees what is published: deliveries under way on
/// the lanes at that moment are not in it, so a domain may end above its quota by as much, never by more.
final class UsageTable: Sendable {
  fileprivate struct Domain {
    var quota: DomainQuota
    var bytes: Int64 = 0
    var count: Int64 = 0
    var members: Set<AccountID> = []
  }

  fileprivate struct State {
    var usages: [AccountID: Usage] = [:]
    /// Domains that have a quota.
    var domains: [String: Domain] = [:]
    var domainOf: [AccountID: String] = [:]
  }

  private let state = Mutex(State())

  subscript(account: AccountID) -> Usage? { state.withLock { $0.usages[account] } }

  func update(_ changed: [AccountID: Usage], removed: [AccountID]) {
    if changed.isEmpty, removed.isEmpty { return }
    state.withLock { state in
      for (account, usage) in changed {
        state.count(account, -1)
        state.usages[account] = usage
        state.count(account, 1)
      }
      for account in removed {
        state.count(account, -1)
        state.usages[account] = nil
      }
    }
  }

  /// nil: no quota any more.
  func set(_ quota: DomainQuota?, of domain: String, members: [AccountID]) {
    state.withLock { state in
      for account in state.domains[domain]?.members ?? [] { state.domainOf[account] = nil }
      state.domains[domain] = quota.map { Domain(quota: $0) }
      if quota == nil { return }
      for account in members { state.join(account, domain) }
    }
  }

  func join(_ account: AccountID, _ domain: String) { state.withLock { $0.join(account, domain) } }

  func leave(_ account: AccountID) {
    state.withLock { state in
      state.count(account, -1)
      guard let domain = state.domainOf.removeValue(forKey: account) else { return }
      state.domains[domain]?.members.remove(account)
    }
  }

  /// What the account's domain has room for; `.enough` where it has no quota.
  func roomInDomain(of account: AccountID, bytes: Int64, count: Int64) -> Room {
    // What takes nothing more is always allowed.
    if bytes <= 0, count <= 0 { return .enough }
    return state.withLock { state in
      guard let name = state.domainOf[account], let domain = state.domains[name] else { return .enough }
      if let limit = domain.quota.bytes, bytes > limit { return .neverEnough }
      let isByteRoom = domain.quota.bytes.map { domain.bytes + bytes <= $0 } ?? true
      let isCountRoom = domain.quota.count.map { domain.count + count <= $0 } ?? true
      return isByteRoom && isCountRoom ? .enough : .domainFull
    }
  }

  func sum(of accounts: [AccountID]) -> (bytes: Int64, count: Int64) {
    state.withLock { state in
      var sum: (bytes: Int64, count: Int64) = (0, 0)
      for account in accounts {
        guard let usage = state.usages[account] else { continue }
        sum.bytes += usage.bytes
        sum.count += usage.count
      }
      return sum
    }
  }
}

extension UsageTable.State {
  /// Adds what the account uses to its domain's sum, or takes it away.
  fileprivate mutating func count(_ account: AccountID, _ sign: Int64) {
    guard let name = domainOf[account], let usage = usages[account] else { return }
    domains[name]?.bytes += sign * usage.bytes
    domains[name]?.count += sign * usage.count
  }

  fileprivate mutating func join(_ account: AccountID, _ domain: String) {
    guard domains[domain]?.members.insert(account).inserted == true else { return }
    domainOf[account] = domain
    count(account, 1)
  }
}

/// What the accounts of a domain may keep together; nil: as much as they like.
package struct DomainQuota: Hashable, Sendable {
  package var bytes: Int64?
  package var count: Int64?

  package init(bytes: Int64? = nil, count: Int64? = nil) {
    self.bytes = bytes
    self.count = count
  }
}

extension Store {
  /// Gives a domain a quota, or takes it away. `members`: its open accounts.
  package func setQuota(_ quota: DomainQuota?, of domain: String, members: [AccountID]) {
    usages.set(quota, of: domain, members: members)
  }

  /// The account counts to the domain's quota from now on, if that has one.
  package func count(_ account: AccountID, to domain: String) { usages.join(account, domain) }

  /// The account is closed: what it keeps counts no more.
  package func stopCounting(_ account: AccountID) { usages.leave(account) }

  /// What accounts use together, as published.
  package func usage(of accounts: [AccountID]) -> (bytes: Int64, count: Int64) { usages.sum(of: accounts) }

  /// Whether a message of `size` bytes fits into the account and its domain; 0: any message at all. From memory, at once.
  package func room(for size: Int, in account: AccountID) -> Room {
    guard let usage = usages[account] else { return .enough }
    let byteLimit = usage.byteLimit ?? options.byteLimit
    let countLimit = usage.countLimit ?? options.countLimit
    if let byteLimit, Int64(size) > byteLimit { return .neverEnough }
    let isByteRoom = byteLimit.map { usage.bytes + Int64(max(size, 1)) <= $0 } ?? true
    let isCountRoom = countLimit.map { usage.count + 1 <= $0 } ?? true
    guard isByteRoom, isCountRoom else { return .full }
    return usages.roomInDomain(of: account, bytes: Int64(max(size, 1)), count: 1)
  }
}
