import Synchronization

/// The members of a lane's mailboxes with `StateMode.own`, in memory; a mailbox that is not here is shared. As of the newest published
/// batch.
final class MemberTable: Sendable {
  private let lists = Mutex<[MailboxKey: [Membership]]>([:])

  /// The members, by `who`; nil: the mailbox's state is shared.
  func list(_ key: MailboxKey) -> [Membership]? { lists.withLock { $0.isEmpty ? nil : $0[key] } }

  func isOwn(_ key: MailboxKey) -> Bool { lists.withLock { !$0.isEmpty && $0[key] != nil } }

  /// The mailboxes of which an account is a member by its own name.
  func mailboxes(of who: AccountID) -> [MailboxKey] {
    lists.withLock { $0.filter { $0.value.contains { $0.who == who.raw } }.map(\.key) }
  }

  /// An empty list: shared from now on.
  func update(_ changed: [MailboxKey: [Membership]], removed: [AccountID]) {
    if changed.isEmpty, removed.isEmpty { return }
    lists.withLock { lists in
      for (key, list) in changed { lists[key] = list.isEmpty ? nil : list }
      if removed.isEmpty || lists.isEmpty { return }
      for key in Array(lists.keys) where removed.contains(key.account) { lists[key] = nil }
    }
  }
}

extension [Membership] {
  /// The member's own row, or that of anyone.
  func member(_ who: AccountID) -> Membership? {
    first { $0.who == who.raw } ?? first { $0.who == Membership.anyone }
  }
}
