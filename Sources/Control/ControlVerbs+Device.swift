internal import Directory
internal import Phrases
internal import Store

extension ControlVerbs {
  /// address, name, scope? (list of smtp, imap, pop3), expiresInDays?, apop? The result has "password", this once.
  func addDevice(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let name = try arguments.text("name")
    let scope = try scope(try arguments.texts("scope"))
    let days = try arguments.optionalInt("expiresInDays", in: 1...36_500)
    let apop = try arguments.flag("apop")
    let made = try await asking { () throws(DirectoryError) in
      try await directory.addDevice(name, to: address, scope: scope, expiresInDays: days, apop: apop)
    }
    var result = row(made.info)
    result["password"] = .text(made.password)
    return (.deviceAdded(name, address), .object(result))
  }

  /// address
  func listDevices(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let devices = try await asking { () throws(DirectoryError) in try directory.devices(of: address) }
    let (_, rules) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let states = try await popStates(of: address)
    let rows = devices.map { device -> ControlValue in
      let state = states[device.key]
      let facts: [String: ControlValue] = [
        "lastDownload": .optional(state?.lastAt), "taken": .int(state?.taken ?? 0),
        "flaggedAt": .optional(state?.flaggedAt), "quietAt": .optional(state?.quietAt),
      ]
      let policy = row(rules.policy(of: device.key))
      return .object(row(device).merging(facts) { $1 }.merging(["policy": .object(policy)]) { $1 })
    }
    return (devices.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// address, name
  func removeDevice(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let name = try arguments.text("name")
    let ended = try await asking { () throws(DirectoryError) in
      try await directory.removeDevice(name, from: address)
    }
    return (
      .deviceRemoved(name, address, sessions: ended),
      ["address": .text(address), "name": .text(name), "sessionsEnded": .int(Int64(ended))]
    )
  }

  private func scope(_ names: [String]) throws(ControlRefusal) -> ServiceSet {
    if names.isEmpty { return .all }
    var scope: ServiceSet = []
    for name in names {
      guard let service = Service(rawValue: name) else {
        throw ControlArguments.invalid(
          "scope", name, .remedyOneOf(Service.allCases.map(\.rawValue).joined(separator: ", ")))
      }
      scope.insert(ServiceSet(service))
    }
    return scope
  }

  private func row(_ device: DeviceInfo) -> [String: ControlValue] {
    [
      "name": .text(device.name), "device": .int(device.key),
      "scope": .list(device.scope.services.map { .text($0.rawValue) }), "createdAt": .int(device.createdAt),
      "expiresAt": .optional(device.expiresAt), "lastUse": .optional(device.lastUse),
    ]
  }
}
