/// A domain that this server receives mail for.
package struct DomainInfo: Hashable, Sendable {
  /// A-label form, lower case.
  package let name: String
  /// The domain that it stands for, if it is a domain alias.
  package let aliasOf: String?
  package let accounts: Int
  /// What its accounts may keep together, bytes and messages; nil: as much as they like.
  package let byteLimit: Int64?
  package let countLimit: Int64?
}

/// A mailbox owner.
package struct AccountInfo: Hashable, Sendable {
  package let account: AccountKey
  package let address: String
  package let lane: Int
  package let devices: Int
  /// False: only devices can log in.
  package let hasPassword: Bool
  /// Seconds since 1970 UTC.
  package let createdAt: Int64
  package let settings: AccountSettings
}

/// An address that leads to others. `@example.org` is a catch-all.
package struct AliasInfo: Hashable, Sendable {
  package let address: String
  package let targets: [String]
}

/// A device: an app password of an account.
package struct DeviceInfo: Hashable, Sendable {
  package let name: String
  /// Its number within the account, never used again.
  package let key: Int64
  package let scope: ServiceSet
  /// Seconds since 1970 UTC, as are the others.
  package let createdAt: Int64
  package let expiresAt: Int64?
  package let lastUse: Int64?
}

/// A device just made: the only moment its password is known.
package struct NewDevice: Sendable {
  package let info: DeviceInfo
  package let password: String
}
