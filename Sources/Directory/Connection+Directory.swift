internal import Database

// The directory's rows: written one change at a time, read all at once.
extension Connection {
  func apply(_ change: RowChange, at now: Int64) throws(DatabaseFault) {
    typealias Statements = DirectorySQL
    switch change {
    case .addDomain(let name, let home): try run(Statements.addDomain, [.text(name), .optional(home)])
    case .setDomainQuota(let name, let bytes, let count):
      try run(Statements.setDomainQuota, [.text(name), .optional(bytes), .optional(count)])
    case .removeDomain(let name): try run(Statements.removeDomain, [.text(name)])
    case .addAccount(let key, let address, let domain, let lane, let at):
      try run(Statements.addAccount, [.int(key), .int(Int64(lane)), .text(domain), .text(address), .int(at)])
    case .closeAccount(let key, let at):
      // Passwords, devices and settings stay until the account is closed for good: it may be opened again.
      try run(Statements.closeAccount, [.int(key), .int(at)])
    case .keepAlias(let key, let alias): try run(Statements.keepAlias, [.int(key), .text(alias)])
    case .reopenAccount(let key):
      try run(Statements.reopenAccount, [.int(key)])
      try run(Statements.forgetAliases, [.int(key)])
    case .purgeAccount(let key, let at):
      try run(Statements.revokeAll, [.int(key), .int(at)])
      try run(POPDirectorySchema.dropSecrets, [.int(key)])
      try run(ScramSchema.removeAll, [.int(key)])
      try run(SubmissionSQL.forgetSending, [.int(key)])
      try run(SubmissionSQL.forgetCorrespondents, [.int(key)])
      try run(Statements.forgetAliases, [.int(key)])
      try run(Statements.purgeAccount, [.int(key)])
    case .addAddress(let address, let key): try run(Statements.addAddress, [.text(address), .int(key)])
    case .putAlias(let address, let targets): try putAlias(address, targets)
    case .removeAddress(let address):
      try run(Statements.removeTargets, [.text(address)])
      try run(Statements.removeAddress, [.text(address)])
    case .putPassword(let key, let phc):
      try run(Statements.putPassword, [.int(key), .bytes(Array(phc.utf8)), .int(now)])
    case .addDevice(let key, let device): try addDevice(device, to: key)
    case .putScram(let key, let device, let secret):
      try run(ScramSchema.put, [.int(key), .int(device), .bytes(secret)])
    case .removeDevice(let key, let device, let at):
      try run(POPDirectorySchema.dropSecret, [.int(key), .int(device)])
      try run(ScramSchema.remove, [.int(key), .int(device)])
      try run(Statements.revokeDevice, [.int(key), .int(device), .int(at)])
    case .setAccountPolicy(let key, let policy):
      try run(POPDirectorySchema.setAccountPolicy, [.int(key), .optional(policy.text)])
    case .setDevicePolicy(let key, let device, let policy):
      try run(POPDirectorySchema.setDevicePolicy, [.int(key), .int(device), .optional(policy.text)])
    case .setSearch(let key, let isArabic):
      let name = SQLValue.text("search/\(key)")
      if let isArabic {
        try run(Statements.setSetting, [name, .bytes([isArabic ? 1 : 0])])
      } else {
        try run(Statements.removeSetting, [name])
      }
    case .putKey(let domain, let key): try putKey(domain, key)
    case .removeKey(let domain, let selector): try run(KeySQL.remove, [.text(domain), .text(selector)])
    case .setLastUse(let key, let device, let at):
      try run(Statements.setLastUse, [.int(key), .int(device), .int(at)])
    case .setSettings(let key, let settings): try setSettings(settings, of: key)
    case .putSending(let key, let day, let recipients, let newRecipients, let correspondents, let removed):
      try run(
        SubmissionSQL.putSending, [.int(key), .int(day), .int(Int64(recipients)), .int(Int64(newRecipients))])
      for (hash, day) in correspondents { try run(SubmissionSQL.putCorrespondent, [.int(key), .int(hash), .int(day)]) }
      for hash in removed { try run(SubmissionSQL.removeCorrespondent, [.int(key), .int(hash)]) }
    }
  }

  private func putAlias(_ address: String, _ targets: [String]) throws(DatabaseFault) {
    try run(DirectorySQL.putAlias, [.text(address)])
    try run(DirectorySQL.removeTargets, [.text(address)])
    for (index, target) in targets.enumerated() {
      try run(DirectorySQL.addTarget, [.text(address), .int(Int64(index)), .text(target)])
    }
  }

  private func addDevice(_ device: DirectorySnapshot.Device, to key: AccountKey) throws(DatabaseFault) {
    try run(
      DirectorySQL.addDevice,
      [
        .int(key), .int(device.key), .text(device.name), .bytes(device.fingerprint), .int(device.scope.rawValue),
        .int(device.createdAt), .optional(device.expiresAt),
      ])
    if let secret = device.apopSecret {
      try run(POPDirectorySchema.setSecret, [.int(key), .int(device.key), .bytes(secret)])
    }
  }

  private func setSettings(_ settings: AccountSettings, of key: AccountKey) throws(DatabaseFault) {
    try run(
      SubmissionSQL.setSettings,
      [
        .int(key), .int(settings.filesSentCopy ? 1 : 0), .optional(settings.recipientsADay.map(Int64.init)),
        .optional(settings.newRecipientsADay.map(Int64.init)), .optional(settings.highestPriority.map(Int64.init)),
      ])
  }

  // MARK: Reading

  func sending(of key: AccountKey) throws(DatabaseFault) -> SendingLedger.Account {
    var part = SendingLedger.Account(day: 0)
    let found = try first(SubmissionSQL.sending, [.int(key)]) { ($0.int(0), Int($0.int(1)), Int($0.int(2))) }
    if let found { (part.day, part.recipients, part.newRecipients) = found }
    for (hash, day) in try rows(SubmissionSQL.correspondents, [.int(key)], { ($0.int(0), $0.int(1)) }) {
      part.correspondents[hash] = day
    }
    return part
  }

  func contents() throws(DatabaseFault) -> DirectoryDatabase.Contents {
    var contents = DirectoryDatabase.Contents()
    let domains = try rows(DirectorySQL.domains) { row in
      (
        row.text(0),
        DirectorySnapshot.DomainEntry(
          aliasOf: row.optionalText(1), byteLimit: row.optionalInt(2), countLimit: row.optionalInt(3))
      )
    }
    for (name, entry) in domains { contents.snapshot.domainTable[name] = entry }
    contents.snapshot.keyTable = try keyRows()
    var accounts = try accountRows()
    let lastUses = try readCredentials(into: &accounts)
    try readPOP(into: &accounts)
    for (key, account) in accounts { contents.snapshot.insert(key, account) }
    contents.lastUses = lastUses
    var aliases: [String: [String]] = [:]
    for (alias, target) in try rows(DirectorySQL.aliasTargets, [], { ($0.text(0), $0.text(1)) }) {
      aliases[alias, default: []].append(target)
    }
    for (alias, targets) in aliases { contents.snapshot.insertAlias(alias, targets) }
    for (key, device, secret) in try rows(ScramSchema.all, [], { ($0.int(0), $0.int(1), $0.bytes(2)) }) {
      contents.snapshot.scramTable[key, default: [:]][device] = secret
    }
    for (name, value) in try rows(DirectorySQL.searchSettings, [], { ($0.text(0), $0.bytes(1)) }) {
      if let key = AccountKey(name.dropFirst(7)) { contents.snapshot.searchesArabic[key] = value == [1] }
    }
    contents.snapshot.nextAccount = (try first(DirectorySQL.highestAccount, [], { $0.int(0) }) ?? 0) + 1
    return contents
  }

  private func accountRows() throws(DatabaseFault) -> [AccountKey: DirectorySnapshot.Account] {
    let found = try rows(DirectorySQL.accounts) { row in (row.int(0), DirectorySnapshot.Account(row)) }
    return Dictionary(found) { first, _ in first }
  }

  /// Adds passwords and devices to their accounts; returns when each device was last used.
  private func readCredentials(
    into accounts: inout [AccountKey: DirectorySnapshot.Account]
  ) throws(DatabaseFault) -> [DeviceUses.Device: Int64] {
    let found = try rows(DirectorySQL.credentials) { CredentialRow($0) }
    return Self.take(found, into: &accounts)
  }

  /// The closed accounts, with what they need to be opened again.
  func closedAccounts() throws(DatabaseFault) -> [ClosedAccount] {
    let found = try rows(DirectorySQL.closedAccounts) { row in
      ClosedAccount(key: row.int(0), account: DirectorySnapshot.Account(row), closedAt: row.int(8))
    }
    var accounts = Dictionary(found.map { ($0.key, $0.account) }) { first, _ in first }
    for closed in found {
      _ = Self.take(try rows(DirectorySQL.credentialsOf, [.int(closed.key)]) { CredentialRow($0) }, into: &accounts)
    }
    try readPOP(into: &accounts)
    return try found.map { closed throws(DatabaseFault) in
      ClosedAccount(
        key: closed.key, account: accounts[closed.key] ?? closed.account, closedAt: closed.closedAt,
        aliases: try rows(DirectorySQL.keptAliases, [.int(closed.key)]) { $0.text(0) })
    }
  }

  private static func take(
    _ found: [CredentialRow], into accounts: inout [AccountKey: DirectorySnapshot.Account]
  ) -> [DeviceUses.Device: Int64] {
    var lastUses: [DeviceUses.Device: Int64] = [:]
    for row in found {
      accounts[row.account]?.nextDevice = row.device.key + 1
      guard !row.isRevoked else { continue }
      if row.isPassword {
        accounts[row.account]?.password = String(decoding: row.device.fingerprint, as: UTF8.self)
      } else {
        accounts[row.account]?.devices.append(row.device)
        if let use = row.lastUse { lastUses[DeviceUses.Device(account: row.account, key: row.device.key)] = use }
      }
    }
    return lastUses
  }
}

extension DirectorySnapshot.Account {
  /// From a row of `DirectorySQL.accounts` or `.closedAccounts`.
  fileprivate init(_ row: Statement) {
    self.init(
      address: row.text(2), lane: Int(row.int(1)), createdAt: row.int(3),
      settings: AccountSettings(
        filesSentCopy: row.int(4) != 0, recipientsADay: row.optionalInt(5).map(Int.init(clamping:)),
        newRecipientsADay: row.optionalInt(6).map(Int.init(clamping:)),
        highestPriority: row.optionalInt(7).map(Int.init(clamping:))))
  }
}

/// A row of `credential`.
private struct CredentialRow {
  var account: AccountKey
  var device: DirectorySnapshot.Device
  var isPassword: Bool
  var isRevoked: Bool
  var lastUse: Int64?

  init(_ row: Statement) {
    account = row.int(0)
    device = DirectorySnapshot.Device(
      key: row.int(1), name: row.text(3), fingerprint: row.bytes(4), scope: ServiceSet(rawValue: row.int(5)),
      createdAt: row.int(6), expiresAt: row.optionalInt(7))
    isPassword = row.int(2) == 1
    isRevoked = !row.isNull(9)
    lastUse = row.optionalInt(8)
  }
}
