internal import Logging
internal import Mail

extension Directory {
  static let shortestPassword = 8
  static let longestPassword = 1_024

  /// Makes an account. `password` nil: only devices can log in. `lane` nil: its number modulo the lanes.
  ///
  /// The store's part (`Store.createAccount`) is the caller's: see `ControlVerbs`.
  package func addAccount(
    _ address: String, password: [UInt8]?, lane: Int? = nil
  ) async throws(DirectoryError) -> AccountInfo {
    var hash: PasswordHash?
    if let password { hash = try await hashed(password) }
    let (phc, lanes, now) = (hash?.phc, AccountKey(max(options.lanes, 1)), options.now())
    return try await change { next throws(DirectoryError) in
      let (key, rows) = try next.addAccount(address, password: phc, lane: { lane ?? Int($0 % lanes) }, at: now)
      guard let info = next.account(key) else { throw .accountUnknown(address) }
      return (info, rows)
    }
  }

  /// Closes an account: no log-in, no mail, no session; its address is free again, its number is not. Its mail stays in the store.
  @discardableResult
  package func removeAccount(_ address: String) async throws(DirectoryError) -> RemovedAccount {
    let now = options.now()
    let change = try await changeAndEnd { next throws(DirectoryError) in try next.closeAccount(address, at: now) }
    note("account closed", change.value, change.sessionsEnded)
    return RemovedAccount(account: change.value, sessionsEnded: change.sessionsEnded)
  }

  /// An account just closed.
  package struct RemovedAccount: Sendable {
    package let account: AccountKey
    /// Its own, and those of others that had one of its mailboxes selected.
    package let sessionsEnded: Int
  }

  /// The old password is refused as soon as this returns, and sessions that came by it are over; those of devices go on. Returns how
  /// many there were.
  @discardableResult
  package func setPassword(_ address: String, _ password: [UInt8]) async throws(DirectoryError) -> Int {
    let phc = try await hashed(password).phc
    let change = try await changeAndEnd { next throws(DirectoryError) in
      (try next.ownerOf(address), try next.setPassword(address, phc))
    }
    note("password changed", change.value, change.sessionsEnded)
    return change.sessionsEnded
  }

  package var accounts: [AccountInfo] { snapshot.accounts }

  /// A password made up for a person: the strength and form of a device's.
  package static func generatedPassword() -> String {
    var generator = SystemRandomNumberGenerator()
    return AppPassword(using: &generator).text
  }

  private func hashed(_ typed: [UInt8]) async throws(DirectoryError) -> PasswordHash {
    // RFC 8265 §4.2: prepared, so that every system's spelling of it is right; no control characters (RFC 8264 §4.3).
    let password = Unicode.opaqueString(typed)
    let text = String(decoding: password, as: UTF8.self)
    guard typed.count <= Self.longestPassword,
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { throw .passwordInvalid }
    guard text.count >= Self.shortestPassword else { throw .passwordTooShort(least: Self.shortestPassword) }
    let cost = options.passwordCost
    let outcome = await hashing.run { () -> Result<PasswordHash, DirectoryError> in
      do throws(DirectoryError) { return .success(try PasswordHash(of: password, cost: cost)) } catch {
        return .failure(error)
      }
    }
    guard let outcome else { throw .fault("too many passwords wait to be hashed") }
    return try outcome.get()
  }
}
