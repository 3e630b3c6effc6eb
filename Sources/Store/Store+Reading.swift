extension Store {
  /// Derived data of many messages in one hop, in the order asked; nil where there is no such email.
  ///
  /// `listing`: only `envelope` and `structure` are read, which is all that a list of messages asks for.
  package func derived(
    _ emails: [EmailID], of account: AccountID, listing: Bool = false
  ) async throws(StoreFault) -> [Derived?] {
    let lane = try lane(of: account)
    if listing, let known = lane.recent.all(emails, account, \.listing) {
      return known.map { Derived(envelope: $0.envelope, structure: $0.structure) }
    }
    return try await lane.read { reader throws(StoreFault) in
      try reader.together { () throws(StoreFault) in
        if listing {
          let age = lane.recent.age
          let found = try reader.listings(emails, account)
          lane.recent.note(emails, account, age: age) { place, entry in
            entry.listing = found[place].map { .init(envelope: $0.envelope, structure: $0.structure) }
          }
          return found
        }
        return try emails.mapFaulty { email throws(StoreFault) in try reader.derived(email, account) }
      }
    }
  }

  /// Whole messages in one hop: as many of the leading ones as fit in `limit` bytes together, at least one.
  ///
  /// Throws `.damaged` or `.noSuchMessage` only for the first; a later bad one just ends the batch before it.
  package func contents(
    _ emails: [EmailID], of account: AccountID, limit: Int
  ) async throws(StoreFault) -> [[UInt8]] {
    let lane = try lane(of: account)
    if let contents = lane.atHand(emails, account, limit: min(limit, Self.atHandLimit)) { return contents }
    return try await lane.read { reader throws(StoreFault) in
      let age = lane.recent.age
      let locations = try reader.together { () throws(StoreFault) in
        try reader.locations(of: emails, account, limit: limit)
      }
      if emails.count == locations.count {
        lane.recent.note(emails, account, age: age) { place, entry in entry.location = locations[place] }
      }
      reader.blobs.announce(locations)
      var contents: [[UInt8]] = []
      contents.reserveCapacity(locations.count)
      for (email, location) in zip(emails, locations) {
        do throws(StoreFault) {
          contents.append(try reader.read(email, account, at: location))
        } catch {
          if contents.isEmpty { throw error }
          break
        }
      }
      return contents
    }
  }

  /// One message or a part of it; `range` is clamped to the message. Reads (and checks) only the pieces it needs.
  package func content(
    _ email: EmailID, of account: AccountID, range: Range<Int>? = nil
  ) async throws(StoreFault) -> [UInt8] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.read(email, account, at: try reader.location(of: email, account), range: range)
    }
  }

  /// Bytes that are read and checked without another thread: some 30 µs.
  private static let atHandLimit = 64 << 10
}

extension Lane {
  /// The messages when all of them are known, in memory and together not longer than `limit`; on any thread, at once.
  fileprivate func atHand(_ emails: [EmailID], _ account: AccountID, limit: Int) -> [[UInt8]]? {
    guard let locations = recent.all(emails, account, \.location),
      locations.reduce(0, { $0 + $1.rawLength }) <= limit
    else { return nil }
    var contents: [[UInt8]] = []
    contents.reserveCapacity(locations.count)
    for location in locations {
      guard let content = BlobReader.atHand(location, in: segments) else { return nil }
      contents.append(content)
    }
    return contents
  }
}
