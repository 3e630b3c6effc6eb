import Database

// A message that was sent lies in Sent once, whether the server or a client brought it there first.
extension LaneTransaction {
  /// The place of the same message in `mailbox`, if it came there within the window and is still there.
  func sentCopy(_ identity: [UInt8], in mailbox: MailboxEntry, of account: AccountID) throws(StoreFault) -> UID? {
    let found = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.sentCopy, [.int(account.raw), .bytes(identity)]) { ($0.int(0), $0.int(1)) }
    }
    guard let (item, at) = found, isTimeInDoubt || now - at < options.sentWindow else { return nil }
    let place = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.uidOfItem, [.int(account.raw), .int(item)]) { ($0.int(0), $0.int(1)) }
    }
    guard let place, place.0 == mailbox.id.raw else { return nil }
    return UID(truncatingIfNeeded: place.1)
  }

  /// Notes where it lies now; what is older than the window is forgotten on the way, so that a day's messages are all there is.
  func noteSentCopy(_ identity: [UInt8], item: Int64, of account: AccountID) throws(StoreFault) {
    willChange()
    if !isTimeInDoubt {
      try run(MessageSQL.forgetSentCopies, [.int(account.raw), .int(now - options.sentWindow)])
    }
    try run(MessageSQL.noteSentCopy, [.int(account.raw), .bytes(identity), .int(item), .int(now)])
  }

  /// Files the sender's own copy. A message that is in Sent already stays the only one.
  func fileSentCopy(
    _ recipient: DeliveryPlan.Recipient, _ plan: DeliveryPlan, _ copy: SentCopyPlan
  ) throws(StoreFault) -> DeliveryOutcome.Fate {
    let key = ResendKey(account: recipient.account, bytes: recipient.resendKey)
    if let at = keysAdded[key] ?? cache.lostReplies[key], isTimeInDoubt || now - at < options.resendWindow {
      return .filedBefore
    }
    let owner: AccountEntry
    do {
      owner = try account(recipient.account)
      try checkQuota(owner, bytes: copy.blob.rawLength, count: 1)
    } catch {
      switch error {
      case .noSuchAccount, .overQuota, .domainOverQuota: return .refused(error)
      default: throw error
      }
    }
    let sent = try sentMailbox(of: owner)
    if let identity = copy.identity, try sentCopy(identity, in: sent, of: owner.id) != nil { return .filedBefore }
    willChange()
    let message = NewMessage(
      plan: copy.blob, derived: copy.derived, flags: recipient.flags, internalDate: now,
      resendKey: recipient.resendKey)
    let record = try file(message, in: sent, of: owner, modseq: owner.takeModseq())
    if let identity = copy.identity { try noteSentCopy(identity, item: record.item, of: owner.id) }
    return .filed(mailbox: sent.id, uid: record.uid)
  }

  /// The mailbox with the role; one named Sent where there is none. It is made again when a person has deleted it.
  private func sentMailbox(of owner: AccountEntry) throws(StoreFault) -> MailboxEntry {
    for entry in owner.mailboxes.values where entry.isSelectable && entry.role == .sent { return entry }
    if let entry = owner.child(named: "Sent", of: MailboxEntry.top), entry.isSelectable { return entry }
    let made = try createMailbox(try MailboxPath("Sent"), role: .sent, of: owner.id)
    try runOnTree(AccountSQL.subscribe, [.int(owner.id.raw), .text("Sent")])
    return try owner.mailbox(made.id)
  }
}

/// The sender's own copy of a submission: its content differs from the recipients' (no trace, Bcc kept).
struct SentCopyPlan: Sendable {
  var blob: BlobPlan
  var derived: Derived
  var identity: [UInt8]?
}
