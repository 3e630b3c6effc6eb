import Database
import Logging

/// One reader thread's connection. Sees only what is committed; `published` keeps back what is not durable yet.
final class LaneReader {
  let lane: Lane
  private var opened: Connection?
  let blobs: BlobReader

  init(_ lane: Lane) {
    self.lane = lane
    blobs = BlobReader(segments: lane.segments)
  }

  deinit { opened?.close() }

  func connection() throws(StoreFault) -> Connection {
    if let opened { return opened }
    let made = try inStore { () throws(DatabaseFault) in try Connection(lane.indexPath, .reader, cacheKiB: 4_096) }
    opened = made
    return made
  }

  /// Reads one snapshot and waits until everything in it is published (invariant 1: an index row can be committed a moment before
  /// its blob is durable). Gives the batch of the snapshot too.
  func published<R>(
    _ body: (Connection) throws(StoreFault) -> R
  ) throws(StoreFault) -> (value: R, batch: Int64) {
    let connection = try connection()
    let result = try connection.snapshot(
      { () throws(StoreFault) -> (R, Int64) in
        let batch = try inStore { () throws(DatabaseFault) in
          try connection.first(LaneSQL.readBatch) { $0.int(0) } ?? 0
        }
        return (try body(connection), batch)
      }, mapping: StoreFault.init)
    try lane.waitUntilPublished(result.1)
    return (result.0, result.1)
  }

  func location(of email: EmailID, _ account: AccountID) throws(StoreFault) -> BlobLocation {
    let connection = try connection()
    let statement = try inStore { () throws(DatabaseFault) in try connection.prepare(MessageSQL.location) }
    statement.bind(1, account.raw)
    statement.bind(2, email.raw)
    guard try inStore({ () throws(DatabaseFault) in try statement.step() }) else { throw .noSuchMessage }
    defer { statement.reset() }
    guard let location = BlobLocation(row: statement, from: 0) else { throw .damaged("an impossible place of a blob") }
    return location
  }

  /// The message at `location`; when it was moved meanwhile, at its new place.
  func read(
    _ email: EmailID, _ account: AccountID, at location: BlobLocation, range: Range<Int>? = nil
  ) throws(StoreFault) -> [UInt8] {
    do throws(StoreFault) { return try blobs.read(location, range: range) } catch {
      // Compaction takes a segment away after the index has let go of it: look again, once.
      let now = try self.location(of: email, account)
      guard now != location else {
        lane.logger.error(
          "a damaged message",
          metadata: ["account": "\(account)", "email": "\(email)", "fault": "\(error)"])
        throw error
      }
      lane.recent.note([email], account, at: [now], age: lane.recent.age)
      return try blobs.read(now, range: range)
    }
  }

  /// Reads many rows under one snapshot: SQLite locks its file once, not once a row.
  func together<R>(_ body: () throws(StoreFault) -> R) throws(StoreFault) -> R {
    try connection().snapshot(body, mapping: StoreFault.init)
  }

  // MARK: Mailboxes

  func mailboxes(of account: AccountID) throws(StoreFault) -> [MailboxInfo] {
    let (found, batch) = try published { connection throws(StoreFault) in
      let owner = try inStore { () throws(DatabaseFault) in try AccountEntry.read(account, connection) }
      let names = try inStore { () throws(DatabaseFault) in
        try connection.rows(AccountSQL.subscriptions, [.int(account.raw)]) { $0.text(0) }
      }
      return (owner, Set(names))
    }
    guard let owner = found.0 else { throw .noSuchAccount }
    let infos = owner.infos(subscribed: found.1)
    lane.trees.keep(infos, of: account, batch: batch)
    return infos
  }

  func usage(of account: AccountID) throws(StoreFault) -> Usage {
    let owner = try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in try AccountEntry.read(account, connection) }
    }.value
    guard let owner else { throw .noSuchAccount }
    return Usage(
      bytes: owner.usedBytes, count: owner.usedCount, byteLimit: owner.byteLimit ?? lane.options.byteLimit,
      countLimit: owner.countLimit ?? lane.options.countLimit)
  }

  /// The state of a mailbox for a view, and the batch it is as of.
  func load(_ view: ViewKey) throws(StoreFault) -> (value: MailboxState, batch: Int64) {
    let key = view.mailbox
    return try published { connection throws(StoreFault) in
      let values: [SQLValue] = [.int(key.account.raw), .int(key.mailbox.raw)]
      let facts = try inStore { () throws(DatabaseFault) in
        try connection.first(AccountSQL.mailbox, values) { ($0.int(0), $0.int(1), $0.int(2), $0.int(3), $0.int(4)) }
      }
      guard let facts else { throw .noSuchMailbox }
      guard facts.3 != 0 else { throw .notSelectable }
      let keywords = try inStore { () throws(DatabaseFault) in
        try connection.rows(AccountSQL.keywords, values) { $0.text(1) }
      }
      var state = MailboxState(
        table: try table(connection, values), uidValidity: UInt32(truncatingIfNeeded: facts.0),
        uidNext: UID(truncatingIfNeeded: facts.1), highestModseq: Modseq(facts.2), keywords: keywords,
        firstRecent: UID(truncatingIfNeeded: facts.4), isDeleted: false)
      if let member = view.member { try narrow(&state, to: member, key, connection) }
      return state
    }
  }

  private func table(_ connection: Connection, _ values: [SQLValue]) throws(StoreFault) -> MessageTable {
    try inStore { () throws(DatabaseFault) in
      let limit = MessageTable.chunkLimit
      let space = UnsafeMutablePointer<Int64>.allocate(capacity: limit * MessageChunk.columns)
      defer { space.deallocate() }
      var chunks: [MessageChunk] = []
      let statement = try connection.prepare(MessageSQL.table)
      statement.bind(1, value: values[0])
      statement.bind(2, value: values[1])
      var count = limit
      while count == limit {
        count = try statement.read(ints: MessageChunk.columns, limit: limit, into: space)
        if count > 0 { chunks.append(MessageChunk(columns: space, stride: limit, count: count)) }
      }
      return MessageTable(chunks: chunks)
    }
  }

  func subscriptions(of account: AccountID) throws(StoreFault) -> [String] {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        try connection.rows(AccountSQL.subscriptions, [.int(account.raw)]) { $0.text(0) }
      }
    }.value
  }

  func vanished(since modseq: Modseq, _ view: ViewKey) throws(StoreFault) -> [ClosedRange<UID>] {
    let key = view.mailbox
    return try published { connection throws(StoreFault) in
      if let member = view.member { return try vanished(since: modseq, key, for: member, connection) }
      return try inStore { () throws(DatabaseFault) in
        try connection.rows(
          MessageSQL.vanished, [.int(key.account.raw), .int(key.mailbox.raw), .int(Int64(clamping: modseq))]
        ) { UID(truncatingIfNeeded: $0.int(0))...UID(truncatingIfNeeded: $0.int(1)) }
      }
    }.value
  }

  // MARK: Messages

  func derived(_ email: EmailID, _ account: AccountID) throws(StoreFault) -> Derived? {
    let connection = try connection()
    return try inStore { () throws(DatabaseFault) in
      let statement = try connection.prepare(MessageSQL.derived)
      statement.bind(1, account.raw)
      statement.bind(2, email.raw)
      guard try statement.step() else { return nil }
      defer { statement.reset() }
      var derived = Derived(
        envelope: statement.bytes(0), structure: statement.bytes(1), preview: statement.text(2),
        sentAt: statement.optionalInt(6), messageID: statement.optionalText(4),
        threadKeys: statement.optionalText(5)?.split(separator: " ").map(String.init) ?? [],
        subject: statement.text(3)
      ).with(thread: statement.optionalInt(8))
      derived.authenticationResults = statement.optionalText(7)
      return derived
    }
  }
}

extension AccountEntry {
  /// The mailbox tree as a list, INBOX first, then by name.
  func infos(subscribed: Set<String>) -> [MailboxInfo] {
    var paths: [MailboxID: String] = [:]
    func path(_ entry: MailboxEntry) -> String {
      if let known = paths[entry.id] { return known }
      let above = mailboxes[entry.parent].map { path($0) + String(MailboxPath.separator) } ?? ""
      paths[entry.id] = above + entry.name
      return above + entry.name
    }
    let parents = Set(mailboxes.values.map(\.parent))
    let infos = mailboxes.values.map { entry in
      let name = path(entry)
      return MailboxInfo(
        id: entry.id, name: name, role: entry.role, isSelectable: entry.isSelectable,
        isSubscribed: subscribed.contains(name), hasChildren: parents.contains(entry.id),
        uidValidity: entry.uidValidity)
    }
    return infos.sorted { ($0.role != .inbox ? 1 : 0, $0.name) < ($1.role != .inbox ? 1 : 0, $1.name) }
  }
}
