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
    /// Up to where `state.firstRecent` was handed on to be made durable.
    var noted: UID
  }

  init(_ key: ViewKey, state: MailboxState, recentMoved: @escaping @Sendable (ViewKey, UID) -> Void) {
    self.key = key.mailbox
    member = key.member
    self.recentMoved = recentMoved
    guarded = Mutex(Content(state: state, noted: state.firstRecent))
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

  /// The first UID below `end` that no session was told of (`end` = none), when one is told of all below it now
  /// (RFC 3501 §2.3.2: a message is recent for one session only). A session that only looks takes nothing.
  func takeRecent(before end: UID, takes: Bool, notes: Bool) -> UID {
    let (first, moved) = guarded.withLock { content in
      let first = min(content.state.firstRecent, end)
      guard takes, content.state.firstRecent < end else { return (first, UID?.none) }
      content.state.firstRecent = end
      return (first, notes ? content.note() : nil)
    }
    if let moved { recentMoved(ViewKey(key, member), moved) }
    return first
  }

  /// A session that took leaves: what it took becomes durable.
  func noteRecent() {
    if let moved = guarded.withLock({ $0.note() }) { recentMoved(ViewKey(key, member), moved) }
  }

  var rowCount: Int { guarded.withLock { $0.state.table.count } }

  /// The numbers of STATUS. Recent are those of which no session was told.
  var status: MailboxStatus {
    let state = state
    var status = MailboxStatus(
      messages: state.table.count, unseen: 0, deleted: 0, size: 0, uidNext: state.uidNext,
      uidValidity: state.uidValidity, highestModseq: state.highestModseq,
      recent: state.table.count - state.table.lowerBound(state.firstRecent))
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

extension MailboxView.Content {
  /// The mark to make durable, when it moved since the last time.
  fileprivate mutating func note() -> UID? {
    guard noted < state.firstRecent else { return nil }
    noted = state.firstRecent
    return noted
  }
}
