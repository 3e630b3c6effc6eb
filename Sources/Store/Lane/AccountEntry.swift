/// The writer's picture of one account: counters and mailbox tree, kept between batches, thrown away when a batch is undone.
final class AccountEntry {
  let id: AccountID
  var nextModseq: Int64
  var nextItem: Int64
  var nextMailbox: Int64
  var nextUIDValidity: Int64
  var usedBytes: Int64
  var usedCount: Int64
  var byteLimit: Int64?
  var countLimit: Int64?
  var mailboxes: [MailboxID: MailboxEntry] = [:]
  /// True when the counters must be written before the commit.
  var isDirty = false

  init(
    id: AccountID, nextModseq: Int64, nextItem: Int64, nextMailbox: Int64, nextUIDValidity: Int64, usedBytes: Int64,
    usedCount: Int64, byteLimit: Int64?, countLimit: Int64?
  ) {
    self.id = id
    self.nextModseq = nextModseq
    self.nextItem = nextItem
    self.nextMailbox = nextMailbox
    self.nextUIDValidity = nextUIDValidity
    self.usedBytes = usedBytes
    self.usedCount = usedCount
    self.byteLimit = byteLimit
    self.countLimit = countLimit
  }

  var usage: Usage { Usage(bytes: usedBytes, count: usedCount, byteLimit: byteLimit, countLimit: countLimit) }

  func mailbox(_ id: MailboxID) throws(StoreFault) -> MailboxEntry {
    guard let entry = mailboxes[id] else { throw .noSuchMailbox }
    return entry
  }

  func selectable(_ id: MailboxID) throws(StoreFault) -> MailboxEntry {
    let entry = try mailbox(id)
    guard entry.isSelectable else { throw .notSelectable }
    return entry
  }

  /// The mailbox with a role, INBOX when there is none.
  func mailbox(for role: MailboxRole) throws(StoreFault) -> MailboxEntry {
    var inbox: MailboxEntry?
    for entry in mailboxes.values where entry.isSelectable {
      if entry.role == role { return entry }
      if entry.role == .inbox { inbox = entry }
    }
    guard let inbox else { throw .noSuchMailbox }
    return inbox
  }

  /// The full name of a mailbox.
  func path(of id: MailboxID) -> String {
    var levels: [String] = []
    var next = id
    while let entry = mailboxes[next] {
      levels.append(entry.name)
      next = entry.parent
    }
    return levels.reversed().joined(separator: String(MailboxPath.separator))
  }

  func child(named name: String, of parent: MailboxID) -> MailboxEntry? {
    mailboxes.values.first { $0.parent == parent && $0.name == name }
  }

  func hasChildren(_ id: MailboxID) -> Bool { mailboxes.values.contains { $0.parent == id } }

  func takeModseq() -> Modseq {
    isDirty = true
    defer { nextModseq += 1 }
    return Modseq(nextModseq)
  }

  func takeItem() -> Int64 {
    isDirty = true
    defer { nextItem += 1 }
    return nextItem
  }

  func takeMailbox() -> MailboxID {
    isDirty = true
    defer { nextMailbox += 1 }
    return MailboxID(raw: nextMailbox)
  }

  func takeUIDValidity() -> UInt32 {
    isDirty = true
    defer { nextUIDValidity += 1 }
    return UInt32(truncatingIfNeeded: nextUIDValidity)
  }

  func use(bytes: Int, count: Int) {
    isDirty = true
    usedBytes += Int64(bytes)
    usedCount += Int64(count)
  }
}

/// The writer's picture of one mailbox.
final class MailboxEntry {
  let id: MailboxID
  /// raw 0 = top level.
  var parent: MailboxID
  /// The last level of the path.
  var name: String
  var uidValidity: UInt32
  var uidNext: Int64
  var highestModseq: Modseq
  var role: MailboxRole?
  var isSelectable: Bool
  /// nil = not read yet.
  var keywords: [String]?
  var isDirty = false

  init(
    id: MailboxID, parent: MailboxID, name: String, uidValidity: UInt32, uidNext: Int64, highestModseq: Modseq,
    role: MailboxRole?, isSelectable: Bool
  ) {
    self.id = id
    self.parent = parent
    self.name = name
    self.uidValidity = uidValidity
    self.uidNext = uidNext
    self.highestModseq = highestModseq
    self.role = role
    self.isSelectable = isSelectable
  }

  static let top = MailboxID(raw: 0)

  /// The next UID; throws when a mailbox has used all 2^32 - 1.
  func takeUID() throws(StoreFault) -> UID {
    guard uidNext < Int64(UInt32.max) else { throw .notPermitted("the mailbox has no UIDs left") }
    isDirty = true
    defer { uidNext += 1 }
    return UID(uidNext)
  }

  /// Something in this mailbox changed at `modseq`.
  func touch(_ modseq: Modseq) {
    isDirty = true
    highestModseq = max(highestModseq, modseq)
  }
}
