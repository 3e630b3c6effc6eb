import Database

// Rows of many messages at once. Those of a mailbox mostly lie side by side: one walk over them costs half of looking each one up.
extension LaneReader {
  /// Where the leading emails are whose messages fit in `limit` bytes together, at least one; throws only for the first.
  func locations(
    of emails: [EmailID], _ account: AccountID, limit: Int
  ) throws(StoreFault) -> [BlobLocation] {
    var locations: [BlobLocation] = []
    locations.reserveCapacity(min(emails.count, 256))
    var bytes = 0
    if let range = Self.sideBySide(emails) {
      try walk(MessageSQL.locations, range, account, emails) { place, row in
        // Where one is missing or unreadable the batch ends.
        guard place == locations.count, let location = BlobLocation(row: row, from: 1) else { return false }
        bytes += location.rawLength
        if place > 0, bytes > limit { return false }
        locations.append(location)
        return true
      }
      // Of the first one it must be told what is wrong.
      if !locations.isEmpty { return locations }
    }
    for email in emails {
      do throws(StoreFault) {
        let location = try location(of: email, account)
        bytes += location.rawLength
        if !locations.isEmpty, bytes > limit { break }
        locations.append(location)
      } catch {
        if locations.isEmpty { throw error }
        break
      }
    }
    return locations
  }

  /// Of each only what a list of messages shows.
  func listings(_ emails: [EmailID], _ account: AccountID) throws(StoreFault) -> [Derived?] {
    guard let range = Self.sideBySide(emails) else {
      return try emails.mapFaulty { email throws(StoreFault) in try listing(email, account) }
    }
    var found = [Derived?](repeating: nil, count: emails.count)
    try walk(MessageSQL.listings, range, account, emails) { place, row in
      found[place] = Derived(envelope: row.bytes(1), structure: row.bytes(2))
      return true
    }
    return found
  }

  private func listing(_ email: EmailID, _ account: AccountID) throws(StoreFault) -> Derived? {
    let connection = try connection()
    return try inStore { () throws(DatabaseFault) in
      let statement = try connection.prepare(MessageSQL.listing)
      statement.bind(1, account.raw)
      statement.bind(2, email.raw)
      guard try statement.step() else { return nil }
      defer { statement.reset() }
      return Derived(envelope: statement.bytes(0), structure: statement.bytes(1))
    }
  }

  /// From the first to the last, when the emails ascend and most of what lies between belongs to them.
  private static func sideBySide(_ emails: [EmailID]) -> ClosedRange<Int64>? {
    guard emails.count > 2, let first = emails.first?.raw, let last = emails.last?.raw, first < last,
      last - first < 2 * Int64(emails.count)
    else { return nil }
    for place in 1..<emails.count where emails[place - 1].raw >= emails[place].raw { return nil }
    return first...last
  }

  /// Calls `body` for the rows (column 0: the email) of those of `emails` that are there, until it says no.
  private func walk(
    _ sql: SQL, _ range: ClosedRange<Int64>, _ account: AccountID, _ emails: [EmailID],
    _ body: (Int, Statement) -> Bool
  ) throws(StoreFault) {
    let connection = try connection()
    try inStore { () throws(DatabaseFault) in
      let statement = try connection.prepare(sql)
      statement.bind(1, account.raw)
      statement.bind(2, range.lowerBound)
      statement.bind(3, range.upperBound)
      var place = 0
      while try statement.step() {
        let email = statement.int(0)
        while emails[place].raw < email { place += 1 }
        if emails[place].raw == email, !body(place, statement) { return statement.reset() }
      }
    }
  }
}
