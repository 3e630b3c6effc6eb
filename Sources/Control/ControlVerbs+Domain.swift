internal import Directory
internal import Phrases

extension ControlVerbs {
  /// name, aliasOf?
  func addDomain(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let home = try arguments.optionalText("aliasOf")
    try await asking { () throws(DirectoryError) in try await directory.addDomain(name, aliasOf: home) }
    // Should a crash come in between, the server makes them at its next start.
    try await asking { () throws(DirectoryError) in try await directory.makeKeys(for: name) }
    return (.domainAdded(name), ["name": .text(name)])
  }

  func listDomains(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let rows = directory.domains.map { domain -> ControlValue in
      ["name": .text(domain.name), "aliasOf": .optional(domain.aliasOf), "accounts": .int(Int64(domain.accounts))]
    }
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// name
  func removeDomain(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    try await asking { () throws(DirectoryError) in try await directory.removeDomain(name) }
    return (.domainRemoved(name), ["name": .text(name)])
  }
}
