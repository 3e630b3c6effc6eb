/// One change of a row in the database. An edit of the snapshot lists the rows that make it durable.
enum RowChange: Hashable, Sendable {
  case addDomain(String, aliasOf: String?)
  case removeDomain(String)
  case addAccount(AccountKey, address: String, domain: String, lane: Int, at: Int64)
  case closeAccount(AccountKey, at: Int64)
  case reopenAccount(AccountKey)
  /// For good: its secrets go too.
  case purgeAccount(AccountKey, at: Int64)
  case addAddress(String, AccountKey)
  /// Replaces the targets if the alias exists.
  case putAlias(String, [String])
  case removeAddress(String)
  case putPassword(AccountKey, String)
  case addDevice(AccountKey, DirectorySnapshot.Device)
  case removeDevice(AccountKey, Int64, at: Int64)
  case setLastUse(AccountKey, Int64, at: Int64)
}
