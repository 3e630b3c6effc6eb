import Database

extension LaneTransaction {
  /// False: more entries than `limits` allow; nothing is changed.
  func annotate(
    _ changes: [AnnotationChange], of mailbox: MailboxID?, of account: AccountID, by who: AccountID,
    _ limits: AnnotationLimits
  ) throws(StoreFault) -> Bool {
    let owner = try self.account(account)
    if let mailbox { _ = try owner.mailbox(mailbox) }
    let place = mailbox?.raw ?? 0
    var known = Set(try annotations(of: mailbox, account, for: who).map(\.entry))
    for change in changes {
      if change.value == nil { known.remove(change.entry) } else { known.insert(change.entry) }
    }
    if known.count > limits.entries, changes.contains(where: { $0.value != nil }) { return false }
    if isLow, changes.contains(where: { $0.value != nil }) { throw .diskFull }
    willChange()
    for change in changes {
      let owner = Annotation.owner(of: change.entry, who)
      let values: [SQLValue] = [.int(account.raw), .int(place), .int(owner), .text(change.entry)]
      if let value = change.value {
        try run(MetadataSQL.put, values + [.bytes(value)])
      } else {
        try run(MetadataSQL.remove, values)
      }
    }
    // Private entries of somebody else's are no news for the owner.
    let told = changes.map(\.entry).filter { who == account || Annotation.owner(of: $0, who) == 0 }
    if !told.isEmpty { note(.annotated(mailbox, entries: told), account) }
    return true
  }

  private func annotations(
    of mailbox: MailboxID?, _ account: AccountID, for who: AccountID
  ) throws(StoreFault) -> [Annotation] {
    try inStore { () throws(DatabaseFault) in try Annotation.read(connection, mailbox, account, for: who) }
  }

  /// RFC 5464 §4.1: they go with the mailbox.
  func removeAnnotations(of mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    try run(MetadataSQL.removeAll, [.int(account.raw), .int(mailbox.raw)])
  }

  /// RFC 5464 §4.1: INBOX keeps its own when it is renamed, the new mailbox gets them too.
  func copyAnnotations(of mailbox: MailboxID, to new: MailboxID, _ account: AccountID) throws(StoreFault) {
    try run(MetadataSQL.copy, [.int(account.raw), .int(mailbox.raw), .int(new.raw)])
  }
}

extension LaneReader {
  func annotations(
    of mailbox: MailboxID?, _ account: AccountID, for who: AccountID
  ) throws(StoreFault) -> [Annotation] {
    try published { connection throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in try Annotation.read(connection, mailbox, account, for: who) }
    }.value
  }
}

extension Annotation {
  /// `metadata.who` of an entry.
  static func owner(of entry: String, _ account: AccountID) -> Int64 { entry.hasPrefix("/private/") ? account.raw : 0 }

  static func read(
    _ connection: Connection, _ mailbox: MailboxID?, _ account: AccountID, for who: AccountID
  ) throws(DatabaseFault) -> [Annotation] {
    try connection.rows(
      MetadataSQL.read, [.int(account.raw), .int(mailbox?.raw ?? 0), .int(who.raw)]
    ) { Annotation(entry: $0.text(0), value: $0.bytes(1)) }
  }
}
