import CStore
import Database
import Glibc
import Logging
import Mail

/// The indexing thread of a lane: takes accounts with new messages, indexes them in parts, merges parts, rebuilds what is damaged.
///
/// It runs with the lowest priorities of CPU and disk: nothing waits for it.
final class SearchWriter {
  private let index: SearchIndex
  private let lane: Lane
  private let reader: LaneReader
  private let decoder = CharsetDecoder()
  private var connection: Connection?

  /// Messages and bytes read for one part.
  private static let batchCount = 1_024
  private static let batchBytes = 16 << 20
  /// Only so much of a message is read; what is behind is looked into when a search asks.
  private static let messageLimit = 32 << 20
  /// So many parts of one size become one.
  private static let fan = 8

  private init(_ index: SearchIndex, _ lane: Lane) {
    self.index = index
    self.lane = lane
    reader = LaneReader(lane)
  }

  static func serve(_ index: SearchIndex, _ lane: Lane) {
    cstore_step_back()
    let writer = SearchWriter(index, lane)
    while let work = index.takeWork() {
      writer.run(work)
      index.finishedWork()
    }
    index.stopped()
    writer.connection?.close()
  }

  private func run(_ work: SearchIndex.Work) {
    do throws(StoreFault) {
      if work.isDamaged { throw .damaged("found by a search") }
      try open()
      for account in work.removed { try remove(account) }
      for account in work.rebuilt { try remove(account) }
      for (account, emails) in work.forgotten { try forget(emails, account) }
      for account in work.dirty.union(work.rebuilt).sorted() where !work.removed.contains(account) {
        if index.isClosing { return }
        try update(account)
      }
      if !work.forgotten.isEmpty { try compact() }
    } catch {
      if index.isClosing { return }
      fail(error, work)
    }
  }

  /// A damaged file is thrown away and made anew; anything else is tried again with the next message.
  private func fail(_ fault: StoreFault, _ work: SearchIndex.Work) {
    connection?.close()
    connection = nil
    switch fault {
    case .damaged, .newer:
      index.logger.warning("rebuilding the search index", metadata: ["fault": "\(fault)"])
      throwAway()
      index.note(added: knownAccounts())
    case .closed: break
    default: index.logger.warning("could not write the search index", metadata: ["fault": "\(fault)"])
    }
  }

  private func throwAway() {
    for suffix in ["", "-wal", "-shm"] { unlink(index.path + suffix) }
    index.fileWasReplaced()
  }

  /// Everyone on the lane.
  private func knownAccounts() -> [AccountID] {
    do throws(StoreFault) { return try reader.accounts() } catch {
      index.logger.error("could not list the accounts to index", metadata: ["fault": "\(error)"])
      return []
    }
  }

  // MARK: The file

  private func open() throws(StoreFault) {
    if connection != nil { return }
    do throws(StoreFault) {
      connection = try inStore { () throws(DatabaseFault) in
        let made = try Connection(index.path, .rebuildable, cacheKiB: 4_096)
        let found = try made.schemaVersion()
        if found != 0, found != SearchSQL.version {
          made.close()
          throw DatabaseFault(
            .corrupt, "the search index has version \(found), this program makes \(SearchSQL.version)")
        }
        try made.migrate(SearchSQL.migrations)
        return made
      }
    } catch {
      guard case .damaged = error else { throw error }
      index.logger.notice("making a new search index", metadata: ["reason": "\(error)"])
      throwAway()
      connection = try inStore { () throws(DatabaseFault) in
        let made = try Connection(index.path, .rebuildable, cacheKiB: 4_096)
        try made.migrate(SearchSQL.migrations)
        return made
      }
      index.note(added: knownAccounts())
    }
    // The first transaction makes the file readable for searches.
    index.fileWasReplaced()
  }

  private func writing<R>(_ body: (Connection) throws(DatabaseFault) -> R) throws(StoreFault) -> R {
    guard let connection else { throw .closed }
    return try inStore { () throws(DatabaseFault) in
      try connection.transaction { () throws(DatabaseFault) in try body(connection) }
    }
  }

  private func reading<R>(_ body: (Connection) throws(DatabaseFault) -> R) throws(StoreFault) -> R {
    guard let connection else { throw .closed }
    return try inStore { () throws(DatabaseFault) in try body(connection) }
  }

  // MARK: Adding

  private func update(_ account: AccountID) throws(StoreFault) {
    var reach = try reading { connection throws(DatabaseFault) in
      try connection.first(SearchSQL.reach, [.int(account.raw)]) { $0.int(0) } ?? 0
    }
    let newest = try reader.newestEmail(of: account)
    if reach > 0, reach >= newest.next {
      // The account's counters went back (a restored backup): what the index says of these numbers is of other messages.
      index.logger.notice("the search index is ahead of its account", metadata: ["account": "\(account)"])
      try remove(account)
      reach = 0
    }
    while reach < newest.email, !index.isClosing {
      let (part, next) = try build(account, after: reach)
      guard next > reach else { return }
      try writing { connection throws(DatabaseFault) in
        if part.documents.count > 0 { try self.insert(part, account, connection) }
        try connection.run(SearchSQL.setReach, [.int(account.raw), .int(next)])
      }
      reach = next
      index.giveWay()
      try merge(account)
    }
  }

  /// A part of the next messages, and up to where it goes.
  private func build(_ account: AccountID, after reach: Int64) throws(StoreFault) -> (part: SearchPart, next: Int64) {
    let messages = try reader.following(reach, account, limit: Self.batchCount)
    var builder = SearchPartBuilder()
    var next = reach
    var bytes = 0
    for message in messages {
      if bytes > Self.batchBytes || index.isClosing { break }
      if let location = message.location {
        let length = min(location.rawLength, Self.messageLimit)
        if let content = try content(message.email, location, length, account) {
          builder.add(message.email, content, decoder: decoder, isWhole: length == location.rawLength)
          bytes += content.count
        }
      }
      next = message.email.raw
    }
    return (builder.finish(), next)
  }

  /// Nil for a message that is damaged or gone: nobody can look into it.
  private func content(
    _ email: EmailID, _ location: BlobLocation, _ length: Int, _ account: AccountID
  ) throws(StoreFault) -> [UInt8]? {
    do throws(StoreFault) { return try reader.blobs.read(location, range: 0..<length) } catch {
      // It may have been relocated since.
      do throws(StoreFault) {
        return try reader.blobs.read(try reader.location(of: email, account), range: 0..<length)
      } catch {
        switch error {
        case .damaged, .noSuchMessage:
          index.logger.error(
            "a message cannot be indexed",
            metadata: ["account": "\(account)", "email": "\(email)", "fault": "\(error)"])
          return nil
        default: throw error
        }
      }
    }
  }

  private func insert(_ part: SearchPart, _ account: AccountID, _ connection: Connection) throws(DatabaseFault) {
    let sections = part.sections
    let count = part.documents.count
    try connection.run(
      SearchSQL.insertPart,
      [
        .int(account.raw), .int(Int64(SearchPart.size(documents: count))), .int(Int64(count)), .int(Int64(part.bytes)),
        .bytes(sections.documents), .bytes(sections.columns), .bytes(sections.header), .bytes(sections.body),
      ])
  }

  // MARK: Merging

  /// Makes one part of many of the same size, until there are not so many.
  private func merge(_ account: AccountID) throws(StoreFault) {
    while !index.isClosing {
      let parts = try reading { connection throws(DatabaseFault) in
        try connection.rows(SearchSQL.parts, [.int(account.raw)]) {
          (number: $0.int(0), size: Int($0.int(1)), count: Int($0.int(2)), bytes: Int($0.int(3)))
        }
      }
      var bySize: [Int: [(number: Int64, count: Int, bytes: Int)]] = [:]
      for part in parts where part.count < SearchPart.documentLimit / 2 && part.bytes < SearchPart.byteLimit / 8 {
        bySize[part.size, default: []].append((part.number, part.count, part.bytes))
      }
      guard let group = bySize.filter({ $0.value.count >= Self.fan }).min(by: { $0.key < $1.key })?.value else {
        return
      }
      var chosen: [Int64] = []
      var count = 0
      var bytes = 0
      for part in group {
        if chosen.count > 1, count + part.count > SearchPart.documentLimit || bytes + part.bytes > SearchPart.byteLimit
        {
          break
        }
        chosen.append(part.number)
        count += part.count
        bytes += part.bytes
      }
      try replace(chosen, account)
    }
  }

  /// Writes parts anew as one, without what was deleted.
  private func replace(_ numbers: [Int64], _ account: AccountID) throws(StoreFault) {
    var parts: [SearchPart] = []
    for number in numbers { parts.append(try part(number)) }
    var gone = Set(
      try reading { connection throws(DatabaseFault) in
        try connection.rows(SearchSQL.forgotten, [.int(account.raw)]) { $0.int(0) }
      })
    let emails = parts.flatMap(\.documents.emails)
    gone.formUnion(try reader.missing(emails, account))
    guard let merged = SearchPart.merge(parts, keeps: { !gone.contains($0) }) else {
      throw .damaged("a part cannot be merged")
    }
    try writing { connection throws(DatabaseFault) in
      for number in numbers { try connection.run(SearchSQL.deletePart, [.int(number)]) }
      if merged.documents.count > 0 { try self.insert(merged, account, connection) }
      for email in emails where gone.contains(email) {
        try connection.run(SearchSQL.remember, [.int(account.raw), .int(email)])
      }
    }
  }

  private func part(_ number: Int64) throws(StoreFault) -> SearchPart {
    let sections = try reading { connection throws(DatabaseFault) in
      try connection.first(SearchSQL.whole, [.int(number)]) { row in
        (0..<4).map { column in row.withBytes(Int32(column)) { PartSection.unpack($0) } }
      }
    }
    guard let sections, let documents = sections[0].flatMap({ PartDocuments($0) }),
      let columns = sections[1].flatMap({ PartColumns($0, columns: MessageText.Column.allCases.count) }),
      let header = sections[2], let body = sections[3]
    else { throw .damaged("part \(number)") }
    var part = SearchPart()
    part.documents = documents
    part.columns = columns
    part.header = header
    part.body = body
    return part
  }

  // MARK: Removing

  private func remove(_ account: AccountID) throws(StoreFault) {
    try writing { connection throws(DatabaseFault) in
      for sql in [SearchSQL.deleteParts, SearchSQL.deleteReach, SearchSQL.rememberAll] {
        try connection.run(sql, [.int(account.raw)])
      }
    }
  }

  private func forget(_ emails: [EmailID], _ account: AccountID) throws(StoreFault) {
    try writing { connection throws(DatabaseFault) in
      for email in emails { try connection.run(SearchSQL.forget, [.int(account.raw), .int(email.raw)]) }
    }
  }

  /// Rewrites parts of which a quarter or more is deleted.
  private func compact() throws(StoreFault) {
    let accounts = try reading { connection throws(DatabaseFault) in
      try connection.rows(SearchSQL.accountsForgotten) { AccountID(raw: $0.int(0)) }
    }
    for account in accounts {
      let gone = try reading { connection throws(DatabaseFault) in
        try connection.rows(SearchSQL.forgotten, [.int(account.raw)]) { $0.int(0) }
      }
      let numbers = try reading { connection throws(DatabaseFault) in
        try connection.rows(SearchSQL.parts, [.int(account.raw)]) { $0.int(0) }
      }
      var left = Set(gone)
      for number in numbers {
        if index.isClosing { return }
        guard let documents = PartDocuments(try documents(of: number)) else { throw .damaged("part \(number)") }
        let dead = documents.emails.filter(left.contains)
        left.subtract(documents.emails)
        if !dead.isEmpty, dead.count * 4 >= documents.count { try replace([number], account) }
      }
      // Tombstones of messages that are in no part have nothing to say.
      let useless = left
      try writing { connection throws(DatabaseFault) in
        for email in useless { try connection.run(SearchSQL.remember, [.int(account.raw), .int(email)]) }
      }
    }
  }

  private func documents(of number: Int64) throws(StoreFault) -> [UInt8] {
    let found = try reading { connection throws(DatabaseFault) in
      try connection.first(SearchSQL.documents, [.int(number)]) { row in row.withBytes(0) { PartSection.unpack($0) } }
    }
    guard let bytes = found ?? nil else { throw .damaged("part \(number)") }
    return bytes
  }
}
