internal import Directory
internal import Phrases

extension ControlVerbs {
  /// address, targets
  func addAlias(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let targets = try arguments.texts("targets")
    let alias = try await asking { () throws(DirectoryError) in try await directory.addAlias(address, to: targets) }
    return (.aliasAdded(alias.address, targets: alias.targets.joined(separator: ", ")), row(alias))
  }

  func listAliases(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let rows = directory.aliases.map(row)
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// address
  func removeAlias(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    try await asking { () throws(DirectoryError) in try await directory.removeAlias(address) }
    return (.aliasRemoved(address), ["address": .text(address)])
  }

  private func row(_ alias: AliasInfo) -> ControlValue {
    ["address": .text(alias.address), "targets": .list(alias.targets.map { .text($0) })]
  }
}
