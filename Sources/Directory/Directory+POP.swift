internal import Crypto

extension Directory {
  /// Changes what an account's POP3 does where a device says nothing.
  @discardableResult
  package func setPOPPolicy(
    of account: String, _ edit: @escaping @Sendable (inout POPPolicy) -> Void
  ) async throws(DirectoryError) -> POPPolicy {
    try await change { next throws(DirectoryError) in try next.setPOPPolicy(account, edit) }
  }

  /// Changes what POP3 does for one device.
  @discardableResult
  package func setPOPPolicy(
    of account: String, device: String, _ edit: @escaping @Sendable (inout POPPolicy) -> Void
  ) async throws(DirectoryError) -> POPPolicy {
    try await change { next throws(DirectoryError) in try next.setPOPPolicy(account, device: device, edit) }
  }

  /// The account's number and what its POP3 does.
  package func popRules(of account: String) throws(DirectoryError) -> (account: AccountKey, rules: POPRules) {
    let snapshot = snapshot
    let key = try snapshot.ownerOf(account)
    return (key, snapshot.popRules(of: key, at: options.now()))
  }

  /// The device's number.
  package func deviceKey(_ name: String, of account: String) throws(DirectoryError) -> Int64 {
    guard let found = try devices(of: account).first(where: { $0.name == name }) else { throw .deviceUnknown(name) }
    return found.key
  }

  /// APOP (RFC 1939 §7): `digest` is the MD5 of `timestamp` and a password. Only devices that were made for it have one that can be
  /// had back; it counts as typed, with or without its dashes.
  package func logIn(
    name: String, digest: [UInt8], timestamp: String, peer address: String
  ) -> LogIn {
    guard let found = snapshot.account(logIn: DirectorySnapshot.logInName(name)) else { return .refused }
    for device in found.value.devices {
      guard let sealed = device.apopSecret, let password = opened(sealed) else { continue }
      for typed in [password, password.filter { $0 != UInt8(ascii: "-") }] {
        var hash = Insecure.MD5()
        hash.update(data: Array(timestamp.utf8))
        hash.update(data: typed)
        if Self.isSame(Array(hash.finalize()), digest) { return logIn(device: device, of: found, .pop3) }
      }
    }
    return .refused
  }

  /// Takes as long wherever they differ.
  private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// A device's password as it is kept for APOP: sealed, so that no copy of the file shows it to the eye. The key is in the same file.
  func sealed(_ password: String) throws(DirectoryError) -> [UInt8] {
    do {
      guard let box = try AES.GCM.seal(Array(password.utf8), using: deviceKey).combined else {
        throw DirectoryError.fault("no nonce")
      }
      return Array(box)
    } catch { throw .fault("a secret could not be sealed") }
  }

  private func opened(_ sealed: [UInt8]) -> [UInt8]? {
    do { return Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: deviceKey)) } catch { return nil }
  }
}

extension DirectorySnapshot {
  mutating func setPOPPolicy(
    _ text: String, _ edit: (inout POPPolicy) -> Void
  ) throws(DirectoryError) -> (POPPolicy, [RowChange]) {
    let key = try ownerOf(text)
    guard var account = accountTable[key] else { throw .accountUnknown(text) }
    edit(&account.popPolicy)
    try Self.checkGroup(account)
    accountTable[key] = account
    noteRules(key, account)
    return (account.popPolicy, [.setAccountPolicy(key, account.popPolicy)])
  }

  mutating func setPOPPolicy(
    _ text: String, device name: String, _ edit: (inout POPPolicy) -> Void
  ) throws(DirectoryError) -> (POPPolicy, [RowChange]) {
    let key = try ownerOf(text)
    guard var account = accountTable[key] else { throw .accountUnknown(text) }
    guard let index = account.devices.firstIndex(where: { $0.name == name }) else { throw .deviceUnknown(name) }
    edit(&account.devices[index].popPolicy)
    try Self.checkGroup(account)
    accountTable[key] = account
    noteRules(key, account)
    let policy = account.devices[index].popPolicy
    return (policy, [.setDevicePolicy(key, account.devices[index].key, policy)])
  }

  /// In a group each gets each message: what one has taken cannot suffice.
  private static func checkGroup(_ account: Account) throws(DirectoryError) {
    let rules = rules(account, at: .min)
    guard rules.account.isGroup == true else { return }
    if ([rules.account] + rules.devices.map(\.policy)).contains(where: { $0.counted == .device }) {
      throw .groupCountsAll
    }
  }

  /// What POP3 does for an account, with all that is said nowhere filled in.
  package func popRules(of key: AccountKey, at now: Int64) -> POPRules {
    guard let account = accountTable[key] else { return POPRules(account: .standard, devices: []) }
    return Self.rules(account, at: now)
  }

  private static func rules(_ account: Account, at now: Int64) -> POPRules {
    let own = account.popPolicy.or(.standard)
    let devices = account.devices.filter { $0.scope.allows(.pop3) && $0.expiresAt.map { now < $0 } ?? true }
    return POPRules(
      account: own,
      devices: devices.map {
        POPRules.Device(key: $0.key, name: $0.name, createdAt: $0.createdAt, policy: $0.popPolicy.or(own))
      })
  }

  /// Keeps `popRuled` in step.
  mutating func noteRules(_ key: AccountKey, _ account: Account?) {
    if let days = popRuled[key] ?? nil { popDays[days] = popDays[days].flatMap { $0 > 1 ? $0 - 1 : nil } }
    popRuled[key] = nil
    guard let rules = account.map({ Self.rules($0, at: .min) }), rules.removes else { return }
    popRuled.updateValue(rules.fewestDays, forKey: key)
    if let days = rules.fewestDays { popDays[days, default: 0] += 1 }
  }

  /// The accounts whose policies may remove mail, ascending.
  package var popAccounts: [AccountKey] { popRuled.keys.sorted() }

  /// RFC 2449 §6.7: the smallest value in use by any account; nil: none removes anything.
  package var popFewestDays: Int? { popDays.keys.min() }
}
