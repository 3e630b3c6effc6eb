import Crypto
import Database

/// One delivery as a lane sees it: its own recipients, and (on the first lane) those whose lanes come later.
struct DeliveryPlan: Sendable {
  struct Recipient: Sendable {
    /// Its place in the list that `deliver` was given.
    var number: Int
    var account: AccountID
    var role: MailboxRole
    var flags: Flags
    var resendKey: [UInt8]
    /// The author's own copy; always on the delivery's first lane.
    var sentCopy: SentCopyPlan?
  }
  var blob: BlobPlan
  var derived: Derived
  var sender: String
  var here: [Recipient]
  var elsewhere: [Recipient] = []
}

/// What a lane did with a delivery.
struct LaneOutcome: Sendable {
  var fates: [(number: Int, fate: DeliveryOutcome.Fate)] = []
  /// Names the durable intent when there are recipients elsewhere.
  var qid: Int64?
}

extension ResendKey {
  /// The first 16 bytes of SHA-256 over sender, account, the message as it came (without trace header), and the mailbox's role where it
  /// is not INBOX.
  static func bytes(
    sender: String, account: AccountID, message: [UInt8], role: MailboxRole = .inbox
  ) -> [UInt8] {
    var input = Array(sender.utf8)
    input.append(0)
    input.appendLittle(account.raw)
    input += message
    if role != .inbox { input += Array(role.rawValue.utf8) }
    return Array(SHA256.hash(data: input).prefix(16))
  }

  /// As a `filed.delivery_key`: "r" and the bytes.
  var deliveryKey: [UInt8] { [UInt8(ascii: "r")] + bytes }
}

/// `filed.delivery_key` of a recipient on another lane than the intent's: "i", lane, intent, number.
func intentKey(lane: Int, qid: Int64, number: Int) -> [UInt8] {
  var key = [UInt8(ascii: "i"), UInt8(truncatingIfNeeded: lane)]
  key.appendLittle(qid)
  key.appendLittle(UInt32(truncatingIfNeeded: number))
  return key
}

/// A `filed` row of `intentKey`, read back.
struct IntentKey: Sendable {
  var account: AccountID
  var bytes: [UInt8]

  /// The intent's lane.
  var home: Int { bytes.count > 1 ? Int(bytes[1]) : -1 }
  var qid: Int64 {
    bytes.dropFirst(2).prefix(8).reversed().reduce(0) { $0 << 8 | Int64($1) }
  }
}

extension Array {
  /// `filter` with a typed throw.
  func filterFaulty<E: Error>(_ isIncluded: (Element) throws(E) -> Bool) throws(E) -> [Element] {
    var result: [Element] = []
    for element in self where try isIncluded(element) { result.append(element) }
    return result
  }
}

extension LaneTransaction {
  /// `queue.flags` of an intent: file locally, nothing leaves the house.
  static let intentFlag: Int64 = 1

  /// Files the message for the recipients here, and with others elsewhere writes the intent (invariant 5).
  func deliver(_ plan: DeliveryPlan) throws(StoreFault) -> LaneOutcome {
    if isLow { throw .diskFull }
    var outcome = LaneOutcome()
    var isAccepted = !plan.elsewhere.isEmpty
    var fault = StoreFault.noSuchAccount
    for recipient in plan.here where recipient.sentCopy == nil {
      let fate = try fate(recipient, plan)
      if case .refused(let reason) = fate { fault = reason } else { isAccepted = true }
      outcome.fates.append((recipient.number, fate))
    }
    // What nobody gets was not sent.
    for recipient in plan.here {
      guard let copy = recipient.sentCopy else { continue }
      outcome.fates.append((recipient.number, isAccepted ? try fileSentCopy(recipient, plan, copy) : .refused(fault)))
    }
    if !plan.elsewhere.isEmpty { outcome.qid = try writeIntent(plan) }
    return outcome
  }

  private func fate(
    _ recipient: DeliveryPlan.Recipient, _ plan: DeliveryPlan
  ) throws(StoreFault) -> DeliveryOutcome.Fate {
    let key = ResendKey(account: recipient.account, bytes: recipient.resendKey)
    if let at = keysAdded[key] ?? cache.lostReplies[key], isTimeInDoubt || now - at < options.resendWindow {
      return .filedBefore
    }
    let owner: AccountEntry
    do {
      owner = try account(recipient.account)
      try checkQuota(owner, bytes: plan.blob.rawLength, count: 1)
    } catch {
      switch error {
      case .noSuchAccount, .overQuota, .domainOverQuota: return .refused(error)
      default: throw error
      }
    }
    let mailbox = try owner.mailbox(for: recipient.role)
    let record = try file(recipient, plan, in: mailbox, of: owner)
    return .filed(mailbox: mailbox.id, uid: record.uid)
  }

  private func file(
    _ recipient: DeliveryPlan.Recipient, _ plan: DeliveryPlan, in mailbox: MailboxEntry, of owner: AccountEntry
  ) throws(StoreFault) -> MessageRecord {
    willChange()
    let message = NewMessage(
      plan: plan.blob, derived: plan.derived, flags: recipient.flags, internalDate: now,
      resendKey: recipient.resendKey)
    return try file(message, in: mailbox, of: owner, modseq: owner.takeModseq())
  }

  // MARK: Recipients on other lanes

  private func writeIntent(_ plan: DeliveryPlan) throws(StoreFault) -> Int64 {
    willChange()
    try store(plan.blob)
    let qid = cache.nextQueueID
    cache.nextQueueID += 1
    try run(
      LaneSQL.insertQueue,
      [0, .int(qid), 0, .bytes(plan.blob.hash), .text(plan.sender), .int(now), .int(Self.intentFlag)])
    for recipient in plan.elsewhere {
      try run(
        LaneSQL.insertRecipient,
        [0, .int(qid), .int(Int64(recipient.number)), .text(recipient.intentText), 0, .int(now)])
    }
    note(intent: qid)
    return qid
  }

  /// Files for one recipient of an intent on another lane; done before = nothing to do. Quota was asked before the intent.
  func fileIntent(
    _ recipient: DeliveryPlan.Recipient, key: [UInt8], _ plan: DeliveryPlan
  ) throws(StoreFault) -> DeliveryOutcome.Fate {
    let isFiled = try inStore { () throws(DatabaseFault) in
      try connection.first(LaneSQL.isFiled, [.int(recipient.account.raw), .bytes(key)]) { _ in true }
    }
    if isFiled == true { return .filedBefore }
    // Invariant 6 holds on every lane: the intent may be a resend of what this lane filed. A key is there only beside its copy.
    if recipient.resendKey != PlaceRecord.noKey {
      let resend = ResendKey(account: recipient.account, bytes: recipient.resendKey)
      if let at = keysAdded[resend] ?? cache.lostReplies[resend],
        isTimeInDoubt || now - at < options.resendWindow
      {
        return .filedBefore
      }
    }
    let owner = try account(recipient.account)
    let mailbox = try owner.mailbox(for: recipient.role)
    let record = try file(recipient, plan, in: mailbox, of: owner)
    try run(LaneSQL.insertFiled, [.int(recipient.account.raw), .bytes(key), .int(now)])
    note(filed: key, of: recipient.account)
    return .filed(mailbox: mailbox.id, uid: record.uid)
  }

  /// Recipients `numbers` of the intent are safe on their lanes.
  func settle(intent qid: Int64, numbers: [Int]) throws(StoreFault) {
    willChange()
    for number in numbers { try run(LaneSQL.deleteRecipient, [0, .int(qid), .int(Int64(number))]) }
    let left = try inStore { () throws(DatabaseFault) in
      try connection.first(LaneSQL.recipientCount, [0, .int(qid)]) { $0.int(0) }
    }
    guard left == 0 else { return }
    let hash = try inStore { () throws(DatabaseFault) in
      try connection.first(LaneSQL.intent, [0, .int(qid)]) { $0.bytes(1) }
    }
    try run(LaneSQL.deleteQueue, [0, .int(qid)])
    if let hash { try run(CollectionSQL.insertUnnamed, [0, .bytes(hash)]) }
  }

  /// The intent is settled for good: its keys on this lane have done their duty.
  func forgetIntent(_ recipients: [DeliveryPlan.Recipient], qid: Int64, home: Int) throws(StoreFault) {
    willChange()
    for recipient in recipients {
      let key = intentKey(lane: home, qid: qid, number: recipient.number)
      try run(LaneSQL.deleteFiled, [.int(recipient.account.raw), .bytes(key)])
    }
  }

  /// Remembers deliveries whose 250 may not have arrived (invariant 6).
  func remember(_ keys: [ResendKey]) throws(StoreFault) {
    willChange()
    for key in keys {
      try run(LaneSQL.insertFiled, [.int(key.account.raw), .bytes(key.deliveryKey), .int(now)])
      keysAdded[key] = now
    }
  }

  /// Forgets those whose days are over.
  func forgetOldReplies() throws(StoreFault) {
    if isTimeInDoubt { return }
    for (key, at) in cache.lostReplies where now - at >= options.resendWindow && keysAdded[key] == nil {
      willChange()
      try run(LaneSQL.deleteFiled, [.int(key.account.raw), .bytes(key.deliveryKey)])
      keysForgotten.append(key)
    }
  }
}

extension DeliveryPlan.Recipient {
  /// For `rcpt.addr`: account, role, flags, and the resend key in hexadecimal.
  var intentText: String {
    let key = resendKey.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(account.raw) \(role.rawValue) \(flags.rawValue) \(key)"
  }

  init?(number: Int, intentText: String) {
    let parts = intentText.split(separator: " ")
    guard parts.count == 3 || parts.count == 4, let account = Int64(parts[0]),
      let role = MailboxRole(rawValue: String(parts[1])),
      let flags = UInt64(parts[2])
    else { return nil }
    self.init(
      number: number, account: AccountID(raw: account), role: role, flags: Flags(rawValue: flags),
      resendKey: parts.count == 4 ? Self.octets(parts[3]) ?? PlaceRecord.noKey : PlaceRecord.noKey)
  }

  private static func octets(_ hex: Substring) -> [UInt8]? {
    var octets: [UInt8] = []
    var rest = hex.utf8[...]
    while !rest.isEmpty {
      guard let octet = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
      octets.append(octet)
      rest = rest.dropFirst(2)
    }
    return octets.count == PlaceRecord.noKey.count ? octets : nil
  }
}
