/// Everything the directory knows at one moment, in memory: RCPT and log-in are answered from it and never wait for a disk.
///
/// Invariants
/// 1. Every key is canonical: local part NFC and lower case, domain a lower-case A-label (`EmailAddress.canonical`).
/// 2. An address leads to accounts only; each alias target exists, and no alias leads to itself.
/// 3. A closed account is not in it.
package struct DirectorySnapshot: Sendable {
  struct DomainEntry: Sendable, Hashable {
    var aliasOf: String?
    /// What the accounts may keep together; nil: as much as they like.
    var byteLimit: Int64?
    var countLimit: Int64?
    var accounts = 0
    /// Aliases at this domain, its catch-all included.
    var aliases = 0
    /// The account with the lowest number: postmaster@ and abuse@ until they are given to somebody.
    var firstAccount: AccountKey?
  }

  struct Account: Sendable, Hashable {
    var address: String
    var lane: Int
    /// PHC string (`PasswordHash`); nil: only devices can log in.
    var password: String?
    /// Tells a password from the one before, while the server runs.
    var passwordNumber = 0
    var devices: [Device] = []
    /// The next device number; numbers are not used again.
    var nextDevice: Int64 = 1
    var createdAt: Int64
    var popPolicy = POPPolicy()
    var settings = AccountSettings()
  }

  struct Device: Sendable, Hashable {
    var key: Int64
    var name: String
    /// `AppPassword.fingerprint`.
    var fingerprint: [UInt8]
    var scope: ServiceSet
    var createdAt: Int64
    var expiresAt: Int64?
    var popPolicy = POPPolicy()
    /// The password, sealed, where APOP may use it.
    var apopSecret: [UInt8]?
  }

  enum Target: Sendable, Hashable {
    case account(AccountKey)
    case alias([String])
  }

  var domainTable: [String: DomainEntry] = [:]
  /// The signing keys of domains, oldest first.
  var keyTable: [String: [DomainKey]] = [:]
  var accountTable = Shards<AccountKey, Account>()
  /// By address at a domain that is no alias; "@domain" is that domain's catch-all.
  var addressTable = Shards<String, Target>()
  /// The accounts that share a local part, for log-in by bare name.
  var bareNames = Shards<String, [AccountKey]>()
  /// Packed `ScramVerifier`s by account and device.
  var scramTable: [AccountKey: [Int64: [UInt8]]] = [:]
  /// Accounts that say how plain SEARCH compares.
  var searchesArabic: [AccountKey: Bool] = [:]
  /// The oldest account: the bare postmaster.
  var firstAccount: AccountKey?
  /// Accounts whose POP3 policies may remove mail, with the fewest days after which they do (nil: a group without days).
  var popRuled: [AccountKey: Int?] = [:]
  /// How many accounts have each of these numbers of days.
  var popDays: [Int: Int] = [:]
  /// The next account number; numbers are not used again.
  var nextAccount: AccountKey = 1

  init() {}

  /// The domains, sorted by name.
  package var domains: [DomainInfo] {
    domainTable.map {
      DomainInfo(
        name: $0.key, aliasOf: $0.value.aliasOf, accounts: $0.value.accounts, byteLimit: $0.value.byteLimit,
        countLimit: $0.value.countLimit)
    }
    .sorted { $0.name < $1.name }
  }

  /// The accounts, sorted by address.
  package var accounts: [AccountInfo] {
    accountTable.entries.map { info(of: $0.key, $0.value) }.sorted { $0.address < $1.address }
  }

  /// The account with this full address.
  package func account(_ key: AccountKey) -> AccountInfo? { accountTable[key].map { info(of: key, $0) } }

  /// The aliases, sorted by address.
  package var aliases: [AliasInfo] {
    addressTable.entries.compactMap { entry in
      guard case .alias(let targets) = entry.value else { return nil }
      return AliasInfo(address: entry.key, targets: targets)
    }.sorted { $0.address < $1.address }
  }

  private func info(of key: AccountKey, _ account: Account) -> AccountInfo {
    AccountInfo(
      account: key, address: account.address, lane: account.lane, devices: account.devices.count,
      hasPassword: account.password != nil, createdAt: account.createdAt, settings: account.settings)
  }
}
