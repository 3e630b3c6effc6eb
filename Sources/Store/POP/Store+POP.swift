import Database

// POP3's memory: what devices took, unique ids that came with imported mail, removal by policy.
extension Store {
  /// What POP3 needs at log-in beside the open mailbox, in one hop.
  package func popOpening(
    _ device: Int64, of account: AccountID, taken: Bool = false, hidden: Bool = false
  ) async throws(StoreFault) -> POPOpening {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.popOpening(device, account, taken: taken, hidden: hidden)
    }
  }

  /// QUIT (RFC 1939 §6): what was taken, what was marked and what a policy removes at once, in one durable step.
  package func popUpdate(_ update: POPUpdate) async throws(StoreFault) -> POPRemoval {
    try await lane(of: update.account).perform { transaction throws(StoreFault) in try transaction.popUpdate(update) }
  }

  /// Notes that a device has logged in, or asked for unique ids; nobody waits for it, and losing it is no harm. The device counts among
  /// "all devices" again.
  package func popNote(_ device: Int64, of account: AccountID, listsIDs: Bool = false) {
    guard device > 0, let number = home(of: account) else { return }
    lanes[number].submit(weight: 0) { transaction throws(StoreFault) in
      try transaction.popNote(device, of: account, listsIDs: listsIDs)
    } _: { _ in
    }
  }

  /// Removes what the policies of a maildrop allow, at most `limit` messages in this step. Also finds who has become silent.
  package func popRetain(
    _ retention: POPRetention, in mailbox: MailboxID, of account: AccountID, limit: Int
  ) async throws(StoreFault) -> POPRemoval {
    let lane = try lane(of: account)
    let moment = clock.moment
    if moment.isInDoubt { return POPRemoval() }
    // Looked up on a reader; the lane's writer is troubled only when there is something to do, and looks at those again.
    let found = try await lane.read { reader throws(StoreFault) in
      try reader.popDue(retention, mailbox, account, now: moment.now, limit: limit + 1)
    }
    if found.items.isEmpty, found.quiet.isEmpty { return POPRemoval() }
    return try await lane.perform { transaction throws(StoreFault) in
      var removal = try transaction.popRetain(Array(found.items.prefix(limit)), retention, mailbox, account)
      removal.isPartial = found.items.count > limit
      return removal
    }
  }

  /// What is known of the account's devices; the server's own removals are device -1.
  package func popDevices(of account: AccountID) async throws(StoreFault) -> [POPDeviceState] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.published { connection throws(StoreFault) in
        try inStore { () throws(DatabaseFault) in
          try connection.rows(POPSQL.devices, [.int(account.raw)]) { POPDeviceState(row: $0) }
        }
      }.value
    }
  }

  /// Sessions that took or removed something, the newest first.
  package func popSessions(of account: AccountID, limit: Int) async throws(StoreFault) -> [POPSessionRecord] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.published { connection throws(StoreFault) in
        try inStore { () throws(DatabaseFault) in
          try connection.rows(POPSQL.sessions, [.int(account.raw), .int(Int64(limit))]) { row in
            POPSessionRecord(
              device: row.int(0), at: row.int(1), peer: row.text(2), taken: row.int(3), takenBytes: row.int(4),
              removed: row.int(5), freedBytes: row.int(6))
          }
        }
      }.value
    }
  }

  /// The device gets everything again, as if it had never been here; its history stays.
  package func popForget(_ device: Int64, of account: AccountID) async throws(StoreFault) {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.popForget(device, of: account)
    }
  }

  /// The owner says that one program uses the device's password.
  package func popClearFlag(_ device: Int64, of account: AccountID) async throws(StoreFault) {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.popClearFlag(device, of: account)
    }
  }
}

extension POPDeviceState {
  /// From a row of `POPSQL.device` or `.devices`.
  init(row: Statement) {
    self.init(
      device: row.int(0), firstAt: row.int(1), lastAt: row.int(2), remembers: row.int(3) != 0, again: row.int(4),
      flaggedAt: row.optionalInt(5), quietAt: row.optionalInt(6), nextSession: row.int(7), taken: row.int(8),
      takenBytes: row.int(9), removed: row.int(10), freedBytes: row.int(11))
    listsIDs = row.int(12) != 0
  }
}

extension Connection {
  func popDevice(_ device: Int64, _ account: AccountID) throws(DatabaseFault) -> POPDeviceState? {
    try first(POPSQL.device, [.int(account.raw), .int(device)]) { POPDeviceState(row: $0) }
  }

  /// `sql`: `POPSQL.seen` or `.hidden`.
  func itemBitmap(_ sql: SQL, _ device: Int64, _ account: AccountID) throws(DatabaseFault) -> ItemBitmap {
    var bitmap = ItemBitmap()
    let statement = try prepare(sql)
    statement.bind(1, account.raw)
    statement.bind(2, device)
    while try statement.step() { bitmap.load(statement.int(0), statement.bytes(1)) }
    return bitmap
  }
}

extension LaneReader {
  func popOpening(
    _ device: Int64, _ account: AccountID, taken: Bool, hidden: Bool
  ) throws(StoreFault) -> POPOpening {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        var opening = POPOpening(texts: UIDLTexts(), sizes: [:], device: try connection.popDevice(device, account))
        let texts = try connection.prepare(POPSQL.uidls)
        texts.bind(1, account.raw)
        while try texts.step() { texts.withBytes(1) { opening.texts.append(texts.int(0), $0) } }
        let sizes = try connection.prepare(POPSQL.wireSizes)
        sizes.bind(1, account.raw)
        while try sizes.step() {
          opening.sizes[EmailID(raw: sizes.int(0))] = WireSize(
            surplus: Int(sizes.int(1)), plainSurplus: Int(sizes.int(2)), isPlain: sizes.int(3) != 0)
        }
        if taken { opening.taken = try connection.itemBitmap(POPSQL.seen, device, account) }
        if hidden { opening.hidden = try connection.itemBitmap(POPSQL.hidden, device, account) }
        return opening
      }
    }.value
  }

  /// What the policies would remove now, and which devices have become silent.
  func popDue(
    _ retention: POPRetention, _ mailbox: MailboxID, _ account: AccountID, now: Int64, limit: Int
  ) throws(StoreFault) -> (items: [Int64], quiet: [Int64]) {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        let books = try RetentionBooks(retention, account, connection, now: now)
        guard retention.removes, !books.isIdle else { return ([], books.quiet) }
        var items: [Int64] = []
        // What the owner himself has hidden is not there for him; it waits for other members.
        let key = MailboxKey(account: account, mailbox: mailbox)
        let unseen = isOwn(key) ? try unseen(by: account, key, connection) : nil
        let statement = try connection.prepare(POPSQL.arrived)
        statement.bind(1, account.raw)
        statement.bind(2, mailbox.raw)
        statement.bind(3, now)
        while try statement.step() {
          let record = MessageRecord(row: statement)
          guard books.mayGo(record), unseen?.contains(record.uid) != true else { continue }
          items.append(record.item)
          if items.count >= limit { break }
        }
        statement.reset()
        return (items, books.quiet)
      }
    }.value
  }
}
