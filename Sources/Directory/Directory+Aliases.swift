extension Directory {
  /// Lets `address` ("@example.org": everything else at that domain) lead to `targets`, which exist here; an alias that
  /// is there already gets them added.
  @discardableResult
  package func addAlias(_ address: String, to targets: [String]) async throws(DirectoryError) -> AliasInfo {
    try await change { next throws(DirectoryError) in try next.addAlias(address, to: targets) }
  }

  /// Refused if it is another alias's only target.
  package func removeAlias(_ address: String) async throws(DirectoryError) {
    try await change { next throws(DirectoryError) in ((), try next.removeAlias(address)) }
  }

  package var aliases: [AliasInfo] { snapshot.aliases }
}
