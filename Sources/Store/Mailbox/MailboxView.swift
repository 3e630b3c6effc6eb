import Synchronization

/// Which mailbox, across accounts.
struct MailboxKey: Hashable, Sendable {
  var account: AccountID
  var mailbox: MailboxID
}

/// Which view of a mailbox: that of one member, where each has an own state, else (`member` nil) the one that all share.
struct ViewKey: Hashable, Sendable {
  var mailbox: MailboxKey
  var member: AccountID?

  init(_ mailbox: MailboxKey, _ member: AccountID? = nil) {
    self.mailbox = mailbox
    self.member = member
  }
}

/// The one in-memory picture of an open mailbox, shared by all its sessions and kept current by the lane's writer.
final class MailboxView: Sendable {
  let key: MailboxKey
  /// Whose view it is, where members have an own state each.
  let member: AccountID?
  private let guarded: Mutex<Content>
  /// Called when the first UID that nobody was told is recent has moved, to make it durable in time.
  private let recentMoved: @Sendable (ViewKey, UID) -> Void

  struct Content {
    var state: MailboxState
    var subscribers: [UInt64: @Sendable () -> Void] = [:]
    var nextSubscriber: UInt64 = 1
    /// Sessions that were promised \Recent: while one lives, it hears of new messages first.
    var claimers = 0
  }

  init(_ key: ViewKey, state: MailboxState, recentMoved: @escaping @Sendable (ViewKey, UID) -> Void) {
    self.key = key.mailbox
    member = key.member
    self.recentMoved = recentMoved
    guarded = Mutex(Content(state: state))
  }

  var state: MailboxState { guarded.withLock { $0.state } }

  /// Applies one durable batch, then returns whom to wake (outside the lock).
  func publish(_ change: (inout MailboxState) -> Void) -> [@Sendable () -> Void] {
    guarded.withLock {
      change(&$0.state)
      return Array($0.subscribers.values)
    }
  }

  func subscribe(_ wake: @escaping @Sendable () -> Void) -> Subscription {
    let number = guarded.withLock {
      let number = $0.nextSubscriber
      $0.nextSubscriber += 1
      $0.subscribers[number] = wake
      return number
    }
    return Subscription(self, number)
  }

  func unsubscribe(_ number: UInt64) {
    _ = guarded.withLock { $0.subscribers.removeValue(forKey: number) }
  }

  /// The first UID that is recent for a session that starts now (RFC 3501 §2.3.2: recent for one session only, where it can be told).
  func claimRecent(_ claims: Bool) -> UID {
    let (first, moved) = guarded.withLock { content in
      let next = content.state.uidNext
      let first = content.claimers > 0 ? next : content.state.firstRecent
      guard claims else { return (first, UID?.none) }
      let moved = content.state.firstRecent < next ? next : nil
      content.claimers += 1
      content.state.firstRecent = next
      return (first, moved)
    }
    if let moved { recentMoved(ViewKey(key, member), moved) }
    return first
  }

  func releaseRecent() {
    let moved = guarded.withLock { content in
      let next = content.state.uidNext
      content.claimers -= 1
      let moved = content.state.firstRecent < next ? next : nil
      content.state.firstRecent = next
      return moved
    }
    if let moved { recentMoved(ViewKey(key, member), moved) }
  }

  var rowCount: Int { guarded.withLock { $0.state.table.count } }

  /// The numbers of STATUS. Recent are those of which no session was told.
  var status: MailboxStatus {
    let (state, claimers) = guarded.withLock { ($0.state, $0.claimers) }
    var status = MailboxStatus(
      messages: state.table.count, unseen: 0, deleted: 0, size: 0, uidNext: state.uidNext,
      uidValidity: state.uidValidity, highestModseq: state.highestModseq,
      recent: claimers > 0 ? 0 : state.table.count - state.table.lowerBound(state.firstRecent))
    for chunk in state.table.chunks {
      for row in 0..<chunk.count {
        if chunk.flags[row] & Flags.seen.rawValue == 0 { status.unseen += 1 }
        if chunk.flags[row] & Flags.deleted.rawValue != 0 { status.deleted += 1 }
        status.size += Int(chunk.sizes[row])
      }
    }
    return status
  }
}
