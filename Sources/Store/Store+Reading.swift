extension Store {
  /// Derived data of many messages in one hop, in the order asked; nil where there is no such email.
  ///
  /// `listing`: only `envelope` and `structure` are read, which is all that a list of messages asks for. Of a few messages that were
  /// delivered or listed lately they are in memory.
  package func derived(
    _ emails: [EmailID], of account: AccountID, listing: Bool = false
  ) async throws(StoreFault) -> [Derived?] {
    let lane = try lane(of: account)
    if listing, let known = lane.recent.listings(emails, account) {
      return known.map { Derived(envelope: $0.envelope, structure: $0.structure) }
    }
    return try await lane.read { reader throws(StoreFault) in
      try reader.together { () throws(StoreFault) in
        guard listing else {
          return try emails.mapFaulty { email throws(StoreFault) in try reader.derived(email, account) }
        }
        let age = lane.recent.age
        let found = try reader.listings(emails, account)
        lane.recent.note(
          emails, account, found.map { $0.map { .init(envelope: $0.envelope, structure: $0.structure) } }, age: age)
        return found
      }
    }
  }

  /// Whole messages in one hop: as many of the leading ones as fit in `limit` bytes together, at least one. A few that were delivered or
  /// read lately, and that the system has in memory, come at once.
  ///
  /// `ahead`: messages that the caller will ask for; the system begins to fetch them from the disk (see `ReadAhead`).
  /// Throws `.damaged` or `.noSuchMessage` only for the first; a later bad one just ends the batch before it.
  package func contents(
    _ emails: [EmailID], of account: AccountID, limit: Int, ahead: [EmailID] = []
  ) async throws(StoreFault) -> [[UInt8]] {
    let lane = try lane(of: account)
    let places = lane.recent.places(emails, account, limit: limit)
    if ahead.isEmpty, let places, let contents = lane.atHand(places) { return contents }
    return try await lane.read { reader throws(StoreFault) in
      let following = try reader.known(ahead, account)
      let locations =
        if let places, reader.areThere(places) { places } else { try reader.places(of: emails, account, limit: limit) }
      if following.first != locations.first { reader.blobs.announce(locations) }
      reader.blobs.announce(following)
      let reading = SharedReading(emails, of: account, at: locations)
      if reading.isLong { lane.help(reading.work) }
      reading.work(reader)
      return try reading.result()
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
}

extension Store {
  /// The first `length` bytes (or all there are) of many messages in one hop: what a list of headers asks for.
  ///
  /// Throws `.damaged` or `.noSuchMessage` only for the first; a later bad one just ends the batch before it.
  package func heads(
    _ emails: [EmailID], of account: AccountID, length: Int
  ) async throws(StoreFault) -> [[UInt8]] {
    try await lane(of: account).read { reader throws(StoreFault) in
      let locations = try reader.places(of: emails, account, limit: .max)
      var heads: [[UInt8]] = []
      heads.reserveCapacity(locations.count)
      for (email, location) in zip(emails, locations) {
        do throws(StoreFault) {
          heads.append(try reader.read(email, account, at: location, range: 0..<length))
        } catch {
          if heads.isEmpty { throw error }
          break
        }
      }
      return heads
    }
  }
}

extension LaneReader {
  /// Where messages are that somebody will ask for; as many of the leading ones as there are.
  fileprivate func known(_ ahead: [EmailID], _ account: AccountID) throws(StoreFault) -> [BlobLocation] {
    if ahead.isEmpty { return [] }
    if let places = lane.recent.places(ahead, account, limit: .max), areThere(places) { return places }
    do throws(StoreFault) { return try places(of: ahead, account, limit: .max) } catch {
      switch error {
      // What is wrong with the first one is told to whoever asks for it.
      case .noSuchMessage, .damaged: return []
      default: throw error
      }
    }
  }

  /// False when compaction has taken one of the segments away: to look up all at once is quicker than one after the other, in `read`.
  fileprivate func areThere(_ places: [BlobLocation]) -> Bool {
    var last: Int?
    for place in places where place.segment != last {
      // Why it cannot be opened is told where it is read.
      guard (try? blobs.segments.descriptor(place.segment)) != nil else { return false }
      last = place.segment
    }
    return true
  }

  /// As `locations`, under one snapshot; known from then on.
  fileprivate func places(
    of emails: [EmailID], _ account: AccountID, limit: Int
  ) throws(StoreFault) -> [BlobLocation] {
    let age = lane.recent.age
    let found = try together { () throws(StoreFault) in try locations(of: emails, account, limit: limit) }
    lane.recent.note(emails, account, at: found, age: age)
    return found
  }
}

extension Lane {
  /// Bytes that are read and checked without another thread: some 30 µs.
  private static let atHandLimit = 64 << 10

  /// The messages, where they are few and the system has them in memory; nil otherwise. On any thread, at once.
  fileprivate func atHand(_ places: [BlobLocation]) -> [[UInt8]]? {
    guard places.reduce(0, { $0 + $1.rawLength }) <= Self.atHandLimit else { return nil }
    var contents: [[UInt8]] = []
    contents.reserveCapacity(places.count)
    for place in places {
      guard let content = BlobReader.atHand(place, in: segments) else { return nil }
      contents.append(content)
    }
    return contents
  }
}
