import Database

/// What each device of a maildrop took and when: decides which messages the policies allow to go. A value of one moment.
///
/// Invariants
/// 1. What no device has taken never goes.
/// 2. A message goes when one device that decides alone says so (never in a group), or when every device among "all devices" does.
/// 3. A flagged device (two programs on one password) says no, and so does one whose mail stays for ever.
struct RetentionBooks {
  private struct Page {
    var member: POPRetention.Member
    var isFlagged: Bool
    var taken: ItemBitmap
    var hidden: ItemBitmap
    /// Taken so short a time ago that "days after download" are not over.
    var fresh: Set<Int64>
  }

  private let pages: [Page]
  private let isGroup: Bool
  private let now: Int64
  /// A session's QUIT is under way; otherwise the server looks by itself.
  private let isQuit: Bool
  /// Devices that are silent and were not known to be.
  private(set) var quiet: [Int64] = []

  init(
    _ retention: POPRetention, _ account: AccountID, _ connection: Connection, now: Int64,
    taking: (device: Int64, items: [Int64])? = nil
  ) throws(DatabaseFault) {
    self.now = now
    isGroup = retention.isGroup
    isQuit = taking != nil
    var pages: [Page] = []
    for member in retention.members {
      let state = try connection.popDevice(member.device, account)
      // A device that has not come yet has taken nothing, and is waited for as long as one that was here.
      let isHere = taking?.device == member.device
      if !isHere, now - max(state?.lastAt ?? 0, member.since) >= POPRetention.silence {
        if let state, state.quietAt == nil { quiet.append(member.device) }
        continue
      }
      var page = Page(
        member: member, isFlagged: state?.flaggedAt != nil,
        taken: try connection.itemBitmap(POPSQL.seen, member.device, account), hidden: ItemBitmap(), fresh: [])
      if isGroup { page.hidden = try connection.itemBitmap(POPSQL.hidden, member.device, account) }
      if case .afterDownload(let days) = member.keeping, days > 0 {
        page.fresh = try Self.fresh(member.device, account, connection, since: now - Int64(days) * 86_400)
        // The session under way has no row yet.
        if let taking, taking.device == member.device { page.fresh.formUnion(taking.items) }
      }
      pages.append(page)
    }
    self.pages = pages
  }

  private static func fresh(
    _ device: Int64, _ account: AccountID, _ connection: Connection, since: Int64
  ) throws(DatabaseFault) -> Set<Int64> {
    var items: Set<Int64> = []
    for list in try connection.rows(
      POPSQL.recent, [.int(account.raw), .int(device), .int(since)], { ItemList.decode($0.bytes(1)) })
    {
      items.formUnion(list)
    }
    return items
  }

  /// Nothing has been taken: nothing can go.
  var isIdle: Bool { pages.allSatisfy { $0.taken.isEmpty && $0.hidden.isEmpty } }

  func mayGo(_ record: MessageRecord) -> Bool {
    // In a group each gets each message, whatever the others do.
    if !isGroup, pages.contains(where: { $0.member.isAlone && isDue(record, $0) }) { return true }
    return !pages.isEmpty && pages.allSatisfy { isDue(record, $0) || isHidden(record, $0) }
  }

  private func isHidden(_ record: MessageRecord, _ page: Page) -> Bool {
    isGroup && page.hidden.contains(record.item) && isOld(record.savedAt, days: 0)
  }

  /// What was restored or moved back stays as long again; between sessions never less than a day.
  private func isOld(_ since: Int64, days: Int) -> Bool {
    now - since >= Int64(isQuit ? days : max(days, 1)) * 86_400
  }

  private func isDue(_ record: MessageRecord, _ page: Page) -> Bool {
    guard !page.isFlagged, page.taken.contains(record.item) else { return false }
    switch page.member.keeping {
    case .forever: return false
    case .afterDownload(let days):
      return !(days > 0 && page.fresh.contains(record.item)) && isOld(record.savedAt, days: days)
    case .afterArrival(let days): return isOld(max(record.savedAt, record.internalDate), days: days)
    }
  }
}
