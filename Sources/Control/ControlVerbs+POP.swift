internal import Directory
internal import Mail
internal import Phrases
internal import Store

extension ControlVerbs {
  /// address, and what shall change (see `edit`); nothing: it is only shown.
  func accountPolicy(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let (key, before) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let resets = try arguments.flag("reset")
    let edit = try await edit(arguments, account: key, holds: resets ? POPPolicy() : before.account)
    if let edit {
      _ = try await asking { () throws(DirectoryError) in
        try await directory.setPOPPolicy(of: address, edit)
      }
    }
    let (_, rules) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    return (edit == nil ? nil : .popPolicySet(address), .object(row(rules.account)))
  }

  /// address, name, and what shall change; oneProgram takes the notice of two programs back.
  func devicePolicy(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let name = try arguments.text("name")
    let (key, before) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let device = try await asking { () throws(DirectoryError) in try directory.deviceKey(name, of: address) }
    let resets = try arguments.flag("reset")
    let edit = try await edit(arguments, account: key, holds: resets ? before.account : before.policy(of: device))
    if let edit {
      _ = try await asking { () throws(DirectoryError) in
        try await directory.setPOPPolicy(of: address, device: name, edit)
      }
    }
    let (_, rules) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let result = ControlValue.object(row(rules.policy(of: device)))
    guard try arguments.flag("oneProgram") else { return (edit == nil ? nil : .popPolicySet(name), result) }
    try await storing { store throws(StoreFault) in
      try await store.popClearFlag(device, of: AccountID(raw: key))
    }
    return (.popFlagCleared(name), result)
  }

  /// address, name
  func forgetDevice(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let name = try arguments.text("name")
    let (key, _) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let device = try await asking { () throws(DirectoryError) in try directory.deviceKey(name, of: address) }
    try await storing { store throws(StoreFault) in try await store.popForget(device, of: AccountID(raw: key)) }
    return (.popForgotten(name), ["address": .text(address), "name": .text(name)])
  }

  /// address, name? The newest 1,000 sessions that took or removed something, and the sums of each device.
  func deviceHistory(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let name = try arguments.optionalText("name")
    let (key, _) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    var names: [Int64: String] = [:]
    for device in try await asking({ () throws(DirectoryError) in try directory.devices(of: address) }) {
      names[device.key] = device.name
    }
    var only: Int64?
    if let name {
      only = try await asking { () throws(DirectoryError) in try directory.deviceKey(name, of: address) }
    }
    let account = AccountID(raw: key)
    var sessions = try await storing { store throws(StoreFault) in
      try await store.popSessions(of: account, limit: 1_000)
    }
    var devices = try await storing { store throws(StoreFault) in try await store.popDevices(of: account) }
    if let only {
      sessions = sessions.filter { $0.device == only }
      devices = devices.filter { $0.device == only }
    }
    let result: ControlValue = [
      "sessions": .list(
        sessions.map { session in
          [
            "device": .int(session.device), "name": .optional(names[session.device]), "at": .int(session.at),
            "peer": .text(session.peer), "taken": .int(session.taken), "takenBytes": .int(session.takenBytes),
            "removed": .int(session.removed), "freedBytes": .int(session.freedBytes),
          ]
        }),
      "devices": .list(
        devices.map { device in
          [
            "device": .int(device.device), "name": .optional(names[device.device]), "firstAt": .int(device.firstAt),
            "lastAt": .int(device.lastAt), "taken": .int(device.taken), "takenBytes": .int(device.takenBytes),
            "removed": .int(device.removed), "freedBytes": .int(device.freedBytes),
            "flaggedAt": .optional(device.flaggedAt), "quietAt": .optional(device.quietAt),
          ]
        }),
      "removed": .int(devices.reduce(0) { $0 + $1.removed }),
      "freedBytes": .int(devices.reduce(0) { $0 + $1.freedBytes }),
    ]
    return (sessions.isEmpty ? .listEmpty : nil, result)
  }

  /// What POP remembers of the account's devices; empty where the store does not say.
  func popStates(of address: String) async throws(ControlRefusal) -> [Int64: POPDeviceState] {
    guard store != nil else { return [:] }
    let (key, _) = try await asking { () throws(DirectoryError) in try directory.popRules(of: address) }
    let found = try await storing { store throws(StoreFault) in try await store.popDevices(of: AccountID(raw: key)) }
    return Dictionary(found.map { ($0.device, $0) }) { first, _ in first }
  }

  func storing<Value>(
    _ body: (Store) async throws(StoreFault) -> Value
  ) async throws(ControlRefusal) -> Value {
    guard let store else { throw ControlRefusal(.serverNotRunning) }
    do { return try await body(store) } catch { throw ControlRefusal(error.phrase) }
  }

  // MARK: Policies

  /// dele, keep, days, counted, seen, folder, onlyNew, hasBefore, group, ownCopies, reset: the change, or nil where nothing is named.
  /// `holds`: what is said where the request says nothing.
  private func edit(
    _ arguments: ControlArguments, account: AccountKey, holds: POPPolicy
  ) async throws(ControlRefusal) -> (@Sendable (inout POPPolicy) -> Void)? {
    var wanted = POPPolicy()
    wanted.deletion = try arguments.word("dele")
    wanted.counted = try arguments.word("counted")
    wanted.keeping = try keeping(arguments, holds)
    wanted.marksSeen = try arguments.optionalFlag("seen")
    wanted.onlyNew = try arguments.optionalFlag("onlyNew")
    wanted.isGroup = try arguments.optionalFlag("group")
    if let folder = try arguments.optionalText("folder") {
      wanted.folder = try await self.folder(folder, of: AccountID(raw: account))
    }
    let before = try arguments.optionalText("hasBefore")
    if let before, before != "none" {
      // A day ahead would hide mail that is still to come.
      guard let seconds = Self.seconds(date: before), seconds <= directory.now else {
        throw ControlArguments.invalid("hasBefore", before, .remedyDateOrNone)
      }
      wanted.hasBefore = seconds
    }
    let resets = try arguments.flag("reset")
    if let keeping = wanted.keeping, keeping != .forever {
      let isNew = try arguments.optionalText("keep") != nil
      // Other days for what holds: the owner has confirmed that already, and whose downloads count stays.
      if !isNew { (wanted.confirmedAt, wanted.counted) = (holds.confirmedAt, wanted.counted ?? holds.counted) }
      if try arguments.flag("ownCopies") { wanted.confirmedAt = directory.now }
      guard wanted.confirmedAt != nil else { throw ControlRefusal(.popNeedsOwnCopies) }
    }
    guard resets || !wanted.isEmpty || before == "none" else { return nil }
    let change = wanted
    return { policy in
      if resets { policy = POPPolicy() }
      if before == "none" { policy.hasBefore = nil }
      if change.keeping != nil {
        // Whose downloads count belongs to how long mail stays.
        policy.counted = change.counted
        policy.confirmedAt = change.confirmedAt
      }
      policy.keeping = change.keeping ?? policy.keeping
      policy.deletion = change.deletion ?? policy.deletion
      policy.marksSeen = change.marksSeen ?? policy.marksSeen
      policy.folder = change.folder ?? policy.folder
      policy.onlyNew = change.onlyNew ?? policy.onlyNew
      policy.isGroup = change.isGroup ?? policy.isGroup
      policy.hasBefore = change.hasBefore ?? policy.hasBefore
    }
  }

  /// What keep says, with days; days and counted alone change what holds. Where mail stays for ever they mean nothing.
  private func keeping(
    _ arguments: ControlArguments, _ holds: POPPolicy
  ) throws(ControlRefusal) -> POPPolicy.Keeping? {
    var days = try arguments.optionalInt("days", in: 0...Int64(POPPolicy.mostDays))
    let counted = try arguments.optionalText("counted")
    let isDetailed = days != nil || counted != nil
    let confirms = try arguments.flag("ownCopies")
    let given = try arguments.optionalText("keep")
    let word = given ?? (isDetailed ? Self.word(holds.keeping) : nil)
    guard let word, word != "forever" else {
      if isDetailed || confirms { throw ControlRefusal(.popNeedsKeep) }
      return word.map { _ in .forever }
    }
    guard ["after-download", "after-arrival"].contains(word) else {
      throw ControlArguments.invalid("keep", word, .remedyOneOf("forever, after-download, after-arrival"))
    }
    if given == nil { days = days ?? holds.keeping?.days.map(Int64.init) }
    guard let days else { throw ControlRefusal(.popNeedsDays) }
    guard days > 0 || allowsZeroDays() else { throw ControlRefusal(.popZeroDays) }
    return word == "after-download" ? .afterDownload(days: Int(days)) : .afterArrival(days: Int(days))
  }

  /// The folder as the store names it.
  private func folder(_ name: String, of account: AccountID) async throws(ControlRefusal) -> String {
    guard let store else { return name }
    do throws(StoreFault) {
      let found = try await store.mailbox(named: name, of: account)
      guard found.isSelectable else { throw StoreFault.noSuchMailbox }
      return found.name
    } catch {
      throw ControlRefusal(error == .noSuchMailbox ? .popNoFolder(name) : error.phrase)
    }
  }

  /// YYYY-MM-DD at 0:00 UTC.
  static func seconds(date: String) -> Int64? {
    let parts = date.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      (1970...9_999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    // 31 February comes back as another day.
    guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    return Int64(date.daysSinceEpoch) * 86_400
  }

  private static func word(_ keeping: POPPolicy.Keeping?) -> String {
    switch keeping {
    case .forever?, nil: "forever"
    case .afterDownload?: "after-download"
    case .afterArrival?: "after-arrival"
    }
  }

  func row(_ policy: POPPolicy) -> [String: ControlValue] {
    [
      "dele": .text((policy.deletion ?? .trash).rawValue), "keep": .text(Self.word(policy.keeping)),
      "days": .optional(policy.keeping?.days.map(Int64.init)),
      "counted": .text((policy.counted ?? .all).rawValue), "seen": .bool(policy.marksSeen == true),
      "folder": .text(policy.folder ?? "INBOX"), "onlyNew": .bool(policy.onlyNew == true),
      "hasBefore": .optional(policy.hasBefore), "group": .bool(policy.isGroup == true),
      "confirmedAt": .optional(policy.confirmedAt),
    ]
  }
}
