internal import Synchronization

/// How many recipients each account wrote to today, and whom it has written to before.
///
/// Answers come from memory. An account's part is read from the database when it logs in to send, written a moment after each change,
/// and dropped when the account has been silent for a day. What a crash can lose are the counts of the last second.
///
/// Bounds: `mostCorrespondents` an account, those not written to for longest going first; accounts that were not loaded cost nothing.
package final class SendingLedger: Sendable {
  /// Which limit would be passed.
  package enum Excess: Hashable, Sendable {
    case recipients(limit: Int)
    case newRecipients(limit: Int)
  }

  /// The most correspondents remembered of an account.
  static let mostCorrespondents = 5_000

  struct Account: Sendable {
    var day: Int64
    var recipients = 0
    var newRecipients = 0
    /// The day of the last message to each, by `key(of:)`.
    var correspondents: [Int64: Int64] = [:]
    /// Not written yet.
    var changed: Set<Int64> = []
    var removed: Set<Int64> = []
    var isDirty = false
  }

  private let accounts = Mutex<[AccountKey: Account]>([:])

  package init() {}

  /// True when the account's part is in memory.
  func isLoaded(_ account: AccountKey) -> Bool { accounts.withLock { $0[account] != nil } }

  func load(_ account: AccountKey, _ part: Account) {
    accounts.withLock { if $0[account] == nil { $0[account] = part } }
  }

  func forget(_ account: AccountKey) { accounts.withLock { $0[account] = nil } }

  /// Which limit one more message to `recipients` would pass; nil: it may go. 0 as a limit: none.
  package func excess(
    of account: AccountKey, _ recipients: [String], limit: Int, newLimit: Int, at now: Int64
  ) -> Excess? {
    accounts.withLock { accounts in
      var part = accounts[account] ?? Account(day: now / 86_400)
      Self.turn(&part, now / 86_400)
      return Self.excess(part, Set(recipients.map(Self.key)), limit, newLimit)
    }
  }

  /// Counts a message to `recipients`, or says which limit it would pass and counts nothing: one step, so that sessions side by side
  /// cannot pass a limit together.
  package func take(
    _ recipients: [String], of account: AccountKey, limit: Int, newLimit: Int, at now: Int64
  ) -> Excess? {
    accounts.withLock { accounts in
      let today = now / 86_400
      var part = accounts[account] ?? Account(day: today)
      Self.turn(&part, today)
      let keys = Set(recipients.map(Self.key))
      if let excess = Self.excess(part, keys, limit, newLimit) { return excess }
      part.recipients += keys.count
      part.newRecipients += keys.count { part.correspondents[$0] == nil }
      for key in keys where part.correspondents[key] != today {
        part.correspondents[key] = today
        part.changed.insert(key)
        part.removed.remove(key)
      }
      Self.trim(&part)
      part.isDirty = true
      accounts[account] = part
      return nil
    }
  }

  /// The message was not accepted after all. Whom it was for counts as known from now on: they cost nothing.
  package func giveBack(_ recipients: [String], of account: AccountKey, at now: Int64) {
    accounts.withLock { accounts in
      guard var part = accounts[account], part.day == now / 86_400 else { return }
      part.recipients = max(0, part.recipients - Set(recipients.map(Self.key)).count)
      part.isDirty = true
      accounts[account] = part
    }
  }

  /// What is to be written, each account's part once.
  func unwritten() -> [RowChange] {
    accounts.withLock { accounts in
      var changes: [RowChange] = []
      for (account, part) in accounts where part.isDirty {
        changes.append(
          .putSending(
            account, day: part.day, recipients: part.recipients, newRecipients: part.newRecipients,
            correspondents: part.changed.reduce(into: [:]) { $0[$1] = part.correspondents[$1] },
            removed: Array(part.removed)))
        accounts[account]?.isDirty = false
        accounts[account]?.changed = []
        accounts[account]?.removed = []
      }
      return changes
    }
  }

  /// Drops what is written and was used neither today nor yesterday.
  func dropIdle(at now: Int64) {
    accounts.withLock { accounts in
      accounts = accounts.filter { $0.value.isDirty || $0.value.day >= now / 86_400 - 1 }
    }
  }

  private static func excess(_ part: Account, _ keys: Set<Int64>, _ limit: Int, _ newLimit: Int) -> Excess? {
    if limit > 0, part.recipients + keys.count > limit { return .recipients(limit: limit) }
    let new = keys.count { part.correspondents[$0] == nil }
    if newLimit > 0, new > 0, part.newRecipients + new > newLimit { return .newRecipients(limit: newLimit) }
    return nil
  }

  /// A new day begins with counts of zero. A clock that goes back changes nothing: the counts stay.
  private static func turn(_ part: inout Account, _ today: Int64) {
    guard today > part.day else { return }
    part.day = today
    part.recipients = 0
    part.newRecipients = 0
    part.isDirty = true
  }

  /// Down to three quarters, the ones not written to for longest, so that this is rare.
  private static func trim(_ part: inout Account) {
    guard part.correspondents.count > mostCorrespondents else { return }
    let surplus = part.correspondents.count - mostCorrespondents / 4 * 3
    let oldest = part.correspondents.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(surplus)
    for (key, _) in oldest {
      part.correspondents[key] = nil
      part.changed.remove(key)
      part.removed.insert(key)
    }
  }

  /// FNV-1a, 64 bits: enough to tell the correspondents of one account apart, and no address is kept.
  static func key(of address: String) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in address.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int64(bitPattern: hash)
  }
}
