/// An account that was closed and can be opened again.
struct ClosedAccount: Sendable {
  var key: AccountKey
  var account: DirectorySnapshot.Account
  var closedAt: Int64
  /// Those that led to it when it was closed.
  var aliases: [String] = []
}

/// The same for those who list it.
package struct ClosedAccountInfo: Hashable, Sendable {
  package let account: AccountKey
  package let address: String
  package let lane: Int
  /// Seconds since 1970 UTC.
  package let closedAt: Int64
}

extension DirectorySnapshot {
  /// The account that a person names: its address, or its bare name where that is unique.
  package func accountNamed(_ text: String) -> AccountInfo? {
    account(logIn: Self.logInName(text)).flatMap { account($0.key) }
  }
}

extension Directory {
  /// Closed accounts that can come back, the one closed longest ago first.
  package func closedAccounts() throws(DirectoryError) -> [ClosedAccountInfo] {
    try database.closedAccounts().map {
      ClosedAccountInfo(account: $0.key, address: $0.account.address, lane: $0.account.lane, closedAt: $0.closedAt)
    }
  }

  /// Opens the account that was closed last under this address, with its password and devices as they were; aliases that led to it and
  /// are still there lead to it again. Throws
  /// `.accountUnknown` when there is none, `.addressTaken` when the address has another owner now.
  package func reopenAccount(_ text: String) async throws(DirectoryError) -> AccountInfo {
    let closed = try database.closedAccounts()
    return try await change { next throws(DirectoryError) in
      let (address, _) = try next.newAddress(text)
      guard let found = closed.last(where: { $0.account.address == address }) else { throw .accountUnknown(address) }
      next.insert(found.key, found.account)
      guard let info = next.account(found.key) else { throw .accountUnknown(address) }
      let aliases = next.lead(found.aliases, to: address)
      return (info, [.reopenAccount(found.key), .addAddress(address, found.key)] + aliases)
    }
  }

  /// The closed account cannot be opened again; its number stays taken.
  package func purgeAccount(_ account: AccountKey) async throws(DirectoryError) {
    let now = options.now()
    try await change { _ throws(DirectoryError) in ((), [.purgeAccount(account, at: now)]) }
  }

  /// Who had which address when the folder (a backup's) was written. Blocks.
  package static func owners(in folder: String) throws(DirectoryError) -> [AccountOwner] {
    let database = try DirectoryDatabase(reading: "\(folder)/directory.db")
    defer { database.close() }
    return try database.owners()
  }
}

/// An account of another folder.
package struct AccountOwner: Sendable {
  package var account: AccountKey
  package var lane: Int
  /// Canonical.
  package var address: String
}
