internal import Crypto
internal import Database
internal import Glibc
internal import Synchronization

/// directory.db. Written from the directory's own thread.
final class DirectoryDatabase: Sendable {
  struct Contents: Sendable {
    var snapshot = DirectorySnapshot()
    var lastUses: [DeviceUses.Device: Int64] = [:]
  }

  private struct State: ~Copyable {
    var connection: Connection?
    /// Set when nobody knows what the disk holds: nothing more is written before the folder is opened again.
    var damage: DirectoryError?
  }

  private let state: Mutex<State>

  /// Opens or makes the file and brings its schema up to date.
  init(path: String) throws(DirectoryError) {
    // It holds hashes: made for its owner alone, and SQLite gives its WAL the same mode. A failure shows at opening.
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if file >= 0 { Glibc.close(file) }
    do throws(DatabaseFault) {
      let connection = try Connection(path, .writer)
      try connection.migrate(DirectorySchema.steps)
      state = Mutex(State(connection: connection))
    } catch {
      if case .newer = error.kind { throw .newer(path) }
      throw DirectoryError(error)
    }
  }

  /// Opens a file that is only looked at, such as a backup's.
  init(reading path: String) throws(DirectoryError) {
    do throws(DatabaseFault) {
      state = Mutex(State(connection: try Connection(reading: path)))
    } catch { throw DirectoryError(error) }
  }

  func close() {
    state.withLock { state in
      state.connection?.close()
      state.connection = nil
    }
  }

  /// Makes `changes` in one transaction, durable when this returns; after an error none of them is made.
  func apply(_ changes: [RowChange], at now: Int64) throws(DirectoryError) {
    try use { state throws(DirectoryError) in
      if let damage = state.damage { throw damage }
      guard let connection = state.connection else { throw .closed }
      do throws(DatabaseFault) {
        try connection.transaction { () throws(DatabaseFault) in
          for change in changes { try connection.apply(change, at: now) }
        }
      } catch {
        let fault = DirectoryError(error)
        // SQLite: after a failed sync it is unknown what is on the disk until the file is opened anew.
        if error.kind == .io || error.kind == .corrupt { state.damage = fault }
        throw fault
      }
    }
  }

  /// The key of `AppPassword.fingerprint`, made when it is first asked for.
  func deviceKey() throws(DirectoryError) -> SymmetricKey {
    let bytes = try read { connection throws(DatabaseFault) in
      if let key = try connection.first(DirectorySQL.setting, ["device-key"], { $0.bytes(0) }) { return key }
      let key = SymmetricKey(size: .bits256).withUnsafeBytes { [UInt8]($0) }
      try connection.transaction { () throws(DatabaseFault) in
        try connection.run(DirectorySQL.putSetting, ["device-key", .bytes(key)])
      }
      return key
    }
    return SymmetricKey(data: bytes)
  }

  /// What the account has sent.
  func sending(of account: AccountKey) throws(DirectoryError) -> SendingLedger.Account {
    try read { connection throws(DatabaseFault) in try connection.sending(of: account) }
  }

  /// Accounts that can be opened again.
  func closedAccounts() throws(DirectoryError) -> [ClosedAccount] {
    try read { connection throws(DatabaseFault) in try connection.closedAccounts() }
  }

  /// The open accounts alone.
  func owners() throws(DirectoryError) -> [AccountOwner] {
    try read { connection throws(DatabaseFault) in
      try connection.rows(DirectorySQL.owners) {
        AccountOwner(account: $0.int(0), lane: Int($0.int(1)), address: $0.text(2))
      }
    }
  }

  /// Everything, read at start.
  func load() throws(DirectoryError) -> Contents {
    try read { connection throws(DatabaseFault) in try connection.contents() }
  }

  private func read<Value: Sendable>(
    _ body: (Connection) throws(DatabaseFault) -> Value
  ) throws(DirectoryError) -> Value {
    try use { state throws(DirectoryError) in
      guard let connection = state.connection else { throw .closed }
      do throws(DatabaseFault) { return try body(connection) } catch { throw DirectoryError(error) }
    }
  }

  private func use<Value: Sendable>(
    _ body: (inout State) throws(DirectoryError) -> Value
  ) throws(DirectoryError) -> Value {
    let outcome = state.withLock { state -> Result<Value, DirectoryError> in
      do throws(DirectoryError) { return .success(try body(&state)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}

extension DirectoryError {
  init(_ fault: DatabaseFault) {
    switch fault.kind {
    case .full: self = .diskFull
    case .corrupt: self = .damaged(fault.message)
    case .newer, .busy, .constraint, .io, .readOnly, .cannotOpen, .misuse: self = .fault(fault.message)
    }
  }
}
