internal import Directory
internal import Phrases
internal import Store

extension ControlVerbs {
  /// name, aliasOf?
  func addDomain(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let home = try arguments.optionalText("aliasOf")
    try await asking { () throws(DirectoryError) in try await directory.addDomain(name, aliasOf: home) }
    // Should a crash come in between, the server makes them at its next start.
    try await asking { () throws(DirectoryError) in try await directory.makeKeys(for: name) }
    return (.domainAdded(name), ["name": .text(name)])
  }

  func listDomains(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let accounts = directory.accountsByDomain()
    let rows = directory.domains.map { domain -> ControlValue in
      let used: (bytes: Int64, count: Int64) =
        store?.usage(of: (accounts[domain.name] ?? []).map { AccountID(raw: $0) }) ?? (0, 0)
      return [
        "name": .text(domain.name), "aliasOf": .optional(domain.aliasOf), "accounts": .int(Int64(domain.accounts)),
        "usedBytes": .int(used.bytes), "usedMessages": .int(used.count), "quotaBytes": .optional(domain.byteLimit),
        "quotaMessages": .optional(domain.countLimit),
      ]
    }
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// name, quota? (bytes or "none"), messages? (a number or "none")
  func setDomain(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let bytes = try limit(arguments, "quota")
    let count = try limit(arguments, "messages")
    guard bytes != nil || count != nil else { throw ControlRefusal(.domainSettingMissing) }
    let domain = try await asking { () throws(DirectoryError) in
      try await directory.setDomainQuota(name, bytes: bytes, count: count)
    }
    countDomain(domain)
    return (
      .domainSettingsSet(domain.name),
      [
        "name": .text(domain.name), "quotaBytes": .optional(domain.byteLimit),
        "quotaMessages": .optional(domain.countLimit),
      ]
    )
  }

  /// nil: not said; .some(nil): "none".
  private func limit(_ arguments: ControlArguments, _ name: String) throws(ControlRefusal) -> Int64?? {
    guard let text = try arguments.optionalText(name) else { return nil }
    if text == "none" { return .some(nil) }
    guard let value = Int64(text), value >= 0 else { throw ControlArguments.invalid(name, text, .remedyCount) }
    return value
  }

  /// Tells the store what the directory says: which domains have quotas, and who counts to them. Call once at start.
  package func countDomains() {
    for domain in directory.domains where domain.byteLimit != nil || domain.countLimit != nil { countDomain(domain) }
  }

  private func countDomain(_ domain: DomainInfo) {
    guard let store else { return }
    guard domain.byteLimit != nil || domain.countLimit != nil else {
      return store.setQuota(nil, of: domain.name, members: [])
    }
    let members = (directory.accountsByDomain()[domain.name] ?? []).map { AccountID(raw: $0) }
    store.setQuota(DomainQuota(bytes: domain.byteLimit, count: domain.countLimit), of: domain.name, members: members)
  }

  /// The account counts to its domain's quota from now on.
  func count(_ account: AccountInfo) {
    guard let at = account.address.lastIndex(of: "@") else { return }
    store?.count(AccountID(raw: account.account), to: String(account.address[account.address.index(after: at)...]))
  }

  /// name
  func removeDomain(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let before = directory.domains
    try await asking { () throws(DirectoryError) in try await directory.removeDomain(name) }
    let left = Set(directory.domains.map(\.name))
    for domain in before where !left.contains(domain.name) { store?.setQuota(nil, of: domain.name, members: []) }
    return (.domainRemoved(name), ["name": .text(name)])
  }
}
