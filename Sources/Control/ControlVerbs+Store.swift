internal import Directory
internal import Glibc
package import Phrases
package import Store

// Verification, compaction, backups and accounts that come back.
extension ControlVerbs {
  /// What of a data folder a backup holds beside the store's own files.
  package static let backedUpDatabases = ["directory.db"]
  package static let backedUpFolders = ["certificates"]

  /// job?
  func verifyStore(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let store = try openStore()
    let (tell, end) = try telling(arguments)
    defer { end() }
    let report = try await keeping(nil) { () throws(StoreFault) in try await store.verify(tell) }
    let phrase: Phrase =
      report.isSound ? .storeSound(report.messages, report.blobs) : .storeMistakes(report.mistakeCount)
    return (phrase, Self.row(report))
  }

  func compactStore(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let store = try openStore()
    let report = try await keeping(nil) { () throws(StoreFault) in try await store.collect(.everything) }
    return (
      // Segments that were rewritten for other reasons than their waste may have grown a little.
      .storeCompacted(report.segments, max(0, report.bytesFreed)),
      [
        "segments": .int(Int64(report.segments)), "bytesFreed": .int(report.bytesFreed),
        "blobs": .int(Int64(report.blobs)), "expired": .int(Int64(report.expired)),
        "overCap": .int(Int64(report.overCap)), "forRoom": .int(Int64(report.forRoom)),
        "isTimeInDoubt": .bool(report.isTimeInDoubt),
      ]
    )
  }

  // MARK: Backups

  /// path, keep?, job?
  func createBackup(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let store = try openStore()
    let path = try arguments.text("path")
    let keep = try arguments.optionalInt("keep", in: 1...10_000)
    let (tell, end) = try telling(arguments)
    defer { end() }
    let made = try await keeping(nil, naming: { .backupFailed(path, $0) }) { () throws(StoreFault) in
      try await store.backUp(
        to: path, databases: Self.backedUpDatabases, folders: Self.backedUpFolders, keep: keep.map { Int($0) }, tell)
    }
    return (
      .backupMade(made.path),
      [
        "path": .text(made.path), "bytes": .int(made.manifest.bytes), "files": .int(Int64(made.manifest.files.count)),
        "created": .int(made.manifest.created),
      ]
    )
  }

  /// path, job?
  func verifyBackup(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (tell, end) = try telling(arguments)
    defer { end() }
    let path = try arguments.text("path")
    let store = try openStore()
    let backup = try Self.backup(path)
    let (found, report) = try await keeping(nil, naming: { .backupUnreadable(backup, $0) }) { () throws(StoreFault) in
      try await store.verifyBackup(backup, tell)
    }
    return Self.answer(found, report)
  }

  /// The same where there is no data folder, as on a machine that the backup shall be brought back to. Blocks.
  package static func verifyBackupAlone(_ request: ControlRequest, _ tell: @escaping WorkProgress) -> ControlResponse {
    do throws(ControlRefusal) {
      let backup = try backup(try ControlArguments(values: request.arguments).text("path"))
      let report: VerificationReport
      do throws(StoreFault) { report = try BackupFolder.verify(backup, tell).report } catch {
        throw ControlRefusal(.backupUnreadable(backup, error.description))
      }
      let (phrase, result) = answer(backup, report)
      return .done(request, phrase, result)
    } catch {
      return .refused(request, error.phrase)
    }
  }

  private static func answer(_ backup: String, _ report: VerificationReport) -> Answer {
    (report.isSound ? .backupSound(backup) : .backupMistakes(backup, report.mistakeCount), row(report, path: backup))
  }

  /// path, address, job? One account. (The whole is not a command for a running server.)
  func restoreBackup(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, address) = try owner(arguments)
    let path = try arguments.text("path")
    let (tell, end) = try telling(arguments)
    defer { end() }
    let backup = try Self.backup(path)
    let owners = try await asking { () throws(DirectoryError) in try Directory.owners(in: backup) }
    guard let old = owners.first(where: { $0.address == address }) else {
      throw ControlRefusal(.backupNoAccount(address))
    }
    // Access lists name accounts by number: whoever has the address now is meant.
    let now = Dictionary(directory.accounts.map { ($0.address, $0.account) }) { first, _ in first }
    let people = owners.compactMap { owner in
      now[owner.address].map { (AccountID(raw: owner.account), AccountID(raw: $0)) }
    }
    let report = try await keeping(nil) { () throws(StoreFault) in
      try await store.restoreAccount(
        account, from: backup, old: AccountID(raw: old.account), lane: old.lane,
        people: Dictionary(people) { first, _ in first }, tell)
    }
    return (
      .backupAccountRestored(address, report.restored),
      ["restored": .int(Int64(report.restored)), "mailboxes": .list(report.mailboxes.map { .text($0) })]
    )
  }

  private static func backup(_ path: String) throws(ControlRefusal) -> String {
    do throws(StoreFault) { return try BackupFolder.find(path) } catch { throw ControlRefusal(noBackup(in: path)) }
  }

  /// What is said of a path that holds no backup.
  package static func noBackup(in path: String) -> Phrase {
    access(path, F_OK) == 0 ? .backupNone(path) : .fileMissing(path)
  }

  /// path, job?
  func snapshotForUpgrade(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let store = try openStore()
    let path = try arguments.text("path")
    let (tell, end) = try telling(arguments)
    defer { end() }
    let made = try await keeping(nil) { () throws(StoreFault) in
      try await store.snapshot(to: path, databases: Self.backedUpDatabases, folders: Self.backedUpFolders, tell)
    }
    return (.upgradeSnapshot(made), ["path": .text(made)])
  }

  // MARK: Accounts

  /// address
  func restoreAccount(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let info: AccountInfo
    do throws(DirectoryError) { info = try await directory.reopenAccount(address) } catch {
      if case .accountUnknown = error { throw ControlRefusal(.accountNotRemoved(address)) }
      throw ControlRefusal(error.phrase)
    }
    // Closed before its storage was made: it has none.
    try await keeping(nil) { () throws(StoreFault) in try await makeStorage(of: info) }
    return (.accountRestored(info.address), ["address": .text(info.address), "account": .int(info.account)])
  }

  func listRemovedAccounts(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let closed = try await asking { () throws(DirectoryError) in try directory.closedAccounts() }
    let rows = closed.map { account -> ControlValue in
      [
        "address": .text(account.address), "account": .int(account.account), "lane": .int(Int64(account.lane)),
        "removedAt": .int(account.closedAt),
      ]
    }
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  func confirmTime(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let store = try openStore()
    try await keeping(nil) { () throws(StoreFault) in try await store.confirmTime() }
    return (.timeConfirmed, .null)
  }

  /// Accounts that were closed longer ago than removed mail is kept go for good, unless the clock is in doubt. How many.
  package func purgeAccounts(closedBefore moment: Int64) async throws(StoreFault) -> Int {
    guard let store, !store.isTimeInDoubt else { return 0 }
    let closed: [ClosedAccountInfo]
    do throws(DirectoryError) { closed = try directory.closedAccounts() } catch {
      throw .io("\(error)")
    }
    var count = 0
    for account in closed where account.closedAt < moment {
      do throws(StoreFault) { try await store.removeAccount(AccountID(raw: account.account)) } catch {
        if error != .noSuchAccount { throw error }
      }
      do throws(DirectoryError) { try await directory.purgeAccount(account.account) } catch {
        throw .io("\(error)")
      }
      count += 1
    }
    return count
  }

  private static func row(_ report: VerificationReport, path: String? = nil) -> ControlValue {
    var members: [String: ControlValue] = [
      "isSound": .bool(report.isSound), "messages": .int(Int64(report.messages)), "blobs": .int(Int64(report.blobs)),
      "bytes": .int(report.bytes), "accounts": .int(Int64(report.accounts)),
      "mistakes": .int(Int64(report.mistakeCount)),
      "list": .list(
        report.mistakes.map { mistake -> ControlValue in
          [
            "lane": .int(Int64(mistake.lane)), "account": mistake.account.map { .int($0) } ?? .null,
            "what": .text(mistake.what),
          ]
        }),
    ]
    if let path { members["path"] = .text(path) }
    return .object(members)
  }
}
