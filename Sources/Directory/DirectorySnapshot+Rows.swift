// The snapshot's tables kept in step with each other; used by edits and when the database is read.
extension DirectorySnapshot {
  mutating func insert(_ key: AccountKey, _ account: Account) {
    let (local, domain) = Self.split(account.address)
    accountTable[key] = account
    addressTable[account.address] = .account(key)
    bareNames[local] = (bareNames[local] ?? []) + [key]
    firstAccount = min(firstAccount ?? key, key)
    noteRules(key, account)
    guard var entry = domainTable[domain] else { return }
    entry.accounts += 1
    entry.firstAccount = min(entry.firstAccount ?? key, key)
    domainTable[domain] = entry
  }

  mutating func remove(_ key: AccountKey, _ account: Account) {
    let (local, domain) = Self.split(account.address)
    accountTable[key] = nil
    noteRules(key, nil)
    addressTable[account.address] = nil
    let sharing = (bareNames[local] ?? []).filter { $0 != key }
    bareNames[local] = sharing.isEmpty ? nil : sharing
    domainTable[domain]?.accounts -= 1
    if firstAccount == key { firstAccount = accountTable.entries.map(\.key).min() }
    if domainTable[domain]?.firstAccount == key {
      domainTable[domain]?.firstAccount =
        accountTable.entries.filter { Self.split($0.value.address).domain == domain }.map(\.key).min()
    }
  }

  mutating func insertAlias(_ address: String, _ targets: [String]) {
    domainTable[Self.split(address).domain]?.aliases += 1
    addressTable[address] = .alias(targets)
  }
}
