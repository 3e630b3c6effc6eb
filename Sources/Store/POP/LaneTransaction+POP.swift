import Database

extension LaneTransaction {
  /// The server itself, where `barid device history` shows what a policy removed between sessions.
  static let serverDevice: Int64 = -1
  /// History is kept so long, in seconds; longer than any "days after download" that can be set.
  private static let historyKept: Int64 = 400 * 86_400

  func insertWireSize(_ email: EmailID, _ wire: WireSize, _ account: AccountID) throws(StoreFault) {
    try run(
      POPSQL.addWireSize,
      [
        .int(account.raw), .int(email.raw), .int(Int64(wire.surplus)), .int(Int64(wire.plainSurplus)),
        .int(wire.isPlain ? 1 : 0),
      ])
  }

  // MARK: QUIT

  func popUpdate(_ update: POPUpdate) throws(StoreFault) -> POPRemoval {
    let owner = try account(update.account)
    let mailbox = try owner.selectable(update.mailbox)
    willChange()
    var removal = POPRemoval()
    var state = try popState(update.device, update.account)
    if update.device > 0 { removal.isFlagged = try remember(update, &state) }
    if update.marksSeen { try markSeen(update) }
    var due = update.deleted
    if update.retention.isGroup {
      // The account password is no member: what it marked before the owner made this a group stays.
      if update.device > 0 { try hide(update.deleted, update.device, update.account) }
      removal.isIncomplete = update.device == 0 && !update.deleted.isEmpty
      due = []
    }
    var expired: [Int64] = []
    if update.device > 0, update.retention.removes, !isTimeInDoubt {
      // What QUIT itself makes due: taken or deleted now; the rest is the worker's.
      let now = Set(update.deleted)
      let marked = Set(due)
      for item in try popMayGo(
        update.taken + update.deleted, update.retention, update.mailbox, update.account,
        taking: (update.device, update.taken))
      where !marked.contains(item) {
        if update.retention.isGroup, now.contains(item) { due.append(item) } else { expired.append(item) }
      }
    }
    try take(due, update.deletion, mailbox, owner, .popped, &removal)
    try take(expired, .trash, mailbox, owner, .expired, &removal)
    try note(update, removal, &state)
    return removal
  }

  private func popState(_ device: Int64, _ account: AccountID) throws(StoreFault) -> POPDeviceState {
    let found = try inStore { () throws(DatabaseFault) in try connection.popDevice(device, account) }
    return found ?? POPDeviceState(device: device, firstAt: now, lastAt: now)
  }

  private func put(_ state: POPDeviceState, _ account: AccountID) throws(StoreFault) {
    try run(
      POPSQL.putDevice,
      [
        .int(account.raw), .int(state.device), .int(state.firstAt), .int(state.lastAt),
        .int(state.remembers ? 1 : 0), .int(state.again), .optional(state.flaggedAt), .optional(state.quietAt),
        .int(state.nextSession), .int(state.taken), .int(state.takenBytes), .int(state.removed),
        .int(state.freedBytes), .int(state.listsIDs ? 1 : 0),
      ])
  }

  /// Adds what was taken to the device's memory; true when this shows that two programs use its password.
  ///
  /// One program either always takes what it had before, or (nearly all) never does. Who did both is two programs, or one that
  /// was set up anew: the owner is told, and until then the device neither hides nor removes anything. A program takes all from some
  /// message on; who reads on the server (mutt) picks: that is no second program, however often.
  private func remember(_ update: POPUpdate, _ state: inout POPDeviceState) throws(StoreFault) -> Bool {
    let device = update.device
    var taken = try inStore { () throws(DatabaseFault) in
      try connection.itemBitmap(POPSQL.seen, device, update.account)
    }
    if !taken.isEmpty, !update.taken.isEmpty {
      let now = Set(update.taken)
      var (again, known, behind) = (0, 0, 0)
      update.table.forEach { _, record in
        guard taken.contains(record.item) else { return }
        known += 1
        if now.contains(record.item) { again += 1 }
        if again > 0 { behind += 1 }
      }
      if again == 0, known > 0 { state.remembers = true }
      // Half of what it had, or a second time half of the newer part.
      if again >= 3, again * 2 >= behind { state.again += again * 2 >= known ? 2 : 1 }
    }
    for item in update.taken { taken.insert(item) }
    for chunk in taken.changed {
      try run(POPSQL.putSeen, [.int(update.account.raw), .int(device), .int(chunk), .bytes(taken.bytes(chunk))])
    }
    guard state.flaggedAt == nil, state.remembers, state.again >= 2 else { return false }
    state.flaggedAt = now
    return true
  }

  private func markSeen(_ update: POPUpdate) throws(StoreFault) {
    let wanted = Set(update.taken)
    if wanted.isEmpty { return }
    var uids: [UID] = []
    update.table.forEach { _, record in if wanted.contains(record.item) { uids.append(record.uid) } }
    let change = FlagChange(uids: uids, mode: .add, flags: .seen)
    _ = try setFlags(change, ranges: UIDRanges(uids), in: update.mailbox, of: update.account)
  }

  private func hide(_ items: [Int64], _ device: Int64, _ account: AccountID) throws(StoreFault) {
    if items.isEmpty { return }
    var hidden = try inStore { () throws(DatabaseFault) in
      try connection.itemBitmap(POPSQL.hidden, device, account)
    }
    for item in items { hidden.insert(item) }
    try putHidden(hidden, device, account)
  }

  /// What comes back is there again for every member of a group, also for those who had deleted it.
  func unhide(_ items: [Int64], _ account: AccountID) throws(StoreFault) {
    let devices = try inStore { () throws(DatabaseFault) in
      try connection.rows(POPSQL.hiders, [.int(account.raw)]) { $0.int(0) }
    }
    for device in devices {
      var hidden = try inStore { () throws(DatabaseFault) in
        try connection.itemBitmap(POPSQL.hidden, device, account)
      }
      for item in items { hidden.remove(item) }
      try putHidden(hidden, device, account)
    }
  }

  private func putHidden(_ hidden: ItemBitmap, _ device: Int64, _ account: AccountID) throws(StoreFault) {
    for chunk in hidden.changed {
      try run(POPSQL.putHidden, [.int(account.raw), .int(device), .int(chunk), .bytes(hidden.bytes(chunk))])
    }
  }

  /// Those of `items` that the policies allow to go now.
  private func popMayGo(
    _ items: [Int64], _ retention: POPRetention, _ mailbox: MailboxID, _ account: AccountID,
    taking: (device: Int64, items: [Int64])? = nil
  ) throws(StoreFault) -> [Int64] {
    try inStore { () throws(DatabaseFault) in
      let books = try RetentionBooks(retention, account, connection, now: now, taking: taking)
      if books.isIdle { return [] }
      var due: [Int64] = []
      for item in items {
        guard
          let place = try connection.first(
            MessageSQL.uidOfItem, [.int(account.raw), .int(item)], { ($0.int(0), $0.int(1)) }), place.0 == mailbox.raw
        else { continue }
        let record = try connection.first(
          MessageSQL.range, [.int(account.raw), .int(mailbox.raw), .int(place.1), .int(place.1), 0]
        ) { MessageRecord(row: $0) }
        if let record, books.mayGo(record) { due.append(item) }
      }
      return due
    }
  }

  /// Takes items out of the mailbox; those that are elsewhere by now are left alone.
  private func take(
    _ items: [Int64], _ deletion: POPDeletion, _ mailbox: MailboxEntry, _ owner: AccountEntry, _ cause: GoneCause,
    _ removal: inout POPRemoval
  ) throws(StoreFault) {
    var uids: [UID] = []
    for item in items {
      let place = try inStore { () throws(DatabaseFault) in
        try connection.first(MessageSQL.uidOfItem, [.int(owner.id.raw), .int(item)]) { ($0.int(0), $0.int(1)) }
      }
      if let place, place.0 == mailbox.id.raw { uids.append(UID(truncatingIfNeeded: place.1)) }
    }
    if uids.isEmpty { return }
    let ranges = UIDRanges(uids)
    if deletion == .archive {
      let archive = try archive(of: owner)
      // A maildrop that is the archive itself keeps what it has.
      if archive !== mailbox { removal.removed += try moveAway(ranges, from: mailbox, to: archive, of: owner) }
      return
    }
    let final: GoneCause = deletion == .delete ? .discarded : cause
    let (seen, gone) = try takeAway(ranges, from: mailbox, of: owner, cause: final)
    removal.freedBytes += gone.reduce(0) { $0 + $1.size }
    removal.removed += seen.count
  }

  /// The mailbox with the role archive. Whoever removed it gets it back: what shall be kept goes nowhere else.
  private func archive(of owner: AccountEntry) throws(StoreFault) -> MailboxEntry {
    if let there = owner.mailboxes.values.first(where: { $0.role == .archive && $0.isSelectable }) { return there }
    let name = "Archive"
    let there = owner.child(named: name, of: MailboxEntry.top)
    if let there, there.isSelectable { return there }
    let modseq = owner.takeModseq()
    note(.created(name: name), owner.id)
    if let there {
      try makeSelectable(there, role: .archive, of: owner, modseq: modseq)
      return there
    }
    let made = try insert(name, in: MailboxEntry.top, role: .archive, of: owner, modseq: modseq)
    try runOnTree(AccountSQL.subscribe, [.int(owner.id.raw), .text(name)])
    return made
  }

  /// How many moved.
  private func moveAway(
    _ ranges: UIDRanges, from mailbox: MailboxEntry, to archive: MailboxEntry, of owner: AccountEntry
  ) throws(StoreFault) -> Int {
    if let member = try membership(of: owner.id, in: mailbox.id, owner.id) {
      let uids = try rows(places: ranges, by: member, in: mailbox, of: owner).map(\.record.uid)
      return try move(UIDRanges(uids), from: mailbox.id, to: archive.id, of: owner.id).source.count
    }
    let records = try rows(ranges, in: mailbox, of: owner)
    _ = try moveRows(
      records, ranges, from: mailbox, to: archive, of: owner, modseq: owner.takeModseq(), by: owner.id)
    return records.count
  }

  /// The session's row and the device's sums.
  private func note(
    _ update: POPUpdate, _ removal: POPRemoval, _ state: inout POPDeviceState
  ) throws(StoreFault) {
    state.lastAt = max(state.lastAt, now)
    state.quietAt = nil
    if !update.taken.isEmpty || removal.removed > 0 || !update.deleted.isEmpty {
      try addSession(
        update.account, &state, peer: update.peer, taken: update.taken, takenBytes: update.takenBytes, removal)
    }
    try put(state, update.account)
  }

  private func addSession(
    _ account: AccountID, _ state: inout POPDeviceState, peer: String, taken: [Int64], takenBytes: Int,
    _ removal: POPRemoval
  ) throws(StoreFault) {
    try run(
      POPSQL.addSession,
      [
        .int(account.raw), .int(state.device), .int(state.nextSession), .int(now), .text(peer),
        .int(Int64(taken.count)), .int(Int64(takenBytes)), .int(Int64(removal.removed)),
        .int(Int64(removal.freedBytes)), .bytes(ItemList.encode(taken)),
      ])
    try run(POPSQL.pruneSessions, [.int(account.raw), .int(state.device), .int(now - Self.historyKept)])
    state.nextSession += 1
    state.taken += Int64(taken.count)
    state.takenBytes += Int64(takenBytes)
    state.removed += Int64(removal.removed)
    state.freedBytes += Int64(removal.freedBytes)
  }

  // MARK: Between sessions

  func popNote(_ device: Int64, of account: AccountID, listsIDs: Bool) throws(StoreFault) {
    _ = try self.account(account)
    var state = try popState(device, account)
    willChange()
    state.lastAt = max(state.lastAt, now)
    state.quietAt = nil
    if listsIDs { state.listsIDs = true }
    try put(state, account)
  }

  func popRetain(
    _ items: [Int64], _ retention: POPRetention, _ mailbox: MailboxID, _ account: AccountID
  ) throws(StoreFault) -> POPRemoval {
    let owner = try self.account(account)
    let from = try owner.selectable(mailbox)
    var removal = POPRemoval()
    // Between the look on a reader and this batch the clock may have jumped.
    if isTimeInDoubt { return removal }
    let due = try popMayGo(items, retention, mailbox, account)
    let books = try inStore { () throws(DatabaseFault) in
      try RetentionBooks(retention, account, connection, now: now)
    }
    if due.isEmpty, books.quiet.isEmpty { return removal }
    willChange()
    for device in books.quiet {
      var state = try popState(device, account)
      state.quietAt = now
      try put(state, account)
    }
    removal.quiet = books.quiet
    let deletion = retention.isGroup ? retention.deletion : .trash
    try take(due, deletion, from, owner, retention.isGroup ? .popped : .expired, &removal)
    if removal.removed > 0 {
      var state = try popState(Self.serverDevice, account)
      state.lastAt = max(state.lastAt, now)
      try addSession(account, &state, peer: "", taken: [], takenBytes: 0, removal)
      try put(state, account)
    }
    return removal
  }

  func popForget(_ device: Int64, of account: AccountID) throws(StoreFault) {
    _ = try self.account(account)
    willChange()
    try run(POPSQL.forgetSeen, [.int(account.raw), .int(device)])
    try run(POPSQL.forgetHidden, [.int(account.raw), .int(device)])
    try clearFlag(device, account)
  }

  func popClearFlag(_ device: Int64, of account: AccountID) throws(StoreFault) {
    _ = try self.account(account)
    willChange()
    try clearFlag(device, account)
  }

  private func clearFlag(_ device: Int64, _ account: AccountID) throws(StoreFault) {
    guard
      var state = try inStore({ () throws(DatabaseFault) in try connection.popDevice(device, account) })
    else { return }
    state.flaggedAt = nil
    state.remembers = false
    state.again = 0
    state.listsIDs = false
    try put(state, account)
  }
}

/// The unique id that a message has by itself (RFC 1939 §7): "b" and its item in base 36.
package enum POPIdentity {
  /// "b" and the number to base 36; a listing of 100,000 asks for as many.
  package static func text(_ item: Int64) -> [UInt8] {
    // Thirteen digits hold every number.
    [UInt8](unsafeUninitializedCapacity: 14) { space, count in
      var digits = 1
      var rest = item.magnitude
      while rest >= 36 {
        rest /= 36
        digits += 1
      }
      space[0] = UInt8(ascii: "b")
      rest = item.magnitude
      for place in stride(from: digits, through: 1, by: -1) {
        let digit = UInt8(truncatingIfNeeded: rest % 36)
        space[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
        rest /= 36
      }
      count = digits + 1
    }
  }

  static func item(of text: String) -> Int64? {
    guard text.first == "b", let item = Int64(text.dropFirst(), radix: 36), item > 0,
      String(item, radix: 36) == text.dropFirst()
    else { return nil }
    return item
  }
}

extension AccountEntry {
  /// Items below `next` are never given out.
  func skipItems(to next: Int64) {
    isDirty = true
    nextItem = max(nextItem, next)
  }
}
