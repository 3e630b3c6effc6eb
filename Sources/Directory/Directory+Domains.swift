extension Directory {
  /// Receives mail for `name`; with `aliasOf`, every address at it is the same address at that domain.
  package func addDomain(_ name: String, aliasOf: String? = nil) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in ((), try next.addDomain(name, aliasOf: aliasOf)) }
  }

  /// Refused while the domain has accounts or aliases, or another stands for it.
  package func removeDomain(_ name: String) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in ((), try next.removeDomain(name)) }
  }

  /// What the domain's accounts may keep together, bytes and messages. The outer nil: as it is; the inner: no limit.
  package func setDomainQuota(
    _ name: String, bytes: Int64??, count: Int64??
  ) async throws(DirectoryError) -> DomainInfo {
    try await change { next throws(DirectoryError) in
      try next.setDomainQuota(name, bytes: bytes, count: count)
    }
  }

  /// The open accounts of each domain.
  package func accountsByDomain() -> [String: [AccountKey]] {
    Dictionary(grouping: snapshot.accountTable.entries) { DirectorySnapshot.split($0.value.address).domain }
      .mapValues { $0.map(\.key) }
  }

  package var domains: [DomainInfo] { snapshot.domains }
}
