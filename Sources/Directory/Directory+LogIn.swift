internal import Logging
internal import Mail

extension Directory {
  /// Checks a name and a password.
  ///
  /// `name` is a full address, or a bare local part that only one account on this server has. A device's password is
  /// tried first, then the account's. The time does not tell whether the name exists. `peer` is for the log.
  package func logIn(
    name: String, password: [UInt8], service: Service, peer address: String
  ) async -> LogIn {
    // RFC 4616 §2: neither may be empty or contain NUL.
    let isProof = password.first == 0
    guard !password.isEmpty, password.count <= Self.longestPassword, isProof || !password.contains(0) else {
      return .refused
    }
    let found = snapshot.account(logIn: DirectorySnapshot.logInName(name))
    // RFC 8265 §4.2: compared as prepared; passwords set before they were prepared are compared as sent.
    let prepared = Unicode.opaqueString(password)
    let forms = prepared == password ? [password] : [prepared, password]
    let answer: LogIn
    if isProof {
      // SCRAM has proved it: `scramServer`.
      let device = found?.value.devices.first { $0.fingerprint == Array(password.dropFirst()) }
      answer = if let found, let device { logIn(device: device, of: found, service) } else { .refused }
    } else if let found, let typed = AppPassword(typed: prepared), let device = device(typed, of: found) {
      answer = logIn(device: device, of: found, service)
    } else {
      answer = await logIn(password: forms, of: found)
    }
    note(answer, account: found?.key, service, peer: address)
    return answer
  }

  typealias Found = (key: AccountKey, value: DirectorySnapshot.Account)

  private func device(_ typed: AppPassword, of account: Found) -> DirectorySnapshot.Device? {
    guard !account.value.devices.isEmpty else { return nil }
    let fingerprint = typed.fingerprint(key: deviceKey, account: account.key)
    return account.value.devices.first { $0.fingerprint == fingerprint }
  }

  func logIn(device: DirectorySnapshot.Device, of account: Found, _ service: Service) -> LogIn {
    let now = options.now()
    guard device.scope.allows(service), device.expiresAt.map({ now < $0 }) ?? true else { return .refused }
    let use = DeviceUses.Device(account: account.key, key: device.key)
    if uses.note(use, at: now, every: options.lastUseEvery) {
      writeBehind(.setLastUse(account.key, device.key, at: now))
    }
    return .accepted(principal(account, device: device))
  }

  /// `forms`: the ways to read what was sent; an unknown name takes the time of all of them.
  private func logIn(password forms: [[UInt8]], of account: Found?) async -> LogIn {
    guard let account, let phc = account.value.password else {
      let dummy = dummyHash
      let checked = await hashing.run { forms.count { dummy.verifies($0) } }
      return checked == nil ? Self.tooMany : .refused
    }
    let hash = PasswordHash(phc: phc)
    let tokens = forms.map { verified.token(account: account.key, hash: hash, password: $0) }
    if tokens.contains(where: { verified.contains($0, at: options.now()) }) {
      return .accepted(principal(account, device: nil))
    }
    let (cache, now, until) = (verified, options.now(), options.verifiedFor)
    let isRight = await hashing.run { () -> Bool in
      // Another log-in of the same mail program may have been checked while this one waited.
      if tokens.contains(where: { cache.contains($0, at: now) }) { return true }
      guard let right = forms.firstIndex(where: { hash.verifies($0) }) else { return false }
      cache.insert(tokens[right], until: now + until, at: now)
      return true
    }
    guard let isRight else { return Self.tooMany }
    // The password may have been changed, or the account closed, while it was checked.
    guard isRight, snapshot.accountTable[account.key]?.password == phc else { return .refused }
    return .accepted(principal(account, device: nil))
  }

  private static var tooMany: LogIn { .unavailable("too many log-ins wait to be checked") }

  private func principal(_ account: Found, device: DirectorySnapshot.Device?) -> Principal {
    Principal(
      account: account.key, name: account.value.address, device: device?.name, deviceKey: device?.key ?? 0,
      passwordNumber: account.value.passwordNumber, lane: account.value.lane)
  }

  /// The name as typed is not logged: people type passwords there.
  private func note(_ answer: LogIn, account: AccountKey?, _ service: Service, peer: String) {
    let facts: Logger.Metadata = [
      "account": "\(account.map(String.init) ?? "unknown")", "service": "\(service)", "peer": "\(peer)",
    ]
    switch answer {
    case .accepted: logger.debug("log-in accepted", metadata: facts)
    case .refused: logger.info("log-in refused", metadata: facts)
    case .unavailable(let reason):
      logger.warning("log-in not possible", metadata: facts.merging(["reason": "\(reason)"]) { $1 })
    }
  }
}
