internal import Directory
internal import Phrases
internal import Store

extension ControlVerbs {
  /// address, password? (made up and returned as "password" if missing)
  func addAccount(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let (password, made) = try password(arguments)
    let account = try await asking { () throws(DirectoryError) in
      try await directory.addAccount(address, password: Array(password.utf8))
    }
    do {
      try await makeStorage(of: account)
    } catch {
      // Without a mailbox there is no account: nothing is left but a number that is not used again.
      _ = try await asking { () throws(DirectoryError) in try await directory.removeAccount(account.address) }
      throw ControlRefusal(error.phrase)
    }
    return (.accountAdded(account.address), .object(row(account).merging(made) { $1 }))
  }

  func listAccounts(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let rows = directory.accounts.map { ControlValue.object(row($0)) }
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// address. The mail stays in the store.
  func removeAccount(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let removed = try await asking { () throws(DirectoryError) in try await directory.removeAccount(address) }
    store?.stopCounting(AccountID(raw: removed.account))
    return (
      .accountRemoved(address, sessions: removed.sessionsEnded),
      [
        "address": .text(address), "account": .int(removed.account),
        "sessionsEnded": .int(Int64(removed.sessionsEnded)),
      ]
    )
  }

  /// address, password? (made up and returned as "password" if missing)
  func setPassword(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let (password, made) = try password(arguments)
    let ended = try await asking { () throws(DirectoryError) in
      try await directory.setPassword(address, Array(password.utf8))
    }
    let facts: [String: ControlValue] = ["address": .text(address), "sessionsEnded": .int(Int64(ended))]
    return (.accountPasswordSet(address, sessions: ended), .object(facts.merging(made) { $1 }))
  }

  /// address, sentCopy? (on, off), recipientsADay?, newRecipientsADay?, priority? (a number or "default"),
  /// search? (arabic, exact, default)
  func setAccount(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    var change = AccountSettingsChange()
    change.filesSentCopy = try arguments.optionalFlag("sentCopy", yes: "on", no: "off")
    change.recipientsADay = try number(arguments, "recipientsADay", most: 10_000_000)
    change.newRecipientsADay = try number(arguments, "newRecipientsADay", most: 10_000_000)
    change.highestPriority = try number(arguments, "priority", most: 9)
    let search = try searchForm(arguments)
    let account = try await asking { () throws(DirectoryError) in try await directory.setSettings(address, change) }
    if let search {
      try await asking { () throws(DirectoryError) in try await directory.setSearch(address, isArabic: search) }
    }
    return (.accountSettingsSet(account.address), .object(row(account)))
  }

  /// nil: not said; .some(nil): "default".
  private func number(
    _ arguments: ControlArguments, _ name: String, most: Int
  ) throws(ControlRefusal) -> Int?? {
    guard let text = try arguments.optionalText(name) else { return nil }
    if text == "default" { return .some(nil) }
    guard let value = Int(text), (0...most).contains(value) else {
      throw ControlArguments.invalid(name, text, .remedyNumber(from: 0, to: most, or: "default"))
    }
    return value
  }

  /// The password given, or one made up and what the result says of it.
  private func password(
    _ arguments: ControlArguments
  ) throws(ControlRefusal) -> (String, [String: ControlValue]) {
    if let given = try arguments.optionalText("password") { return (given, [:]) }
    let made = Directory.generatedPassword()
    return (made, ["password": .text(made)])
  }

  private func value(_ number: Int?) -> ControlValue { number.map { .int(Int64($0)) } ?? .null }

  private func row(_ account: AccountInfo) -> [String: ControlValue] {
    [
      "address": .text(account.address), "account": .int(account.account), "lane": .int(Int64(account.lane)),
      "devices": .int(Int64(account.devices)), "hasPassword": .bool(account.hasPassword),
      "createdAt": .int(account.createdAt), "sentCopy": .bool(account.settings.filesSentCopy),
      "recipientsADay": value(account.settings.recipientsADay),
      "newRecipientsADay": value(account.settings.newRecipientsADay),
      "priority": value(account.settings.highestPriority),
      "search": .text(
        directory.searchesArabic(account.account).map { $0 ? "arabic" : "exact" } ?? "default"),
    ]
  }
}
