extension Store {
  /// Derived data of many messages in one hop, in the order asked; nil where there is no such email.
  ///
  /// `listing`: only `envelope` and `structure` are read, which is all that a list of messages asks for.
  package func derived(
    _ emails: [EmailID], of account: AccountID, listing: Bool = false
  ) async throws(StoreFault) -> [Derived?] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.together { () throws(StoreFault) in
        if listing { return try reader.listings(emails, account) }
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
    try await lane(of: account).read { reader throws(StoreFault) in
      let locations = try reader.together { () throws(StoreFault) in
        try reader.locations(of: emails, account, limit: limit)
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
}
