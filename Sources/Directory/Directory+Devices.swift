internal import Logging

extension Directory {
  /// Gives the account a device with a password of its own, which is in the answer and nowhere else.
  ///
  /// `expiresAt` is in seconds since 1970 UTC; nil: never. `apop`: the password is kept so that it can be had back (RFC 1939 §7).
  package func addDevice(
    _ name: String, to account: String, scope: ServiceSet = .all, expiresAt: Int64? = nil, apop: Bool = false
  ) async throws(DirectoryError) -> NewDevice {
    var generator = SystemRandomNumberGenerator()
    let password = AppPassword(using: &generator)
    let (key, now) = (deviceKey, options.now())
    let secret = apop ? try sealed(password.text) : nil
    let device = try await change { next throws(DirectoryError) in
      try next.addDevice(
        account, name: name, fingerprint: { password.fingerprint(key: key, account: $0) },
        scram: { self.scramSecret(password, of: $0) }, scope: scope, expiresAt: expiresAt, apopSecret: secret, at: now)
    }
    return NewDevice(info: info(of: device, lastUse: nil), password: password.text)
  }

  /// The same with an expiry in days from now; nil: never.
  package func addDevice(
    _ name: String, to account: String, scope: ServiceSet, expiresInDays days: Int64?, apop: Bool = false
  ) async throws(DirectoryError) -> NewDevice {
    let now = options.now()
    return try await addDevice(name, to: account, scope: scope, expiresAt: days.map { now + $0 * 86_400 }, apop: apop)
  }

  /// The device's password is refused as soon as this returns, and its sessions are over. Returns how many there were.
  @discardableResult
  package func removeDevice(_ name: String, from account: String) async throws(DirectoryError) -> Int {
    let now = options.now()
    let change = try await changeAndEnd { next throws(DirectoryError) in
      try next.removeDevice(account, name: name, at: now)
    }
    uses.forget(change.value)
    note("device removed", change.value.account, change.sessionsEnded, device: change.value.key)
    return change.sessionsEnded
  }

  /// The devices of an account in the order they were added.
  package func devices(of account: String) throws(DirectoryError) -> [DeviceInfo] {
    let snapshot = snapshot
    let owner = try snapshot.ownerOf(account)
    return (snapshot.accountTable[owner]?.devices ?? []).map {
      info(of: $0, lastUse: uses[DeviceUses.Device(account: owner, key: $0.key)])
    }
  }

  private func info(of device: DirectorySnapshot.Device, lastUse: Int64?) -> DeviceInfo {
    DeviceInfo(
      name: device.name, key: device.key, scope: device.scope, createdAt: device.createdAt,
      expiresAt: device.expiresAt, lastUse: lastUse)
  }
}
