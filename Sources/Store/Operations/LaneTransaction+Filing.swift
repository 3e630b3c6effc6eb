import Database

/// One message about to get a place.
struct NewMessage: Sendable {
  var plan: BlobPlan
  var derived: Derived
  var flags: Flags
  /// As `KeptDate`.
  var internalDate: Int64
  var resendKey: [UInt8] = PlaceRecord.noKey
  /// See `AppendItem`.
  var sentIdentity: [UInt8]?
  /// The item it had before, kept unless something else has it.
  var item: Int64?
  var savedAt: Int64?
  /// See `AppendItem`.
  var uniqueID: String?
}

extension LaneTransaction {
  /// The version of what `derived` holds; raise it when the parse changes, and `barid store reindex` knows what is old.
  static let derivedVersion: Int64 = 2

  /// Throws `.overQuota`, `.domainOverQuota` or `.diskFull` when `count` messages of `bytes` together may not be added.
  func checkRoom(_ account: AccountEntry, bytes: Int, count: Int = 1) throws(StoreFault) {
    if isLow { throw .diskFull }
    try checkQuota(account, bytes: bytes, count: count)
  }

  func checkQuota(_ account: AccountEntry, bytes: Int, count: Int) throws(StoreFault) {
    if let limit = account.byteLimit ?? options.byteLimit, account.usedBytes + Int64(bytes) > limit { throw .overQuota }
    if let limit = account.countLimit ?? options.countLimit, account.usedCount + Int64(count) > limit {
      throw .overQuota
    }
    // As published: what other batches do at this moment is not in it (`UsageTable`).
    if usages.roomInDomain(of: account.id, bytes: Int64(bytes), count: Int64(count)) != .enough {
      throw .domainOverQuota
    }
  }

  /// Stores the message's blob (unless the lane has it) and places it in the mailbox under a new UID.
  func file(
    _ message: NewMessage, in mailbox: MailboxEntry, of account: AccountEntry, modseq: Modseq
  ) throws(StoreFault) -> MessageRecord {
    willChange()
    let location = try store(message.plan)
    let (item, email) = try numbers(for: message, of: account)
    try insertEmail(email, message, account.id, modseq)
    try insertDerived(email, message.derived, account.id)
    let isInternationalized = message.derived.isInternationalized || message.plan.isTraceInternationalized
    if let wire = message.derived.wireSize { try insertWireSize(email, wire, account.id) }
    let record = MessageRecord(
      uid: try mailbox.takeUID(), flags: message.flags.union(isInternationalized ? .internationalized : []),
      modseq: modseq, size: message.plan.rawLength,
      internalDate: message.internalDate, savedAt: message.savedAt ?? now, email: email, item: item)
    try place(record, hash: message.plan.hash, resendKey: message.resendKey, in: mailbox, of: account)
    account.use(bytes: record.size, count: 1)
    arrivals.append(
      RecentMail.Arrival(
        key: .init(account: account.id, email: email), location: location,
        listing: .init(envelope: message.derived.envelope, structure: message.derived.structure)))
    return record
  }

  /// One counter serves items and emails: a new message's email has the number of its first item. One that comes back with its item is a
  /// new email all the same: the search index, which goes by their numbers, is past the old one.
  private func numbers(
    for message: NewMessage, of account: AccountEntry
  ) throws(StoreFault) -> (Int64, EmailID) {
    guard let wanted = message.item, wanted > 0, wanted < account.nextItem else {
      let item = account.takeItem()
      return (item, EmailID(raw: item))
    }
    let isTaken = try isPlaced(wanted, account.id)
    let fresh = account.takeItem()
    return (isTaken ? fresh : wanted, EmailID(raw: fresh))
  }

  /// Writes the placement row and its PLACE record, and shows it to those who have the mailbox open.
  func place(
    _ record: MessageRecord, hash: [UInt8], resendKey: [UInt8], in mailbox: MailboxEntry, of account: AccountEntry
  ) throws(StoreFault) {
    let statement = try prepare(MessageSQL.insertPlacement)
    statement.bind(1, account.id.raw)
    statement.bind(2, mailbox.id.raw)
    statement.bind(3, Int64(record.uid))
    statement.bind(4, record.email.raw)
    statement.bind(5, record.item)
    statement.bind(6, Int64(bitPattern: record.flags.rawValue))
    statement.bind(7, Int64(record.modseq))
    statement.bind(8, Int64(record.size))
    statement.bind(9, record.keptDate.rawValue)
    statement.bind(10, record.savedAt)
    try inStore { () throws(DatabaseFault) in try statement.run() }
    mailbox.touch(record.modseq)
    PlaceRecord(account: account.id, mailbox: mailbox.id, record: record, resendKey: resendKey)
      .encode(hash: hash, into: &scratch)
    segment.add(scratch)
    scratch.removeAll(keepingCapacity: true)
    note(placement: record.uid, email: record.email, mailbox: mailbox.id, account: account.id)
    edit(account.id, mailbox.id) { $0.table.added.append(record) }
  }

  /// Puts the blob into the segment, unless the lane has the same content already. Where it is, when it is new.
  @discardableResult
  func store(_ plan: BlobPlan) throws(StoreFault) -> BlobLocation? {
    willChange()
    let location = BlobLocation(
      segment: segment.number, offset: segment.next, length: plan.totalLength, rawLength: plan.rawLength,
      codec: plan.codec)
    let statement = try prepare(LaneSQL.insertBlob)
    statement.bind(1, 0)
    statement.bind(2, plan.hash)
    statement.bind(3, Int64(segment.number))
    statement.bind(4, Int64(segment.next))
    statement.bind(5, Int64(plan.totalLength))
    statement.bind(6, Int64(plan.rawLength))
    statement.bind(7, Int64(plan.codec.rawValue))
    statement.bind(8, 0)
    try inStore { () throws(DatabaseFault) in try statement.run() }
    guard connection.changes == 1 else {
      cache.namedAgain?.insert(plan.hash)
      return nil
    }
    segment.add(plan.head)
    if let frames = plan.frames { segment.add(frames) }
    return location
  }

  private func insertEmail(
    _ email: EmailID, _ message: NewMessage, _ account: AccountID, _ modseq: Modseq
  ) throws(StoreFault) {
    let statement = try prepare(MessageSQL.insertEmail)
    statement.bind(1, account.raw)
    statement.bind(2, email.raw)
    statement.bind(3, 0)
    statement.bind(4, message.plan.hash)
    statement.bind(5, Int64(message.plan.rawLength))
    statement.bind(6, message.derived.sentAt)
    statement.bind(7, Int64(modseq))
    statement.bind(8, try thread(of: email, message.derived.threadHashes, account))
    try inStore { () throws(DatabaseFault) in try statement.run() }
  }

  private func insertDerived(_ email: EmailID, _ derived: Derived, _ account: AccountID) throws(StoreFault) {
    let statement = try prepare(MessageSQL.insertDerived)
    statement.bind(1, account.raw)
    statement.bind(2, email.raw)
    statement.bind(3, Self.derivedVersion)
    statement.bind(4, derived.envelope)
    statement.bind(5, derived.structure)
    statement.bind(6, derived.preview)
    statement.bind(7, derived.subject)
    statement.bind(8, derived.messageID)
    statement.bind(9, derived.threadKeys.isEmpty ? nil : derived.threadKeys.joined(separator: " "))
    statement.bind(10, derived.authenticationResults)
    try inStore { () throws(DatabaseFault) in try statement.run() }
  }
}
