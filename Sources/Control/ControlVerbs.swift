package import Directory
internal import Phrases
package import Store

/// Every command that changes or asks the data folder: one place, the same through the socket and without a server.
///
/// An account lives in two databases. It is made in the directory first, then in the store; `repair` at start makes up
/// for a crash in between, because making it in the store is idempotent.
package struct ControlVerbs: Sendable {
  /// What only a running server can do.
  package struct Server: Sendable {
    /// Facts for `server status`.
    package var status: @Sendable () async -> [String: ControlValue]
    /// Reads configuration and certificates again: the options that need a restart, or why nothing was taken.
    package var reload: @Sendable () async -> Result<[String], ControlRefusal>
    /// Begins to drain; returns at once.
    package var stop: @Sendable () -> Void

    package init(
      status: @escaping @Sendable () async -> [String: ControlValue],
      reload: @escaping @Sendable () async -> Result<[String], ControlRefusal>,
      stop: @escaping @Sendable () -> Void
    ) {
      self.status = status
      self.reload = reload
      self.stop = stop
    }
  }

  /// The store's part in an account's life.
  struct Storage: Sendable {
    var create: @Sendable (AccountInfo) async throws(StoreFault) -> Void
    var accounts: @Sendable () -> Set<AccountKey>
  }

  let directory: Directory
  let storage: Storage
  /// How far long commands are.
  package let progress = ControlProgress()
  let server: Server?
  /// nil: only in tests of what the directory does alone.
  let store: Store?
  /// A POP policy may remove mail at the QUIT of the session that took it.
  let allowsZeroDays: @Sendable () -> Bool

  /// `server` nil: the folder was opened by a command, nothing runs.
  package init(
    directory: Directory, store: Store, allowsZeroDays: @escaping @Sendable () -> Bool = { false },
    server: Server? = nil
  ) {
    let storage = Storage(
      create: { account throws(StoreFault) in
        try await store.createAccount(AccountID(raw: account.account), lane: account.lane)
      },
      accounts: { Set(store.accounts().map(\.raw)) })
    self.init(
      directory: directory, storage: storage, server: server, store: store, allowsZeroDays: allowsZeroDays)
  }

  init(
    directory: Directory, storage: Storage, server: Server?, store: Store? = nil,
    allowsZeroDays: @escaping @Sendable () -> Bool = { false }
  ) {
    self.directory = directory
    self.storage = storage
    self.server = server
    self.store = store
    self.allowsZeroDays = allowsZeroDays
  }

  typealias Answer = (phrase: Phrase?, result: ControlValue)
  typealias Action = @Sendable (ControlVerbs) -> (ControlArguments) async throws(ControlRefusal) -> Answer

  private static let actions: [String: Action] = [
    "domain add": ControlVerbs.addDomain,
    "domain list": ControlVerbs.listDomains,
    "domain set": ControlVerbs.setDomain,
    "domain remove": ControlVerbs.removeDomain,
    "account add": ControlVerbs.addAccount,
    "account list": ControlVerbs.listAccounts,
    "account remove": ControlVerbs.removeAccount,
    "account password": ControlVerbs.setPassword,
    "account policy": ControlVerbs.accountPolicy,
    "account set": ControlVerbs.setAccount,
    "account restore": ControlVerbs.restoreAccount,
    "account removed": ControlVerbs.listRemovedAccounts,
    "mail deleted list": ControlVerbs.listDeleted,
    "mail deleted restore": ControlVerbs.restoreDeleted,
    "mail deleted purge": ControlVerbs.purgeDeleted,
    "mail restore": ControlVerbs.restoreMail,
    "mail import": ControlVerbs.importMail,
    "mail export": ControlVerbs.exportMail,
    "store verify": ControlVerbs.verifyStore,
    "store compact": ControlVerbs.compactStore,
    "backup create": ControlVerbs.createBackup,
    "backup verify": ControlVerbs.verifyBackup,
    "backup restore": ControlVerbs.restoreBackup,
    "upgrade snapshot": ControlVerbs.snapshotForUpgrade,
    "progress": ControlVerbs.showProgress,
    "server confirm-time": ControlVerbs.confirmTime,
    "alias add": ControlVerbs.addAlias,
    "alias list": ControlVerbs.listAliases,
    "alias remove": ControlVerbs.removeAlias,
    "device add": ControlVerbs.addDevice,
    "device list": ControlVerbs.listDevices,
    "device remove": ControlVerbs.removeDevice,
    "device policy": ControlVerbs.devicePolicy,
    "device history": ControlVerbs.deviceHistory,
    "device forget": ControlVerbs.forgetDevice,
    "mailbox state": ControlVerbs.mailboxState,
    "mailbox show": ControlVerbs.showToMember,
    "mailbox expunge": ControlVerbs.expungeForAll,
    "mail search": ControlVerbs.searchMail,
    "store reindex": ControlVerbs.reindexStore,
    "dkim list": ControlVerbs.listKeys,
    "dkim rotate": ControlVerbs.rotateKeys,
    "server status": ControlVerbs.serverStatus,
    "server reload": ControlVerbs.serverReload,
    "server stop": ControlVerbs.serverStop,
  ]

  /// All verbs, sorted.
  package static var names: [String] { actions.keys.sorted() }

  /// Carries out one request.
  package func answer(_ request: ControlRequest) async -> ControlResponse {
    guard let action = Self.actions[request.verb] else {
      return .refused(request, .controlUnknownVerb(request.verb))
    }
    do throws(ControlRefusal) {
      let answer = try await action(self)(ControlArguments(values: request.arguments))
      return .done(request, answer.phrase, answer.result)
    } catch {
      return .refused(request, error.phrase)
    }
  }

  /// Makes the storage of accounts that have none: the other half of an `account add` that a crash cut short.
  /// Call once at start. Returns how many were made.
  @discardableResult
  package func repair() async throws(StoreFault) -> Int {
    let stored = storage.accounts()
    var made = 0
    for account in directory.accounts where !stored.contains(account.account) {
      try await makeStorage(of: account)
      made += 1
    }
    return made
  }

  func makeStorage(of account: AccountInfo) async throws(StoreFault) {
    count(account)
    do {
      try await storage.create(account)
    } catch .accountExists {
      return
    } catch {
      throw error
    }
  }

  /// Runs a directory's function and puts its refusal in words.
  func asking<Value>(
    _ body: () async throws(DirectoryError) -> Value
  ) async throws(ControlRefusal) -> Value {
    do { return try await body() } catch { throw ControlRefusal(error.phrase) }
  }
}
