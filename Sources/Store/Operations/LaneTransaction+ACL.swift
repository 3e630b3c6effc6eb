import Database

// Access lists (RFC 4314). Whoever has the mailbox open is woken, so that what was taken from him ends at once.
extension LaneTransaction {
  /// The most rows of one list.
  static let accessLimit = 1_000

  /// SETACL and DELETEACL. Throws `.tooManyRights`.
  func setAccess(
    _ identifier: AccessIdentifier, _ change: AccessChange, in mailbox: MailboxID, of account: AccountID
  ) throws(StoreFault) {
    _ = try self.account(account).mailbox(mailbox)
    let list = try access(mailbox, account)
    let place = list.firstIndex { $0.identifier == identifier }
    let isOwner = identifier == AccessIdentifier(account)
    // An owner without a row has everything: what is added or taken goes from there.
    let before = place.map { list[$0].rights } ?? (isOwner ? .all : [])
    var rights: AccessRights? =
      switch change {
      case .replace(let rights): rights
      case .add(let rights): before.union(rights)
      case .remove(let rights): before.subtracting(rights)
      case .delete: nil
      }
    // A row that gives nothing says nothing, but for the owner, whose missing row says everything.
    if !isOwner, rights?.isEmpty == true { rights = nil }
    if place == nil, rights != nil {
      if list.count >= Self.accessLimit { throw .tooManyRights }
      if isLow { throw .diskFull }
    }
    willChange()
    let values: [SQLValue] = [.int(account.raw), .int(mailbox.raw), .int(identifier.raw)]
    if let rights { try run(AccessSQL.put, values + [.text(rights.stored)]) } else { try run(AccessSQL.delete, values) }
    try noteAccess(mailbox, account, before: list)
    try settleMembers(of: mailbox, account, before: list)
  }

  /// RFC 4314 §4: the list goes with its mailbox.
  func removeAccess(of mailbox: MailboxID, _ account: AccountID) throws(StoreFault) {
    let list = try access(mailbox, account)
    if list.isEmpty { return }
    try run(AccessSQL.deleteList, [.int(account.raw), .int(mailbox.raw)])
    try noteAccess(mailbox, account, before: list)
  }

  /// Gives a mailbox this list instead of the one that it has.
  func put(_ list: [AccessEntry], _ mailbox: MailboxID, of account: AccountID) throws(StoreFault) {
    let before = try access(mailbox, account)
    try removeAccess(of: mailbox, account)
    for entry in list {
      try run(
        AccessSQL.put,
        [.int(account.raw), .int(mailbox.raw), .int(entry.identifier.raw), .text(entry.rights.stored)])
    }
    if !list.isEmpty { try noteAccess(mailbox, account, before: []) }
    try settleMembers(of: mailbox, account, before: before)
  }

  /// RFC 4314 §4: a new mailbox SHOULD have the list of the one above it.
  func inheritAccess(_ mailbox: MailboxID, from parent: MailboxID, _ account: AccountID) throws(StoreFault) {
    if parent == MailboxEntry.top { return }
    try run(AccessSQL.inherit, [.int(account.raw), .int(parent.raw), .int(mailbox.raw)])
    if connection.changes > 0 { try noteAccess(mailbox, account, before: []) }
  }

  /// An account is gone for good: nobody's list names it any more. Numbers are never used again, so this only tidies up.
  func forgetAccess(of who: AccountID) throws(StoreFault) {
    let numbers: [SQLValue] = [
      .int(AccessIdentifier(who).raw), .int(AccessIdentifier(who, isNegative: true).raw),
    ]
    let lists = try inStore { () throws(DatabaseFault) in
      try connection.rows(AccessSQL.named, numbers) { (AccountID(raw: $0.int(0)), MailboxID(raw: $0.int(1))) }
    }
    let own = cache.members.mailboxes(of: who)
    if lists.isEmpty, own.isEmpty { return }
    willChange()
    var before: [[AccessEntry]] = []
    for (account, mailbox) in lists { before.append(try access(mailbox, account)) }
    if !lists.isEmpty { try run(AccessSQL.deleteNamed, numbers) }
    for ((account, mailbox), list) in zip(lists, before) { try noteAccess(mailbox, account, before: list) }
    for key in own where key.account != who {
      guard let member = members(key.mailbox, key.account)?.first(where: { $0.who == who.raw }) else { continue }
      let owner = try account(key.account)
      try leave(member, try owner.mailbox(key.mailbox), owner)
    }
  }

  func access(_ mailbox: MailboxID, _ account: AccountID) throws(StoreFault) -> [AccessEntry] {
    try inStore { () throws(DatabaseFault) in
      try connection.rows(AccessSQL.list, [.int(account.raw), .int(mailbox.raw)]) {
        AccessEntry(AccessIdentifier(raw: $0.int(0)), AccessRights($0.text(1)) ?? [])
      }
    }.sorted { $0.identifier < $1.identifier }
  }

  private func noteAccess(
    _ mailbox: MailboxID, _ account: AccountID, before: [AccessEntry]
  ) throws(StoreFault) {
    let after = try access(mailbox, account)
    accessChanged[MailboxKey(account: account, mailbox: mailbox)] = after
    edit(account, mailbox) { _ in }
    let name = try self.account(account).path(of: mailbox)
    note(.access(mailbox, name: name, before: before, after: after), account)
  }
}

extension AccessEntry {
  /// All lists of a lane, for its table.
  static func readAll(_ connection: Connection) throws(DatabaseFault) -> [MailboxKey: [AccessEntry]] {
    var lists: [MailboxKey: [AccessEntry]] = [:]
    let rows = try connection.rows(AccessSQL.all) { row in
      (
        MailboxKey(account: AccountID(raw: row.int(0)), mailbox: MailboxID(raw: row.int(1))),
        AccessEntry(AccessIdentifier(raw: row.int(2)), AccessRights(row.text(3)) ?? [])
      )
    }
    for (key, entry) in rows { lists[key, default: []].append(entry) }
    return lists.mapValues { $0.sorted { $0.identifier < $1.identifier } }
  }
}
