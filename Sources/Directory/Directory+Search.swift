extension Directory {
  /// Whether plain SEARCH of the account finds Arabic however it is spelt; nil: it does not say.
  package func searchesArabic(_ account: AccountKey) -> Bool? { snapshot.searchesArabic[account] }

  /// Sets how plain SEARCH of the account compares; nil: as the server does. Sessions that are open follow at once.
  package func setSearch(_ address: String, isArabic: Bool?) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in
      let key = try next.ownerOf(address)
      next.searchesArabic[key] = isArabic
      return ((), [.setSearch(key, isArabic: isArabic)])
    }
  }
}

extension DirectorySnapshot {
  /// The account that an address of its own leads to. Throws `.accountUnknown`.
  package func account(named address: String) throws(DirectoryError) -> AccountKey { try ownerOf(address) }
}
