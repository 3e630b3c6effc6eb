import Synchronization

/// The access lists of a lane's mailboxes, in memory: every command asks what is allowed without a hop or a disk. As of the newest
/// published batch.
final class AccessTable: Sendable {
  private struct Content {
    var lists: [AccountID: [MailboxID: [AccessEntry]]] = [:]
    /// Whose mailboxes somebody was given something of; nil = anyone.
    var owners: [AccountID?: Set<AccountID>] = [:]
  }

  private let content = Mutex(Content())

  /// The list of a mailbox, in order; empty when the owner never changed it.
  func list(_ key: MailboxKey) -> [AccessEntry] {
    content.withLock { $0.lists[key.account]?[key.mailbox] ?? [] }
  }

  /// Whether an account has a list of its own making.
  func isShared(by account: AccountID) -> Bool { content.withLock { $0.lists[account] != nil } }

  /// What `who` may do. Rights of the account itself and of anyone are added up, then the negative ones of both are taken away.
  func rights(of who: AccountID, in key: MailboxKey) -> AccessRights {
    list(key).rights(of: who, key.account)
  }

  /// Accounts that gave `who` something, by name or with `anyone`; itself not among them.
  func owners(for who: AccountID) -> Set<AccountID> {
    content.withLock { content in
      var owners = content.owners[who] ?? []
      if let open = content.owners[.none] { owners.formUnion(open) }
      owners.remove(who)
      return owners
    }
  }

  func update(_ changed: [MailboxKey: [AccessEntry]], removed: [AccountID]) {
    if changed.isEmpty, removed.isEmpty { return }
    content.withLock { content in
      for (key, list) in changed { content.lists[key.account, default: [:]][key.mailbox] = list.isEmpty ? nil : list }
      for account in removed { content.lists[account] = nil }
      for account in Set(changed.keys.map(\.account)).union(removed) { Self.count(account, &content) }
    }
  }

  /// Finds out anew to whom an account gave something.
  private static func count(_ account: AccountID, _ content: inout Content) {
    if content.lists[account]?.isEmpty == true { content.lists[account] = nil }
    var named: Set<AccountID?> = []
    for list in (content.lists[account] ?? [:]).values {
      for entry in list where !entry.identifier.isNegative { named.insert(entry.identifier.account) }
    }
    for who in Array(content.owners.keys) where !named.contains(who) {
      content.owners[who]?.remove(account)
      if content.owners[who]?.isEmpty == true { content.owners[who] = nil }
    }
    for who in named { content.owners[who, default: []].insert(account) }
  }
}

extension [AccessEntry] {
  /// What `who` (nil: anyone) may do by this list of a mailbox of `owner`.
  func rights(of who: AccountID?, _ owner: AccountID) -> AccessRights {
    let isOwner = who == owner
    if isEmpty { return isOwner ? .all : [] }
    var given: AccessRights = []
    var taken: AccessRights = []
    // An owner without a row of his own has everything.
    if isOwner, !contains(where: { $0.identifier == AccessIdentifier(owner) }) { given = .all }
    for entry in self where entry.identifier.account == nil || entry.identifier.account == who {
      if entry.identifier.isNegative { taken.formUnion(entry.rights) } else { given.formUnion(entry.rights) }
    }
    let rights = given.subtracting(taken)
    return isOwner ? rights.union(.ofOwner) : rights
  }
}
