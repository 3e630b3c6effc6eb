import Synchronization

/// Where the messages are that were delivered or read last, and what lists show of the newest of them, in memory: a FETCH or RETR of them
/// needs no statement, of a few of them no other thread either. Only of what is published.
final class RecentMail: Sendable {
  struct Key: Hashable, Sendable {
    var account: AccountID
    var email: EmailID
  }

  /// What lists show of a message.
  struct Listing: Sendable {
    var envelope: [UInt8]
    var structure: [UInt8]

    /// About the bytes that it holds.
    fileprivate var cost: Int { 160 + envelope.count + structure.count }
  }

  /// A new message. `location` nil: the lane had its content already.
  struct Arrival: Sendable {
    var key: Key
    var location: BlobLocation?
    var listing: Listing
  }

  private struct State {
    var places: KnownPlaces
    var listings: Listings
    /// Grows when something was forgotten: what was read before may be what was forgotten.
    var age = 0
  }

  /// Two generations: when the younger one is full, the older one goes. What is asked for stays in the younger one.
  private struct Listings {
    var young: [Key: Listing] = [:]
    var old: [Key: Listing] = [:]
    var cost = 0
    /// Bytes of one generation.
    let limit: Int

    mutating func listing(_ key: Key) -> Listing? {
      if let listing = young[key] { return listing }
      guard let listing = old[key] else { return nil }
      put(listing, key)
      return listing
    }

    mutating func put(_ listing: Listing, _ key: Key) {
      cost += listing.cost - (young[key]?.cost ?? 0)
      young[key] = listing
      guard cost > limit else { return }
      (old, young, cost) = (young, [:], 0)
    }

    mutating func forget(_ key: Key) {
      if let listing = young.removeValue(forKey: key) { cost -= listing.cost }
      old[key] = nil
    }
  }

  /// Bytes of memory, half for places and half for listings.
  private let limit: Int
  private let state: Mutex<State>

  init(limit: Int) {
    self.limit = limit
    state = Mutex(Self.empty(limit, age: 0))
  }

  private static func empty(_ limit: Int, age: Int) -> State {
    State(places: KnownPlaces(bytes: limit / 2), listings: Listings(limit: limit / 4), age: age)
  }

  /// Listings that are asked for together here at most: long lists would push everything else out.
  static let mostListings = 64

  func note(_ arrivals: [Arrival]) {
    if arrivals.isEmpty { return }
    state.withLock { state in
      for arrival in arrivals {
        let key = arrival.key
        if let location = arrival.location { state.places.note(location, of: key.email, key.account) }
        state.listings.put(arrival.listing, key)
      }
    }
  }

  // MARK: What was read. Ask for `age` before reading; nothing is kept when something was forgotten since.

  var age: Int { state.withLock { $0.age } }

  func note(_ emails: some Sequence<EmailID>, _ account: AccountID, at locations: [BlobLocation], age: Int) {
    state.withLock { state in
      if state.age != age { return }
      for (email, location) in zip(emails, locations) { state.places.note(location, of: email, account) }
    }
  }

  func note(_ emails: [EmailID], _ account: AccountID, _ listings: [Listing?], age: Int) {
    if emails.count > Self.mostListings { return }
    state.withLock { state in
      if state.age != age { return }
      for (email, listing) in zip(emails, listings) {
        if let listing { state.listings.put(listing, Key(account: account, email: email)) }
      }
    }
  }

  // MARK: Asking

  /// Where the leading messages are that fit in `limit` bytes together, at least one; nil when it is not known of all of those.
  func places(_ emails: [EmailID], _ account: AccountID, limit: Int) -> [BlobLocation]? {
    state.withLock { $0.places.leading(emails, account, limit: limit) }
  }

  /// Of each message; nil when it is not known of all of them.
  func listings(_ emails: [EmailID], _ account: AccountID) -> [Listing]? {
    if emails.count > Self.mostListings { return nil }
    return state.withLock { state in
      var found: [Listing] = []
      found.reserveCapacity(emails.count)
      for email in emails {
        guard let listing = state.listings.listing(Key(account: account, email: email)) else { return nil }
        found.append(listing)
      }
      return found
    }
  }

  // MARK: Forgetting

  /// These messages are no more, or what lists show of them was made anew.
  func forget(_ emails: [EmailID], of account: AccountID) {
    state.withLock { state in
      state.age += 1
      for email in emails {
        state.places.forget(email, of: account)
        state.listings.forget(Key(account: account, email: email))
      }
    }
  }

  /// Nothing is known any more.
  func clear() { state.withLock { $0 = Self.empty(limit, age: $0.age + 1) } }
}
