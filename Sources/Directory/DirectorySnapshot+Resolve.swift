package import Mail

extension DirectorySnapshot {
  /// The most accounts that one address leads to.
  static let mostRecipients = 1_000
  /// RFC 5321 §4.5.1 and RFC 2142 §5, §4: they exist at every domain.
  static let requiredNames: Set<String> = ["postmaster", "abuse"]

  /// Where mail for `address` goes. An empty domain is RFC 5321's `<Postmaster>`.
  package func resolve(_ address: EmailAddress) -> Resolution { resolve(canonical: address.canonical) }

  /// True if `account` may send as `address`: an account may use every address whose mail it receives.
  package func mayUse(_ account: AccountKey, _ address: EmailAddress) -> Bool {
    mayUse(account, canonical: address.canonical)
  }

  /// `<Postmaster>` and `<abuse>` without a domain: the domain-less form of RFC 5321 §4.5.1. nil for any other name.
  package func resolve(bare name: String) -> Resolution? {
    Self.requiredNames.contains(name.lowercased()) ? resolve(canonical: name.lowercased()) : nil
  }

  func resolve(canonical address: String) -> Resolution {
    let (local, domain) = Self.split(address)
    guard !domain.isEmpty else {
      guard Self.requiredNames.contains(local) else { return .notLocal }
      return firstAccount.map(single) ?? .noSuchUser
    }
    guard let home = home(of: domain) else { return .notLocal }
    guard let target = target(local: local, home: home) else { return .noSuchUser }
    if case .account(let key) = target { return single(key) }
    let found = recipients(of: target)
    return found.isEmpty ? .noSuchUser : .accounts(found)
  }

  func mayUse(_ account: AccountKey, canonical address: String) -> Bool {
    guard case .accounts(let recipients) = resolve(canonical: address) else { return false }
    return recipients.contains { $0.account == account }
  }

  /// The account that logs in as `name`: its full address (a domain alias serves), or its bare local part where that is
  /// unique on this server.
  func account(logIn name: String) -> (key: AccountKey, value: Account)? {
    let (local, domain) = Self.split(name)
    let key: AccountKey?
    if domain.isEmpty {
      let sharing = bareNames[local] ?? []
      key = sharing.count == 1 ? sharing[0] : nil
    } else if let home = home(of: domain), case .account(let owner) = addressTable["\(local)@\(home)"] {
      key = owner
    } else {
      key = nil
    }
    guard let key, let account = accountTable[key] else { return nil }
    return (key, account)
  }

  /// The domain that `domain` stands for: itself unless it is an alias; nil if it is not ours.
  func home(of domain: String) -> String? {
    guard let entry = domainTable[domain] else { return nil }
    return entry.aliasOf ?? domain
  }

  /// First the address itself, then without its +tag, then the required names, then the catch-all.
  private func target(local: String, home: String) -> Target? {
    if let exact = addressTable["\(local)@\(home)"] { return exact }
    // RFC 5233 §1: user+detail. A local part that begins with "+" has no user.
    if let plus = local.firstIndex(of: "+"), plus > local.startIndex,
      let untagged = addressTable["\(local[..<plus])@\(home)"]
    {
      return untagged
    }
    if Self.requiredNames.contains(local), let first = domainTable[home]?.firstAccount ?? firstAccount {
      return .account(first)
    }
    return addressTable["@\(home)"]
  }

  /// The accounts behind a target, in order, each once. Every alias is looked at once, so a tangle of aliases costs no
  /// more than its size.
  private func recipients(of target: Target, limit: Int = mostRecipients) -> [Recipient] {
    var found: [Recipient] = []
    var accounts: Set<AccountKey> = []
    var aliases: Set<String> = []
    var open = [target]
    while let next = open.popLast(), found.count < limit {
      switch next {
      case .account(let key):
        guard let account = accountTable[key], accounts.insert(key).inserted else { continue }
        found.append(Recipient(account: key, lane: account.lane))
      case .alias(let targets):
        for address in targets.reversed() where aliases.insert(address).inserted {
          if let target = addressTable[address] { open.append(target) }
        }
      }
    }
    return found
  }

  func reachesTooMany(_ alias: String) -> Bool {
    guard let target = addressTable[alias] else { return false }
    return recipients(of: target, limit: Self.mostRecipients + 1).count > Self.mostRecipients
  }

  private func single(_ key: AccountKey) -> Resolution {
    guard let account = accountTable[key] else { return .noSuchUser }
    return .accounts([Recipient(account: key, lane: account.lane)])
  }

  /// The local part and the domain: what stands before and after the last "@"; without one, all is local part.
  static func split(_ address: String) -> (local: String, domain: String) {
    guard let at = address.lastIndex(of: "@") else { return (address, "") }
    return (String(address[..<at]), String(address[address.index(after: at)...]))
  }
}
