import Database
import Glibc
import Logging

extension LaneWriter {
  /// Opens the lane's index and newest segment and brings both to the last acknowledged state.
  static func open(_ lane: Lane, _ syncer: SegmentSyncer) throws(StoreFault) -> (LaneWriter, Lane.Opened) {
    let connection = try inStore { () throws(DatabaseFault) in
      let connection = try Connection(lane.indexPath, .writer, cacheKiB: 16_384)
      try connection.migrate(Schema.migrations)
      try connection.takeOverLog()
      return connection
    }
    do throws(StoreFault) {
      return try open(lane, syncer, connection)
    } catch {
      connection.close()
      throw error
    }
  }

  private static func open(
    _ lane: Lane, _ syncer: SegmentSyncer, _ connection: Connection
  ) throws(StoreFault) -> (LaneWriter, Lane.Opened) {
    guard let found = try inStore({ () throws(DatabaseFault) in try LaneState.read(connection) }) else {
      return try make(lane, syncer, connection)
    }
    lane.clock.learn(seen: found.timeSeen)
    let recovery = Recovery(lane: lane, connection: connection, state: found)
    let segment = try recovery.recoverSegment()
    let writer = LaneWriter(lane, syncer, connection, recovery.state, segment)
    try recovery.clearSegments()
    if !found.isClean { try recovery.recallRecentDeliveries() }
    writer.cache.lostReplies = try recovery.lostReplies()
    lane.usages.update(try recovery.usages(), removed: [])
    lane.access.update(
      try inStore { () throws(DatabaseFault) in try AccessEntry.readAll(connection) }, removed: [])
    lane.members.update(
      try inStore { () throws(DatabaseFault) in try Membership.readAll(connection) }, removed: [])
    return (
      writer, Lane.Opened(accounts: try recovery.accounts(), wasClean: found.isClean, lostRows: recovery.dropped)
    )
  }

  /// A new lane: the first segment is durable before the index names it.
  private static func make(
    _ lane: Lane, _ syncer: SegmentSyncer, _ connection: Connection
  ) throws(StoreFault) -> (LaneWriter, Lane.Opened) {
    let descriptor = try lane.segments.create(1)
    let state = LaneState()
    try inStore { () throws(DatabaseFault) in
      try connection.transaction { () throws(DatabaseFault) in try state.write(connection, LaneSQL.insertState) }
    }
    let segment = SegmentWriter(number: 1, descriptor: descriptor, end: SegmentFolder.start)
    return (
      LaneWriter(lane, syncer, connection, state, segment), Lane.Opened(accounts: [], wasClean: true, lostRows: 0)
    )
  }
}

/// Brings a lane back after a crash. Bounded: it looks at the records of one batch (and of the last seconds), never at all mail.
final class Recovery {
  let lane: Lane
  let connection: Connection
  private(set) var state: LaneState
  /// Messages that were never acknowledged and whose bytes did not reach the disk.
  private(set) var dropped = 0

  init(lane: Lane, connection: Connection, state: LaneState) {
    self.lane = lane
    self.connection = connection
    self.state = state
  }

  /// Invariant 3: the newest batch is checked record by record; what is torn is dropped with the rows that name it.
  func recoverSegment() throws(StoreFault) -> SegmentWriter {
    let descriptor: Descriptor
    let length: Int
    do throws(StoreFault) {
      descriptor = try lane.segments.descriptor(state.segment)
      length = try descriptor.length()
    } catch { return try startAfterDamage("the newest segment cannot be opened (\(error))") }
    // Below `synced` everything was acknowledged: a shorter file is damage, and never cut.
    if length < state.synced {
      return try startAfterDamage("the newest segment is \(state.synced - length) bytes too short")
    }
    let valid = try validEnd(descriptor, min(length, state.ended))
    if valid < state.ended {
      lane.logger.warning(
        "dropping a batch that was never acknowledged",
        metadata: ["segment": "\(state.segment)", "from": "\(valid)", "to": "\(state.ended)"])
      try dropRows(from: valid)
    }
    if length > valid { try descriptor.truncate(to: valid) }
    if valid > state.synced || length > valid { try settle(descriptor, valid) }
    if valid != state.synced || valid != state.ended || !state.added.isEmpty {
      state.synced = valid
      state.ended = valid
      state.added = []
      try inStore { () throws(DatabaseFault) in
        try connection.transaction { () throws(DatabaseFault) in try state.write(connection) }
      }
    }
    return SegmentWriter(number: state.segment, descriptor: descriptor, end: valid)
  }

  /// The end of the last sound record of the newest batch.
  private func validEnd(_ descriptor: Descriptor, _ limit: Int) throws(StoreFault) -> Int {
    var next = state.synced
    while next < limit {
      guard let header = try descriptor.bytes(SegmentRecord.headerLength, at: next),
        let record = header.withUnsafeBytes({ SegmentRecord($0) }), next + record.totalLength <= limit,
        try isSound(record, descriptor, next + SegmentRecord.headerLength)
      else { break }
      next += record.totalLength
    }
    return next
  }

  private func isSound(_ record: SegmentRecord, _ descriptor: Descriptor, _ start: Int) throws(StoreFault) -> Bool {
    switch record.codec {
    case .packed: return false
    case .plain:
      guard let payload = try descriptor.bytes(record.storedLength, at: start) else { return false }
      return payload.withUnsafeBytes { Checksum.crc32($0) } == record.crc
    case .framed:
      let location = BlobLocation(
        segment: state.segment, offset: start - SegmentRecord.headerLength, length: record.totalLength,
        rawLength: record.rawLength, codec: .framed)
      return try BlobReader(segments: lane.segments).isSound(location)
    }
  }

  /// After a failed sync the page cache can show bytes that are not on the disk: written again, they are dirty again and get there.
  private func settle(_ descriptor: Descriptor, _ end: Int) throws(StoreFault) {
    var next = state.synced
    while next < end {
      let count = min(1 << 20, end - next)
      guard let bytes = try descriptor.bytes(count, at: next) else { throw .io("the newest segment shrank") }
      try bytes.withFaulty { bytes throws(StoreFault) in try descriptor.write(bytes, at: next) }
      next += count
    }
    try descriptor.sync()
  }

  /// Removes the newest batch's rows whose blob lies at or behind `valid`; with `whole` all that it added, also what shares an older
  /// blob. Counters stay where they are, so nothing is given out twice.
  private func dropRows(from valid: Int, whole: Bool = false) throws(StoreFault) {
    guard let rows = AddedRows.rows(state.added) else { throw .damaged("the lane's list of new rows") }
    try inStore { () throws(DatabaseFault) in
      try connection.transaction { () throws(DatabaseFault) in
        var lost: Set<[UInt8]> = []
        var isDropped = false
        let torn = try whole ? Set(rows.indices) : tornImports(rows, valid)
        for (number, row) in rows.enumerated() {
          switch row {
          case .placement(let account, let mailbox, let uid, let email):
            let hash = try lostHash(of: email, account, valid)
            if let hash { lost.insert(hash) }
            isDropped = hash != nil || torn.contains(number)
            if isDropped { try drop(uid, email, mailbox, account) }
          case .imported(let account, let key, _, let before):
            guard torn.contains(number) else { continue }
            if let before {
              try before.write(of: account, connection)
            } else {
              try ImportMark.delete(key, of: account, connection)
            }
          case .filed(let account, let key):
            if isDropped { try connection.run(LaneSQL.deleteFiled, [.int(account.raw), .bytes(key)]) }
          case .intent(let qid):
            let hash = try connection.first(LaneSQL.intent, [0, .int(qid)]) { $0.bytes(1) }
            guard let hash else { continue }
            let isLost = try isLost(hash, valid)
            guard isLost || whole else { continue }
            if isLost { lost.insert(hash) } else { try connection.run(CollectionSQL.insertUnnamed, [0, .bytes(hash)]) }
            try connection.run(LaneSQL.deleteRecipients, [0, .int(qid)])
            try connection.run(LaneSQL.deleteQueue, [0, .int(qid)])
          }
        }
        // Emails go after all placements were looked up: several can share one.
        for (number, row) in rows.enumerated() {
          guard case .placement(let account, _, _, let email) = row else { continue }
          try dropEmail([.int(account.raw), .int(email.raw)], lost, whole: torn.contains(number))
        }
        for hash in lost { try connection.run(LaneSQL.deleteBlob, [0, .bytes(hash)]) }
        if whole {
          state.added = []
          try state.write(connection)
        }
      }
    }
  }

  /// The rows of imports that lost a message: all of it goes, because the mark that goes back with it speaks of all.
  private func tornImports(_ rows: [AddedRows.Row], _ valid: Int) throws(DatabaseFault) -> Set<Int> {
    var torn: Set<Int> = []
    for (number, row) in rows.enumerated() {
      guard case .imported(_, _, let count, _) = row else { continue }
      let own = max(0, number - count)..<number
      for case .placement(let account, _, _, let email) in rows[own]
      where try lostHash(of: email, account, valid) != nil {
        torn.formUnion(own)
        torn.insert(number)
        break
      }
    }
    return torn
  }

  /// An email of the dropped batch goes when its blob is lost, or when nothing names it any more.
  private func dropEmail(_ key: [SQLValue], _ lost: Set<[UInt8]>, whole: Bool) throws(DatabaseFault) {
    guard let hash = try connection.first(MessageSQL.emailBlob, key, { $0.bytes(1) }) else { return }
    if !lost.contains(hash) {
      guard whole, try connection.first(CollectionSQL.isNamed, key, { _ in true }) == nil else { return }
      try connection.run(CollectionSQL.insertUnnamed, [0, .bytes(hash)])
    }
    try connection.run(MessageSQL.deleteEmail, key)
    try connection.run(MessageSQL.deleteDerived, key)
  }

  /// The newest batch is in the index, and the sync of its blobs failed: nobody was told of it, and what it added goes again, so that
  /// readers need not wait for it for ever. `published` is the batch before it.
  func takeBack(to published: Int64) throws(StoreFault) {
    state.batch = published
    state.ended = state.synced
    try dropRows(from: state.synced, whole: true)
  }

  private func lostHash(of email: EmailID, _ account: AccountID, _ valid: Int) throws(DatabaseFault) -> [UInt8]? {
    let hash = try connection.first(MessageSQL.emailBlob, [.int(account.raw), .int(email.raw)]) { $0.bytes(1) }
    guard let hash, try isLost(hash, valid) else { return nil }
    return hash
  }

  private func isLost(_ hash: [UInt8], _ valid: Int) throws(DatabaseFault) -> Bool {
    let place = try connection.first(LaneSQL.blob, [0, .bytes(hash)]) { ($0.int(0), $0.int(1)) }
    guard let place else { return false }
    return place.0 == Int64(state.segment) && place.1 >= Int64(valid)
  }

  private func drop(
    _ uid: UID, _ email: EmailID, _ mailbox: MailboxID, _ account: AccountID
  ) throws(DatabaseFault) {
    let size = try connection.first(MessageSQL.emailBlob, [.int(account.raw), .int(email.raw)]) { $0.int(2) } ?? 0
    // Nobody was given its unique id: it is free for the message when it comes again.
    try connection.run(POPSQL.dropUIDL, [.int(account.raw), .int(mailbox.raw), .int(Int64(uid))])
    try connection.run(
      MessageSQL.deletePlacements, [.int(account.raw), .int(mailbox.raw), .int(Int64(uid)), .int(Int64(uid)), 0])
    try connection.run(MemberSQL.deleteState, [.int(account.raw), .int(mailbox.raw), .int(Int64(uid))])
    try connection.run(AccountSQL.takeFromUsed, [.int(account.raw), .int(size)])
    dropped += 1
  }

  /// The newest segment is damaged below what was acknowledged: left as it is, new mail goes to the next one.
  private func startAfterDamage(_ what: String) throws(StoreFault) -> SegmentWriter {
    lane.logger.critical("damaged", metadata: ["what": "\(what)", "segment": "\(state.segment)"])
    let descriptor = try lane.segments.create(state.segment + 1)
    state.segment += 1
    state.synced = SegmentFolder.start
    state.ended = SegmentFolder.start
    state.added = []
    try inStore { () throws(DatabaseFault) in
      try connection.transaction { () throws(DatabaseFault) in try state.write(connection) }
    }
    return SegmentWriter(number: state.segment, descriptor: descriptor, end: SegmentFolder.start)
  }

  // MARK: Compaction

  /// Segments that compaction had made and not named yet, and those that the index had let go of already, are files too many.
  func clearSegments() throws(StoreFault) {
    var states: [Int: SegmentState] = [:]
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(CollectionSQL.segments) { ($0.int(0), $0.int(1)) }
    }
    for (number, state) in rows { states[Int(number)] = SegmentState(rawValue: state) }
    for number in try lane.segments.numbers() {
      switch states[number] {
      case .packed, .damaged: continue
      case nil where number < SegmentFolder.firstPacked: continue
      case nil, .emptied, .removed: try lane.segments.remove(number)
      }
    }
  }

  // MARK: Replies that may be lost

  /// Invariant 6: after a crash every delivery of the last seconds may have lost its 250.
  func recallRecentDeliveries() throws(StoreFault) {
    var keys: [ResendKey] = []
    for number in min(state.recentSegment, state.segment)...state.segment {
      let start = number == state.recentSegment ? state.recentOffset : SegmentFolder.start
      do throws(StoreFault) {
        let descriptor = try lane.segments.descriptor(number)
        keys += try resendKeys(descriptor, from: start, to: try descriptor.length())
      } catch {
        lane.logger.error(
          "could not look for recent deliveries", metadata: ["segment": "\(number)", "fault": "\(error)"])
      }
    }
    if keys.isEmpty { return }
    let now = lane.options.now()
    try inStore { () throws(DatabaseFault) in
      try connection.transaction { () throws(DatabaseFault) in
        for key in keys {
          try connection.run(LaneSQL.insertFiled, [.int(key.account.raw), .bytes(key.deliveryKey), .int(now)])
        }
      }
    }
  }

  private func resendKeys(_ descriptor: Descriptor, from start: Int, to end: Int) throws(StoreFault) -> [ResendKey] {
    var keys: [ResendKey] = []
    var next = start
    while next < end {
      guard let head = try descriptor.bytes(min(SegmentRecord.headerLength + PlaceRecord.length, end - next), at: next),
        let record = head.withUnsafeBytes({ SegmentRecord($0) })
      else { break }
      if record.kind == .place,
        let place = head.withUnsafeBytes({
          PlaceRecord(UnsafeRawBufferPointer(rebasing: $0[SegmentRecord.headerLength...]))
        }), place.resendKey != PlaceRecord.noKey
      {
        keys.append(ResendKey(account: AccountID(raw: place.account), bytes: place.resendKey))
      }
      next += record.totalLength
    }
    return keys
  }

  func lostReplies() throws(StoreFault) -> [ResendKey: Int64] {
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(LaneSQL.allFiled) { (AccountID(raw: $0.int(0)), $0.bytes(1), $0.int(2)) }
    }
    let moment = lane.clock.moment
    var found: [ResendKey: Int64] = [:]
    for (account, key, at) in rows where key.first == UInt8(ascii: "r") {
      if !moment.isInDoubt, moment.now - at >= lane.options.resendWindow {
        try inStore { () throws(DatabaseFault) in
          try connection.run(LaneSQL.deleteFiled, [.int(account.raw), .bytes(key)])
        }
      } else {
        found[ResendKey(account: account, bytes: Array(key.dropFirst()))] = at
      }
    }
    return found
  }

  func usages() throws(StoreFault) -> [AccountID: Usage] {
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(AccountSQL.usages) { row in
        (
          AccountID(raw: row.int(0)),
          Usage(bytes: row.int(1), count: row.int(2), byteLimit: row.optionalInt(3), countLimit: row.optionalInt(4))
        )
      }
    }
    return Dictionary(rows) { first, _ in first }
  }

  func accounts() throws(StoreFault) -> [AccountID] {
    try inStore { () throws(DatabaseFault) in
      try connection.rows(AccountSQL.accounts) { AccountID(raw: $0.int(0)) }
    }
  }
}
