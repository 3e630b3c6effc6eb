internal import Mail

// What may be changed and what follows from it: pure, so the rules are tested without a disk.
extension DirectorySnapshot {
  // MARK: Domains

  mutating func addDomain(_ text: String, aliasOf target: String?) throws(DirectoryError) -> [RowChange] {
    let name = try domainName(text)
    guard domainTable[name] == nil else { throw .domainExists(name) }
    var home: String?
    if let target {
      let targetName = try domainName(target)
      guard let entry = domainTable[targetName] else { throw .domainUnknown(targetName) }
      if let further = entry.aliasOf { throw .domainIsAlias(targetName, of: further) }
      home = targetName
    }
    domainTable[name] = DomainEntry(aliasOf: home)
    return [.addDomain(name, aliasOf: home)]
  }

  /// The outer nil: as it is; the inner: no limit.
  mutating func setDomainQuota(
    _ text: String, bytes: Int64??, count: Int64??
  ) throws(DirectoryError) -> (DomainInfo, [RowChange]) {
    let name = try domainName(text)
    guard var entry = domainTable[name] else { throw .domainUnknown(name) }
    if let home = entry.aliasOf { throw .domainIsAlias(name, of: home) }
    if let bytes { entry.byteLimit = bytes }
    if let count { entry.countLimit = count }
    domainTable[name] = entry
    let info = DomainInfo(
      name: name, aliasOf: nil, accounts: entry.accounts, byteLimit: entry.byteLimit, countLimit: entry.countLimit)
    return (info, [.setDomainQuota(name, bytes: entry.byteLimit, count: entry.countLimit)])
  }

  mutating func removeDomain(_ text: String) throws(DirectoryError) -> [RowChange] {
    let name = try domainName(text)
    guard let entry = domainTable[name] else { throw .domainUnknown(name) }
    let isNeeded = entry.accounts > 0 || entry.aliases > 0 || domainTable.values.contains { $0.aliasOf == name }
    guard !isNeeded else { throw .domainInUse(name) }
    domainTable[name] = nil
    let keys = keyTable.removeValue(forKey: name) ?? []
    return keys.map { .removeKey(name, $0.selector) } + [.removeDomain(name)]
  }

  // MARK: Accounts

  mutating func addAccount(
    _ text: String, password: String?, lane: (AccountKey) -> Int, at now: Int64
  ) throws(DirectoryError) -> (AccountKey, [RowChange]) {
    let (address, domain) = try newAddress(text)
    let key = nextAccount
    let chosenLane = lane(key)
    nextAccount += 1
    insert(key, Account(address: address, lane: chosenLane, password: password, createdAt: now))
    var changes: [RowChange] = [
      .addAccount(key, address: address, domain: domain, lane: chosenLane, at: now), .addAddress(address, key),
    ]
    if let password { changes.append(.putPassword(key, password)) }
    return (key, changes)
  }

  mutating func closeAccount(_ text: String, at now: Int64) throws(DirectoryError) -> (AccountKey, [RowChange]) {
    let key = try ownerOf(text)
    guard let account = accountTable[key] else { throw .accountUnknown(text) }
    var changes: [RowChange] = []
    for alias in aliases where alias.targets.contains(account.address) {
      let rest = alias.targets.filter { $0 != account.address }
      guard !rest.isEmpty else { throw .accountLastTarget(alias.address) }
      changes.append(.putAlias(alias.address, rest))
    }
    let kept = changes.compactMap { change -> RowChange? in
      guard case .putAlias(let alias, _) = change else { return nil }
      return .keepAlias(key, alias)
    }
    for case .putAlias(let alias, let rest) in changes { addressTable[alias] = .alias(rest) }
    remove(key, account)
    return (key, changes + kept + [.removeAddress(account.address), .closeAccount(key, at: now)])
  }

  /// Aliases that are still there lead to the address again; those that are gone or full do not.
  mutating func lead(_ aliases: [String], to address: String) -> [RowChange] {
    var changes: [RowChange] = []
    for alias in aliases {
      guard case .alias(let targets) = addressTable[alias], !targets.contains(address),
        targets.count < Self.mostTargets
      else { continue }
      addressTable[alias] = .alias(targets + [address])
      changes.append(.putAlias(alias, targets + [address]))
    }
    return changes
  }

  mutating func setPassword(_ text: String, _ password: String) throws(DirectoryError) -> [RowChange] {
    let key = try ownerOf(text)
    accountTable[key]?.password = password
    accountTable[key]?.passwordNumber += 1
    return [.putPassword(key, password)]
  }

  // MARK: Aliases

  static let mostTargets = 100

  /// Makes the alias; an alias that is there already gets these targets added.
  mutating func addAlias(_ text: String, to targets: [String]) throws(DirectoryError) -> (AliasInfo, [RowChange]) {
    let (address, existing) = try aliasAddress(text)
    guard !targets.isEmpty else { throw .aliasWithoutTarget }
    var all = existing
    for target in targets {
      let canonical = try aliasTarget(target)
      guard canonical != address, !leads(canonical, to: address) else { throw .aliasCircle(address) }
      if !all.contains(canonical) { all.append(canonical) }
    }
    guard all.count <= Self.mostTargets else { throw .aliasTooManyTargets(limit: Self.mostTargets) }
    if existing.isEmpty { domainTable[Self.split(address).domain]?.aliases += 1 }
    addressTable[address] = .alias(all)
    // Whoever is behind the last one that is looked at would never get a letter.
    for alias in [address] + aliases.map(\.address).filter({ leads($0, to: address) }) where reachesTooMany(alias) {
      throw .aliasTooManyTargets(limit: Self.mostRecipients)
    }
    return (AliasInfo(address: address, targets: all), [.putAlias(address, all)])
  }

  mutating func removeAlias(_ text: String) throws(DirectoryError) -> [RowChange] {
    let address = try text.hasPrefix("@") ? catchAllKey(text) : homeAddress(text)
    guard case .alias = addressTable[address] else { throw .aliasUnknown(text) }
    var changes: [RowChange] = [.removeAddress(address)]
    for alias in aliases where alias.targets.contains(address) {
      let rest = alias.targets.filter { $0 != address }
      guard !rest.isEmpty else { throw .accountLastTarget(alias.address) }
      changes.append(.putAlias(alias.address, rest))
    }
    for case .putAlias(let alias, let rest) in changes { addressTable[alias] = .alias(rest) }
    addressTable[address] = nil
    domainTable[Self.split(address).domain]?.aliases -= 1
    return changes
  }

  /// The alias's key and the targets that it has already.
  private func aliasAddress(_ text: String) throws(DirectoryError) -> (String, [String]) {
    let address = try text.hasPrefix("@") ? catchAllKey(text) : untagged(homeAddress(text))
    switch addressTable[address] {
    case nil: return (address, [])
    case .alias(let targets): return (address, targets)
    case .account: throw .addressTaken(address)
    }
  }

  /// A target as it is kept: canonical, at the domain itself where the text names a domain alias.
  private func aliasTarget(_ text: String) throws(DirectoryError) -> String {
    let canonical = try canonicalAddress(text)
    let (local, domain) = Self.split(canonical)
    guard let home = home(of: domain) else { throw .aliasTargetElsewhere(canonical) }
    let address = "\(local)@\(home)"
    guard addressTable[address] != nil else { throw .aliasTargetUnknown(address) }
    return address
  }

  private func leads(_ from: String, to address: String) -> Bool {
    var seen: Set<String> = [from]
    var open = [from]
    while let next = open.popLast() {
      guard case .alias(let targets) = addressTable[next] else { continue }
      if targets.contains(address) { return true }
      open += targets.filter { seen.insert($0).inserted }
    }
    return false
  }

  // MARK: Devices

  mutating func addDevice(
    _ text: String, name: String, fingerprint: (AccountKey) -> [UInt8], scram: (AccountKey) -> [UInt8] = { _ in [] },
    scope: ServiceSet, expiresAt: Int64?, apopSecret: [UInt8]? = nil, at now: Int64
  ) throws(DirectoryError) -> (Device, [RowChange]) {
    let key = try ownerOf(text)
    guard var account = accountTable[key] else { throw .accountUnknown(text) }
    guard Self.isDeviceName(name) else { throw .deviceNameInvalid(name) }
    guard !account.devices.contains(where: { $0.name == name }) else { throw .deviceExists(name) }
    if let expiresAt, expiresAt <= now { throw .deviceExpiryPast }
    let device = Device(
      key: account.nextDevice, name: name, fingerprint: fingerprint(key), scope: scope, createdAt: now,
      expiresAt: expiresAt, apopSecret: apopSecret)
    account.nextDevice += 1
    account.devices.append(device)
    accountTable[key] = account
    let secret = scram(key)
    scramTable[key, default: [:]][device.key] = secret
    return (device, [.addDevice(key, device), .putScram(key, device.key, secret)])
  }

  mutating func removeDevice(
    _ text: String, name: String, at now: Int64
  ) throws(DirectoryError) -> (DeviceUses.Device, [RowChange]) {
    let key = try ownerOf(text)
    guard let index = accountTable[key]?.devices.firstIndex(where: { $0.name == name }),
      let device = accountTable[key]?.devices.remove(at: index)
    else { throw .deviceUnknown(name) }
    noteRules(key, accountTable[key])
    scramTable[key]?[device.key] = nil
    return (DeviceUses.Device(account: key, key: device.key), [.removeDevice(key, device.key, at: now)])
  }

  /// One line in every list that it is shown in.
  static func isDeviceName(_ name: String) -> Bool {
    (1...64).contains(name.count) && name.utf8.count <= 256 && name.first != " " && name.last != " "
      && name.unicodeScalars.allSatisfy { !$0.disturbsLine }
  }
}
