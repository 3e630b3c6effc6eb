import Database

/// What one batch does to one mailbox, for those who have it open.
struct MailboxEdit {
  var table = TableEdit()
  var uidNext: UID?
  var highestModseq: Modseq?
  var keywords: [String]?
  var isDeleted = false
  /// Its members have an own state from now on, or none any more: whoever has it open must open it again.
  var isReplaced = false
  /// What changed for single members.
  var members: [AccountID: MemberEdit] = [:]
}

/// One batch under way: all that operations may do to the lane. Lives on the writer's thread.
///
/// An operation checks first and writes then. When it throws before `mutations` has grown, the batch goes on without it; when
/// after, the whole batch is undone and run again without it (so operations must be repeatable). That costs nothing where savepoints
/// would copy every page twice.
final class LaneTransaction {
  let connection: Connection
  let lane: Int
  /// Seconds since 1970 UTC, right or wrong.
  let now: Int64
  /// True while nobody knows whether the clock is right: nothing is removed for its age and nothing expires (invariant 7).
  let isTimeInDoubt: Bool
  /// The time for what counts from now on, as `gone_at`: never one that is in doubt. Later than all that this lane ever trusted, so that
  /// `settleTime` finds it again.
  let stamp: Int64
  let options: StoreOptions
  /// True when so little disk is left that nothing may be added.
  let isLow: Bool
  /// The highest time that the lane has on disk.
  let timeSeen: Int64
  let cache: LaneCache
  let usages: UsageTable
  var segment: SegmentWriter

  /// Grows with every change of index, cache or segment.
  private(set) var mutations = 0
  /// The accounts that this batch looked at: only their counters can be dirty.
  private var used: [AccountID: AccountEntry] = [:]
  /// True when mail is taken away or relocated: the blobs must be durable before the index (invariant 2).
  private(set) var removes = false
  private(set) var edits: [MailboxKey: MailboxEdit] = [:]
  /// What listeners of accounts are told besides.
  private(set) var events: [(account: AccountID, event: AccountEvent)] = []
  /// Space for one record being encoded.
  var scratch: [UInt8] = []
  /// This batch's rows for `lane_state.added`.
  private(set) var journal = AddedRows()
  /// Accounts made and removed, for the store's map.
  var accountsMade: [AccountID] = []
  var accountsRemoved: [AccountID] = []
  /// Emails whose rows were deleted for good: the search index forgets them after the batch.
  var emailsForgotten: [AccountID: [EmailID]] = [:]
  /// What accounts use after this batch.
  private(set) var usagesChanged: [AccountID: Usage] = [:]
  /// Accounts whose mailbox names or subscriptions this batch changed.
  private(set) var treesChanged: Set<AccountID> = []
  /// Access lists as they are after this batch.
  var accessChanged: [MailboxKey: [AccessEntry]] = [:]
  /// Members of mailboxes with an own state for each, as they are after this batch; an empty list: shared again.
  var membersChanged: [MailboxKey: [Membership]] = [:]
  /// New messages, for those who read them soon.
  var arrivals: [RecentMail.Arrival] = []
  /// Emails whose derived data were made anew.
  var derivedAnew: [AccountID: [EmailID]] = [:]
  /// Resend keys that became durable with this batch.
  var keysAdded: [ResendKey: Int64] = [:]

  init(
    connection: Connection, lane: Int, moment: ClockGuard.Moment, options: StoreOptions, isLow: Bool, timeSeen: Int64,
    cache: LaneCache, usages: UsageTable, segment: SegmentWriter
  ) {
    self.connection = connection
    self.lane = lane
    now = moment.now
    isTimeInDoubt = moment.isInDoubt
    stamp = moment.isInDoubt ? max(moment.stamp, timeSeen + 1) : moment.now
    self.options = options
    self.isLow = isLow
    self.timeSeen = timeSeen
    self.cache = cache
    self.usages = usages
    self.segment = segment
  }

  /// Set by the operation that asks for a new segment from the next batch on.
  var rolls = false

  /// Call before the first write of an operation.
  func willChange() { mutations += 1 }

  /// Call when the operation takes mail away or relocates it.
  func willRemove() {
    mutations += 1
    removes = true
  }

  func edit(_ account: AccountID, _ mailbox: MailboxID, _ change: (inout MailboxEdit) -> Void) {
    change(&edits[MailboxKey(account: account, mailbox: mailbox), default: MailboxEdit()])
  }

  func note(_ event: AccountEvent, _ account: AccountID) { events.append((account, event)) }

  func run(_ sql: SQL, _ values: [SQLValue]) throws(StoreFault) {
    try inStore { () throws(DatabaseFault) in try connection.run(sql, values) }
  }

  /// Runs a statement that changes the mailbox names or subscriptions of the account that its first parameter names.
  func runOnTree(_ sql: SQL, _ values: [SQLValue]) throws(StoreFault) {
    if case .int(let account) = values.first { treesChanged.insert(AccountID(raw: account)) }
    try run(sql, values)
  }

  func prepare(_ sql: SQL) throws(StoreFault) -> Statement {
    try inStore { () throws(DatabaseFault) in try connection.prepare(sql) }
  }

  // MARK: Accounts

  /// The account, from the cache or the index. Throws `.noSuchAccount`.
  func account(_ id: AccountID) throws(StoreFault) -> AccountEntry {
    if let entry = used[id] { return entry }
    if let entry = cache.accounts[id] {
      used[id] = entry
      return entry
    }
    guard let entry = try inStore({ () throws(DatabaseFault) in try AccountEntry.read(id, connection) }) else {
      throw .noSuchAccount
    }
    cache.accounts[id] = entry
    used[id] = entry
    return entry
  }

  /// The names of the mailbox's keywords.
  func keywords(_ mailbox: MailboxEntry, _ account: AccountID) throws(StoreFault) -> [String] {
    if let names = mailbox.keywords { return names }
    let names = try inStore { () throws(DatabaseFault) in
      try connection.rows(AccountSQL.keywords, [.int(account.raw), .int(mailbox.id.raw)]) { $0.text(1) }
    }
    mailbox.keywords = names
    return names
  }

  /// The bits of keywords by name, new names added (RFC 9051 §2.3.2: case does not matter). What is no atom has none, because no
  /// response could say it. What has no place throws `.tooManyKeywords`, or with `asFit` is left out.
  func bits(
    _ names: [String], in mailbox: MailboxEntry, _ account: AccountID, asFit: Bool = false
  ) throws(StoreFault) -> Flags {
    if names.isEmpty { return [] }
    var known = try keywords(mailbox, account)
    var flags: Flags = []
    var new: [(Int, String)] = []
    for name in names {
      if let index = known.firstIndex(where: { KeywordName.isSame($0, name) }) {
        flags.insert(.keyword(index))
        continue
      }
      guard KeywordName.isAtom(name) else { continue }
      guard known.count < Flags.keywordLimit else {
        if asFit { continue }
        throw .tooManyKeywords
      }
      flags.insert(.keyword(known.count))
      new.append((known.count, name))
      known.append(name)
    }
    if new.isEmpty { return flags }
    willChange()
    for (index, name) in new {
      let bit = Int64(index + Flags.firstKeywordBit)
      try run(AccountSQL.insertKeyword, [.int(account.raw), .int(mailbox.id.raw), .int(bit), .text(name)])
    }
    mailbox.keywords = known
    edit(account, mailbox.id) { $0.keywords = known }
    return flags
  }

  /// The bits of those keywords that the mailbox knows.
  func knownBits(
    _ names: [String], in mailbox: MailboxEntry, _ account: AccountID
  ) throws(StoreFault) -> Flags {
    let known = try keywords(mailbox, account)
    var flags: Flags = []
    for name in names {
      if let index = known.firstIndex(where: { KeywordName.isSame($0, name) }) { flags.insert(.keyword(index)) }
    }
    return flags
  }

  // MARK: The end of the batch

  /// The highest time on disk after this batch. A clock that was trusted wrongly and came back takes it back.
  var timeSeenAfter: Int64 {
    if isTimeInDoubt { return timeSeen }
    return now < timeSeen - ClockGuard.mostBack ? now : max(timeSeen, now)
  }

  /// The time is trusted again after a jump ahead: what was removed while it was in doubt has its days from now on, because nobody knows
  /// when that was. It alone is dated later than what was trusted before.
  func settleTime() throws(StoreFault) {
    guard !isTimeInDoubt, timeSeen > 0, now > timeSeen + ClockGuard.mostAhead else { return }
    try run(CollectionSQL.settleGone, [.int(now), .int(timeSeen)])
    try run(CollectionSQL.settleMailboxes, [.int(now), .int(timeSeen)])
  }

  /// Writes the counters that changed.
  func flushCounters() throws(StoreFault) {
    for account in used.values {
      if account.isDirty {
        let statement = try prepare(AccountSQL.write)
        statement.bind(1, account.id.raw)
        statement.bind(2, account.nextModseq)
        statement.bind(3, account.nextItem)
        statement.bind(4, account.nextMailbox)
        statement.bind(5, account.nextUIDValidity)
        statement.bind(6, account.usedBytes)
        statement.bind(7, account.usedCount)
        try inStore { () throws(DatabaseFault) in try statement.run() }
        account.isDirty = false
        usagesChanged[account.id] = account.usage
      }
      for mailbox in account.mailboxes.values where mailbox.isDirty { try flush(mailbox, account.id) }
    }
  }

  private func flush(_ mailbox: MailboxEntry, _ account: AccountID) throws(StoreFault) {
    let statement = try prepare(AccountSQL.writeMailbox)
    statement.bind(1, account.raw)
    statement.bind(2, mailbox.id.raw)
    statement.bind(3, mailbox.uidNext)
    statement.bind(4, Int64(mailbox.highestModseq))
    try inStore { () throws(DatabaseFault) in try statement.run() }
    mailbox.isDirty = false
    edit(account, mailbox.id) {
      $0.uidNext = UID(mailbox.uidNext)
      $0.highestModseq = mailbox.highestModseq
    }
  }

  /// The account's storage is gone or new: look again.
  func forget(_ account: AccountID) {
    used[account] = nil
    cache.accounts[account] = nil
  }

  func note(placement uid: UID, email: EmailID, mailbox: MailboxID, account: AccountID) {
    journal.add(.placement(account: account, mailbox: mailbox, uid: uid, email: email))
  }

  func note(intent qid: Int64) { journal.add(.intent(qid)) }

  /// Right after the placement that it belongs to.
  func note(filed key: [UInt8], of account: AccountID) { journal.add(.filed(account: account, key: key)) }
}

/// Keyword names compare without regard to ASCII case.
enum KeywordName {
  static func isSame(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
  }

  /// RFC 9051 §9 (atom).
  static func isAtom(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"%()*\\]{".utf8.contains($0) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}

/// What the writer keeps between batches. Emptied when a batch is undone, because it may hold what was undone.
final class LaneCache {
  /// The lane's members as published: between batches that is what is durable.
  let members: MemberTable

  init(_ members: MemberTable) { self.members = members }

  var accounts: [AccountID: AccountEntry] = [:]
  /// Accounts whose counters or mailboxes may be dirty are all in `accounts`; above this many the cache starts anew.
  static let limit = 5_000
  /// Deliveries whose 250 may not have arrived, with their times. Only what is durable: an undone batch does not touch it.
  var lostReplies: [ResendKey: Int64] = [:]
  /// While a sweep decides about blobs: what was named again meanwhile.
  var namedAgain: Set<[UInt8]>?
  /// May run ahead when a batch is undone: numbers are never reused.
  var nextQueueID: Int64 = 1

  func clear() { accounts = [:] }
  func trim() { if accounts.count > Self.limit { clear() } }
}
