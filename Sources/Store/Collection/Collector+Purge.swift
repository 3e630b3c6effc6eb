import Database
import Glibc
import Logging

extension Collector {
  /// Removed mail: past its days, then what is above a quarter of an account's quota, then what a full disk needs; oldest first.
  func purgeRemoved() throws(StoreFault) {
    if report.isTimeInDoubt { return }
    let now = lane.options.now()
    let horizon = now - recoverableDays * 86_400
    try purgeAll { () throws(StoreFault) in try rows(CollectionSQL.discarded, [500]) { GoneRow(row: $0) } }
    try purgeAll { () throws(StoreFault) in try rows(CollectionSQL.expired, [.int(horizon), 500]) { GoneRow(row: $0) } }
    try dropMailboxes(before: horizon)
    try keepCaps()
    try makeRoom()
    if report.expired > 0 || report.overCap > 0 {
      lane.logger.info(
        "removed mail is out of reach now", metadata: ["expired": "\(report.expired)", "over-cap": "\(report.overCap)"])
    }
  }

  /// Asks for 500 rows at a time until there are none.
  private func purgeAll(_ next: () throws(StoreFault) -> [GoneRow]) throws(StoreFault) {
    while true {
      try goOn()
      let rows = try next()
      try purge(rows)
      report.expired += rows.count
      if rows.count < 500 { return }
    }
  }

  private func purge(_ rows: [GoneRow]) throws(StoreFault) {
    for start in stride(from: 0, to: rows.count, by: 500) {
      try goOn()
      let some = Array(rows[start..<min(start + 500, rows.count)])
      try lane.performBlocking { transaction throws(StoreFault) in
        // The clock may have jumped since the round began.
        if transaction.isTimeInDoubt { throw .notPermitted("the clock is in doubt") }
        try transaction.purge(some)
      }
    }
  }

  private func dropMailboxes(before horizon: Int64) throws(StoreFault) {
    let dead = try rows(CollectionSQL.deadMailboxes, [.int(horizon)]) { ($0.int(0), $0.int(1)) }
    if dead.isEmpty { return }
    try lane.performBlocking { transaction throws(StoreFault) in
      transaction.willRemove()
      for (account, mailbox) in dead {
        for sql in [CollectionSQL.deleteMailbox, CollectionSQL.deleteKeywords, CollectionSQL.deleteVanished] {
          try transaction.run(sql, [.int(account), .int(mailbox)])
        }
      }
    }
  }

  /// Removed mail is not charged to the quota, but may be a quarter of it at most.
  private func keepCaps() throws(StoreFault) {
    let limits = try rows(CollectionSQL.limits) { ($0.int(0), $0.optionalInt(1)) }
    for (account, own) in limits {
      guard let limit = own ?? lane.options.byteLimit else { continue }
      let all = try rows(CollectionSQL.oldestOfAccount, [.int(account)]) { GoneRow(sizedRow: $0) }
      var excess = all.reduce(0) { $0 + Int64($1.size) } - limit / 4
      guard excess > 0 else { continue }
      var going: [GoneRow] = []
      for row in all where excess > 0 {
        going.append(row)
        excess -= Int64(row.size)
      }
      try purge(going)
      report.overCap += going.count
    }
  }

  /// Below a tenth of free disk the oldest removed mail goes first.
  private func makeRoom() throws(StoreFault) {
    var lacking = Self.lackingRoom(lane.folder, lane.options)
    guard lacking > 0 else { return }
    let before = report.forRoom
    while lacking > 0 {
      let rows = try rows(CollectionSQL.oldest, [500]) { GoneRow(sizedRow: $0) }
      if rows.isEmpty { break }
      var going: [GoneRow] = []
      for row in rows where lacking > 0 {
        going.append(row)
        lacking -= Int64(row.size)
      }
      try purge(going)
      report.forRoom += going.count
    }
    if report.forRoom > before {
      lane.logger.warning(
        "the disk runs low: the oldest removed mail is out of reach now", metadata: ["messages": "\(report.forRoom)"])
    }
  }

  /// Bytes that are missing to a tenth of the disk.
  static func lackingRoom(_ folder: String, _ options: StoreOptions) -> Int64 {
    if let lacking = options.lackingRoom { return lacking() }
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return 0 }
    let free = Int64(facts.f_bavail) * Int64(facts.f_frsize)
    return Int64(facts.f_blocks) * Int64(facts.f_frsize) / 10 - free
  }
}
