extension Directory {
  /// Receives mail for `name`; with `aliasOf`, every address at it is the same address at that domain.
  package func addDomain(_ name: String, aliasOf: String? = nil) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in ((), try next.addDomain(name, aliasOf: aliasOf)) }
  }

  /// Refused while the domain has accounts or aliases, or another stands for it.
  package func removeDomain(_ name: String) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in ((), try next.removeDomain(name)) }
  }

  package var domains: [DomainInfo] { snapshot.domains }
}
