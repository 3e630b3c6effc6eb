/// One change of a row in the database. An edit of the snapshot lists the rows that make it durable.
enum RowChange: Hashable, Sendable {
  case addDomain(String, aliasOf: String?)
  case setDomainQuota(String, bytes: Int64?, count: Int64?)
  case removeDomain(String)
  case addAccount(AccountKey, address: String, domain: String, lane: Int, at: Int64)
  case closeAccount(AccountKey, at: Int64)
  /// An alias that led to an account being closed.
  case keepAlias(AccountKey, String)
  case reopenAccount(AccountKey)
  /// For good: its secrets go too.
  case purgeAccount(AccountKey, at: Int64)
  case addAddress(String, AccountKey)
  /// Replaces the targets if the alias exists.
  case putAlias(String, [String])
  case removeAddress(String)
  case putPassword(AccountKey, String)
  case addDevice(AccountKey, DirectorySnapshot.Device)
  case putScram(AccountKey, Int64, [UInt8])
  case removeDevice(AccountKey, Int64, at: Int64)
  case setAccountPolicy(AccountKey, POPPolicy)
  case setDevicePolicy(AccountKey, Int64, POPPolicy)
  /// How plain SEARCH compares for the account; nil = as the server does.
  case setSearch(AccountKey, isArabic: Bool?)
  /// Of a key that is there only `retiresAt` changes.
  case putKey(String, DomainKey)
  case removeKey(String, String)
  case setLastUse(AccountKey, Int64, at: Int64)
  case setSettings(AccountKey, AccountSettings)
  /// The day's counts; `correspondents` with their days are added or renewed, `removed` are taken away.
  case putSending(
    AccountKey, day: Int64, recipients: Int, newRecipients: Int, correspondents: [Int64: Int64], removed: [Int64])
}
