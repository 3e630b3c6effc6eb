import Synchronization

/// What every account of a lane uses, in memory: RCPT asks for room without a hop or a disk. As of the newest published batch.
final class UsageTable: Sendable {
  private let usages = Mutex<[AccountID: Usage]>([:])

  subscript(account: AccountID) -> Usage? { usages.withLock { $0[account] } }

  func update(_ changed: [AccountID: Usage], removed: [AccountID]) {
    if changed.isEmpty, removed.isEmpty { return }
    usages.withLock { usages in
      usages.merge(changed) { $1 }
      for account in removed { usages[account] = nil }
    }
  }
}

extension Store {
  /// Whether a message of `size` bytes fits into the account; 0: any message at all. From memory, at once.
  package func room(for size: Int, in account: AccountID) -> Room {
    guard let home = home(of: account), let usage = lanes[home].usages[account] else { return .enough }
    let byteLimit = usage.byteLimit ?? options.byteLimit
    let countLimit = usage.countLimit ?? options.countLimit
    if let byteLimit, Int64(size) > byteLimit { return .neverEnough }
    let isByteRoom = byteLimit.map { usage.bytes + Int64(max(size, 1)) <= $0 } ?? true
    let isCountRoom = countLimit.map { usage.count + 1 <= $0 } ?? true
    return isByteRoom && isCountRoom ? .enough : .full
  }
}
