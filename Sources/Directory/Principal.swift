/// An account's number: given once, never used again. The store wraps it as `AccountID`.
package typealias AccountKey = Int64

/// Who logged in.
package struct Principal: Hashable, Sendable {
  package let account: AccountKey
  /// The account's full address.
  package let name: String
  /// The device whose app password was used; nil for the account password ("unknown device").
  package let device: String?
  /// The device's number within the account, never used again; 0 for the account password.
  package let deviceKey: Int64
  /// How often the account's password had been changed since the server's start when it was asked for.
  package let passwordNumber: Int
  /// The store lane that keeps the account's mail.
  package let lane: Int

  package init(
    account: AccountKey, name: String, device: String?, deviceKey: Int64 = 0, passwordNumber: Int = 0, lane: Int
  ) {
    self.account = account
    self.name = name
    self.device = device
    self.deviceKey = deviceKey
    self.passwordNumber = passwordNumber
    self.lane = lane
  }
}

/// The answer to a log-in.
package enum LogIn: Hashable, Sendable {
  case accepted(Principal)
  /// Unknown name, wrong password, expired device or a service outside its scope: deliberately not told apart.
  case refused
  /// It cannot be decided now; the reason is for the log. The peer may try again.
  case unavailable(String)
}

/// An account that a message is for.
package struct Recipient: Hashable, Sendable {
  package let account: AccountKey
  package let lane: Int

  package init(account: AccountKey, lane: Int) {
    self.account = account
    self.lane = lane
  }
}

/// Where mail for an address goes.
package enum Resolution: Hashable, Sendable {
  /// One or more accounts, none twice.
  case accounts([Recipient])
  /// The domain is ours, the address is not.
  case noSuchUser
  /// Another server's domain.
  case notLocal
}
