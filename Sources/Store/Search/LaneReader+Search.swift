import Database

extension LaneReader {
  /// Everyone who has storage on the lane.
  func accounts() throws(StoreFault) -> [AccountID] {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        try connection.rows(AccountSQL.accounts) { AccountID(raw: $0.int(0)) }
      }
    }.value
  }

  /// The account's newest published email, and the number that its next one will have at least; both 0 without such an account.
  func newestEmail(of account: AccountID) throws(StoreFault) -> (email: Int64, next: Int64) {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        let values: [SQLValue] = [.int(account.raw)]
        let email = try connection.first(MessageSQL.newestEmail, values) { $0.int(0) } ?? 0
        return (email, try connection.first(AccountSQL.read, values) { $0.int(1) } ?? 0)
      }
    }.value
  }

  /// The messages after `email`, ascending; without a location where the bytes are missing.
  func following(
    _ email: Int64, _ account: AccountID, limit: Int
  ) throws(StoreFault) -> [(email: EmailID, location: BlobLocation?)] {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MessageSQL.following, [.int(account.raw), .int(email), .int(Int64(limit))]
        ) { row in (EmailID(raw: row.int(0)), BlobLocation(row: row, from: 1)) }
      }
    }.value
  }

  /// Those of `emails` that are no more.
  func missing(_ emails: [Int64], _ account: AccountID) throws(StoreFault) -> [Int64] {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        var missing: [Int64] = []
        for email in emails {
          let isThere = try connection.first(MessageSQL.hasEmail, [.int(account.raw), .int(email)]) { _ in true }
          if isThere != true { missing.append(email) }
        }
        return missing
      }
    }.value
  }
}

extension LaneReader {
  func emails(inThread thread: Int64, _ account: AccountID) throws(StoreFault) -> [EmailID] {
    let connection = try connection()
    return try inStore { () throws(DatabaseFault) in
      try connection.rows(MessageSQL.emailsOfThread, [.int(account.raw), .int(thread)]) { EmailID(raw: $0.int(0)) }
    }
  }

  func thread(of email: EmailID, _ account: AccountID) throws(StoreFault) -> Int64? {
    let connection = try connection()
    let found = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.emailThread, [.int(account.raw), .int(email.raw)]) { $0.optionalInt(0) }
    }
    return found ?? nil
  }

  /// Where an email is as the account sees it: mailbox, UID, flags, size and INTERNALDATE.
  func places(of email: EmailID, _ account: AccountID) throws(StoreFault) -> [FoundPlace] {
    let connection = try connection()
    let found = try inStore { () throws(DatabaseFault) in
      try connection.rows(MessageSQL.placesOfEmail, [.int(account.raw), .int(email.raw)]) { row in
        FoundPlace(
          mailbox: MailboxID(raw: row.int(0)), uid: UID(truncatingIfNeeded: row.int(1)),
          flags: Flags(rawValue: UInt64(bitPattern: row.int(2))), size: Int(row.int(3)),
          internalDate: KeptDate(rawValue: row.int(4)).seconds)
      }
    }
    return try inStore { () throws(DatabaseFault) in
      var places: [FoundPlace] = []
      for place in found {
        let key = MailboxKey(account: account, mailbox: place.mailbox)
        guard isOwn(key) else {
          places.append(place)
          continue
        }
        if let seen = try seen(place, by: account, key, connection) { places.append(seen) }
      }
      return places
    }
  }
}
