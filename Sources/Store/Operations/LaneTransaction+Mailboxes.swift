import Database

extension LaneTransaction {
  func find(_ path: MailboxPath, in account: AccountEntry) -> MailboxEntry? {
    var parent = MailboxEntry.top
    var found: MailboxEntry?
    for level in path.levels {
      guard let entry = account.child(named: level, of: parent) else { return nil }
      found = entry
      parent = entry.id
    }
    return found
  }

  func existing(_ path: MailboxPath, in account: AccountEntry) throws(StoreFault) -> MailboxEntry {
    guard let entry = find(path, in: account) else { throw .noSuchMailbox }
    return entry
  }

  // MARK: CREATE

  func createMailbox(
    _ path: MailboxPath, role: MailboxRole?, of account: AccountID
  ) throws(StoreFault) -> MailboxInfo {
    let owner = try self.account(account)
    if isLow { throw .diskFull }
    let there = find(path, in: owner)
    if let there, there.isSelectable { throw .mailboxExists }
    if let role, owner.mailboxes.values.contains(where: { $0.role == role }) {
      throw .notPermitted("another mailbox is \(role.rawValue) already")
    }
    willChange()
    let modseq = owner.takeModseq()
    if let there {
      try makeSelectable(there, role: role, of: owner, modseq: modseq)
      note(.created(name: path.name), account)
      return try info(there, of: owner)
    }
    let parent = try makeParents(of: path, in: owner, modseq: modseq)
    let made = try insert(path.levels[path.levels.count - 1], in: parent, role: role, of: owner, modseq: modseq)
    note(.created(name: path.name), account)
    return try info(made, of: owner)
  }

  /// RFC 9051 §6.3.4: levels above that are missing are made too (as mailboxes that can hold mail).
  func makeParents(
    of path: MailboxPath, in owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) -> MailboxID {
    var parent = MailboxEntry.top
    for level in path.levels.dropLast() {
      if let entry = owner.child(named: level, of: parent) {
        parent = entry.id
      } else {
        parent = try insert(level, in: parent, role: nil, of: owner, modseq: modseq).id
      }
    }
    return parent
  }

  func insert(
    _ level: String, in parent: MailboxID, role: MailboxRole?, of owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) -> MailboxEntry {
    let entry = MailboxEntry(
      id: owner.takeMailbox(), parent: parent, name: level, uidValidity: owner.takeUIDValidity(), uidNext: 1,
      highestModseq: modseq, role: role, isSelectable: true)
    try runOnTree(
      AccountSQL.insertMailbox,
      [
        .int(owner.id.raw), .int(entry.id.raw), .int(parent.raw), .text(level), .int(Int64(entry.uidValidity)),
        .int(Int64(modseq)), .optional(role?.rawValue), 1,
      ])
    owner.mailboxes[entry.id] = entry
    try inheritAccess(entry.id, from: parent, owner.id)
    return entry
  }

  /// A \Noselect name becomes a mailbox again: a new one, so with a new UIDVALIDITY.
  func makeSelectable(
    _ entry: MailboxEntry, role: MailboxRole?, of owner: AccountEntry, modseq: Modseq
  ) throws(StoreFault) {
    entry.isSelectable = true
    entry.role = role
    entry.uidValidity = owner.takeUIDValidity()
    entry.touch(modseq)
    try writeSelectable(entry, of: owner, modseq: modseq)
  }

  private func writeSelectable(_ entry: MailboxEntry, of owner: AccountEntry, modseq: Modseq) throws(StoreFault) {
    try runOnTree(
      AccountSQL.setSelectable,
      [
        .int(owner.id.raw), .int(entry.id.raw), .int(entry.isSelectable ? 1 : 0), .int(Int64(entry.uidValidity)),
        .int(entry.uidNext), .optional(entry.role?.rawValue), .int(Int64(modseq)),
      ])
  }

  // MARK: DELETE

  func deleteMailbox(
    _ path: MailboxPath, of account: AccountID, cause: GoneCause = .mailboxDeleted
  ) throws(StoreFault) {
    let owner = try self.account(account)
    let entry = try existing(path, in: owner)
    if entry.role == .inbox { throw .notPermitted("INBOX cannot be deleted") }
    let hasChildren = owner.hasChildren(entry.id)
    if hasChildren, !entry.isSelectable { throw .notPermitted("the name holds other mailboxes") }
    willRemove()
    let modseq = owner.takeModseq()
    let records = try rows(.everything, in: entry, of: owner)
    try remove(records, .everything, from: entry, of: owner, modseq: modseq, cause: cause)
    entry.role = nil
    try removeAnnotations(of: entry.id, account)
    if isOwn(entry.id, account) {
      try endMembers(of: entry.id, account)
      try run(MemberSQL.setMode, [.int(account.raw), .int(entry.id.raw), 0, .int(Int64(modseq))])
    }
    try removeAccess(of: entry.id, account)
    note(.deleted(name: path.name), account)
    if hasChildren {
      // RFC 9051 §6.3.5: the name stays, as \Noselect, because others are below it.
      entry.isSelectable = false
      entry.touch(modseq)
      try writeSelectable(entry, of: owner, modseq: modseq)
    } else {
      try runOnTree(
        AccountSQL.deleteMailbox, [.int(account.raw), .int(entry.id.raw), .int(Int64(modseq)), .int(stamp)])
      owner.mailboxes[entry.id] = nil
    }
    edit(account, entry.id) { $0.isDeleted = true }
  }

  // MARK: RENAME

  func renameMailbox(
    _ path: MailboxPath, to newPath: MailboxPath, of account: AccountID
  ) throws(StoreFault) -> MailboxInfo {
    let owner = try self.account(account)
    let entry = try existing(path, in: owner)
    if find(newPath, in: owner) != nil { throw .mailboxExists }
    if entry.role == .inbox { return try renameInbox(entry, to: newPath, of: owner) }
    if path.holds(newPath) { throw .notPermitted("a mailbox cannot move below itself") }
    try checkNames(below: entry, at: newPath, of: owner)
    willChange()
    let modseq = owner.takeModseq()
    entry.parent = try makeParents(of: newPath, in: owner, modseq: modseq)
    entry.name = newPath.levels[newPath.levels.count - 1]
    // What is below goes along: it names its parent by number.
    try runOnTree(
      AccountSQL.renameMailbox,
      [.int(account.raw), .int(entry.id.raw), .int(entry.parent.raw), .text(entry.name), .int(Int64(modseq))])
    note(.renamed(from: path.name, to: newPath.name), account)
    return try info(entry, of: owner)
  }

  /// What is below goes along: throws `.badMailboxName` when the name of one of those would be too long or too deep for any command.
  private func checkNames(below top: MailboxEntry, at path: MailboxPath, of owner: AccountEntry) throws(StoreFault) {
    for mailbox in owner.mailboxes.values {
      var levels: [String] = []
      var next: MailboxEntry? = mailbox
      while let entry = next, entry.id != top.id {
        levels.append(entry.name)
        next = owner.mailboxes[entry.parent]
      }
      if next == nil || levels.isEmpty { continue }
      _ = try MailboxPath((path.levels + levels.reversed()).joined(separator: String(MailboxPath.separator)))
    }
  }

  /// RFC 9051 §6.3.6: INBOX's messages move to a new mailbox, INBOX and what is below it stay.
  private func renameInbox(
    _ inbox: MailboxEntry, to path: MailboxPath, of owner: AccountEntry
  ) throws(StoreFault) -> MailboxInfo {
    // All messages would go, for all, and what each member did with them.
    if isOwn(inbox.id, owner.id) {
      throw .notPermitted("INBOX has a state of its own for each member: it cannot be renamed")
    }
    willRemove()
    let modseq = owner.takeModseq()
    let parent = try makeParents(of: path, in: owner, modseq: modseq)
    let made = try insert(path.levels[path.levels.count - 1], in: parent, role: nil, of: owner, modseq: modseq)
    let records = try rows(.everything, in: inbox, of: owner)
    if !records.isEmpty {
      _ = try moveRows(records, .everything, from: inbox, to: made, of: owner, modseq: modseq)
    }
    try copyAnnotations(of: inbox.id, to: made.id, owner.id)
    note(.created(name: path.name), owner.id)
    return try info(made, of: owner)
  }

  // MARK: Names

  func setSubscribed(_ path: MailboxPath, _ isSubscribed: Bool, of account: AccountID) throws(StoreFault) {
    _ = try self.account(account)
    willChange()
    try runOnTree(
      isSubscribed ? AccountSQL.subscribe : AccountSQL.unsubscribe, [.int(account.raw), .text(path.name)])
    note(.subscribed(name: path.name, isSubscribed), account)
  }

  func info(_ entry: MailboxEntry, of owner: AccountEntry) throws(StoreFault) -> MailboxInfo {
    let name = owner.path(of: entry.id)
    let names = try inStore { () throws(DatabaseFault) in
      try connection.rows(AccountSQL.subscriptions, [.int(owner.id.raw)]) { $0.text(0) }
    }
    return MailboxInfo(
      id: entry.id, name: name, role: entry.role, isSelectable: entry.isSelectable,
      isSubscribed: names.contains(name), hasChildren: owner.hasChildren(entry.id), uidValidity: entry.uidValidity)
  }
}
