package import Directory
package import Phrases
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
    /// Reads configuration and certificates again; the phrase says why it failed.
    package var reload: @Sendable () async -> Phrase?
    /// Begins to drain; returns at once.
    package var stop: @Sendable () -> Void

    package init(
      status: @escaping @Sendable () async -> [String: ControlValue],
      reload: @escaping @Sendable () async -> Phrase?, stop: @escaping @Sendable () -> Void
    ) {
      self.status = status
      self.reload = reload
      self.stop = stop
    }
  }

  let directory: Directory
  let store: Store
  let server: Server?

  /// `server` nil: the folder was opened by a command, nothing runs.
  package init(directory: Directory, store: Store, server: Server? = nil) {
    self.directory = directory
    self.store = store
    self.server = server
  }

  typealias Answer = (phrase: Phrase?, result: ControlValue)
  typealias Action = @Sendable (ControlVerbs, ControlArguments) async throws(ControlRefusal) -> Answer

  private static let actions: [String: Action] = [
    "domain add": { try await $0.addDomain($1) },
    "domain list": { try await $0.listDomains($1) },
    "domain remove": { try await $0.removeDomain($1) },
    "account add": { try await $0.addAccount($1) },
    "account list": { try await $0.listAccounts($1) },
    "account remove": { try await $0.removeAccount($1) },
    "account password": { try await $0.setPassword($1) },
    "alias add": { try await $0.addAlias($1) },
    "alias list": { try await $0.listAliases($1) },
    "alias remove": { try await $0.removeAlias($1) },
    "device add": { try await $0.addDevice($1) },
    "device list": { try await $0.listDevices($1) },
    "device remove": { try await $0.removeDevice($1) },
    "server status": { try await $0.serverStatus($1) },
    "server reload": { try await $0.serverReload($1) },
    "server stop": { try await $0.serverStop($1) },
  ]

  /// All verbs, sorted.
  package static var names: [String] { actions.keys.sorted() }

  /// Carries out one request.
  package func answer(_ request: ControlRequest) async -> ControlResponse {
    guard let action = Self.actions[request.verb] else {
      return .refused(request, .controlUnknownVerb(request.verb))
    }
    do throws(ControlRefusal) {
      let answer = try await action(self, ControlArguments(values: request.arguments))
      return .done(request, answer.phrase, answer.result)
    } catch {
      return .refused(request, error.phrase)
    }
  }

  /// Makes the storage of accounts that have none: the other half of an `account add` that a crash cut short.
  /// Call once at start. Returns how many were made.
  @discardableResult
  package func repair() async throws(StoreFault) -> Int {
    let stored = Set(store.accounts())
    var made = 0
    for account in directory.accounts where !stored.contains(AccountID(raw: account.account)) {
      try await makeStorage(of: account)
      made += 1
    }
    return made
  }

  func makeStorage(of account: AccountInfo) async throws(StoreFault) {
    do {
      try await store.createAccount(AccountID(raw: account.account), lane: account.lane)
    } catch StoreFault.accountExists {
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
