import Synchronization

/// Where the messages are that were delivered or read last, and what lists show of them, in memory: a FETCH or RETR of one of them
/// needs no other thread, no statement and no disk. Only of what is published.
///
/// Two generations: when the younger one is full, the older one goes. What is asked for stays in the younger one.
final class RecentMail: Sendable {
  struct Key: Hashable, Sendable {
    var account: AccountID
    var email: EmailID
  }

  /// What is known of one message; what never changes, but for a location, which compaction makes useless, never wrong.
  struct Entry: Sendable {
    var location: BlobLocation?
    var listing: Listing?

    /// About the bytes that it holds.
    fileprivate var cost: Int { 160 + (listing.map { $0.envelope.count + $0.structure.count + 64 } ?? 0) }
  }

  struct Listing: Sendable {
    var envelope: [UInt8]
    var structure: [UInt8]
  }

  private struct State {
    var young: [Key: Entry] = [:]
    var old: [Key: Entry] = [:]
    var cost = 0
    /// Grows when something was forgotten: what was read before may be what was forgotten.
    var age = 0

    func entry(_ key: Key) -> Entry? { young[key] ?? old[key] }

    mutating func put(_ entry: Entry, _ key: Key, limit: Int) {
      cost += entry.cost - (young[key]?.cost ?? 0)
      young[key] = entry
      guard cost > limit else { return }
      (old, young, cost) = (young, [:], 0)
    }
  }

  /// Bytes of one generation.
  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit / 2 }

  /// Messages that are asked for together here at most: long lists would push everything else out.
  static let most = 64

  func note(_ entries: [(key: Key, entry: Entry)]) {
    if entries.isEmpty { return }
    state.withLock { state in
      for (key, entry) in entries { state.put(entry, key, limit: limit) }
    }
  }

  /// To be asked before reading what is then handed to `note`.
  var age: Int { state.withLock { $0.age } }

  /// Adds to what is known of messages, unless something was forgotten since `age`.
  func note(_ emails: [EmailID], _ account: AccountID, age: Int, _ change: (Int, inout Entry) -> Void) {
    if emails.count > Self.most { return }
    state.withLock { state in
      if state.age != age { return }
      for (place, email) in emails.enumerated() {
        let key = Key(account: account, email: email)
        var entry = state.entry(key) ?? Entry()
        change(place, &entry)
        state.put(entry, key, limit: limit)
      }
    }
  }

  /// One value of each message; nil when it is missing of one of them.
  func all<Value>(_ emails: [EmailID], _ account: AccountID, _ value: (Entry) -> Value?) -> [Value]? {
    if emails.count > Self.most { return nil }
    return state.withLock { state in
      var values: [Value] = []
      values.reserveCapacity(emails.count)
      for email in emails {
        let key = Key(account: account, email: email)
        guard let entry = state.entry(key), let value = value(entry) else { return nil }
        if state.young[key] == nil { state.put(entry, key, limit: limit) }
        values.append(value)
      }
      return values
    }
  }

  /// These messages are no more, or what lists show of them was made anew.
  func forget(_ emails: some Sequence<EmailID>, of account: AccountID) {
    state.withLock { state in
      state.age += 1
      for email in emails {
        let key = Key(account: account, email: email)
        if let entry = state.young.removeValue(forKey: key) { state.cost -= entry.cost }
        state.old[key] = nil
      }
    }
  }

  /// Nothing is known any more.
  func clear() { state.withLock { $0 = State(age: $0.age + 1) } }
}
