import Logging

// Who may do what with whose mailboxes (RFC 4314). Questions are answered from memory, at once.
extension Store {
  /// What `who` may do with a mailbox of `owner`.
  package func rights(of who: AccountID, in mailbox: MailboxID, of owner: AccountID) -> AccessRights {
    guard let home = home(of: owner) else { return [] }
    return lanes[home].access.rights(of: who, in: MailboxKey(account: owner, mailbox: mailbox))
  }

  /// The rows of a mailbox's list, in order; the owner's is missing while it has all rights.
  package func access(to mailbox: MailboxID, of owner: AccountID) -> [AccessEntry] {
    guard let home = home(of: owner) else { return [] }
    return lanes[home].access.list(MailboxKey(account: owner, mailbox: mailbox))
  }

  /// The other accounts that gave `who` rights to some mailbox, ascending.
  package func owners(sharingWith who: AccountID) -> [AccountID] {
    var owners: Set<AccountID> = []
    for lane in lanes { owners.formUnion(lane.access.owners(for: who)) }
    return owners.sorted()
  }

  /// Changes one row of a mailbox's list; durable when it returns, and every session follows at once. Throws `.tooManyRights`.
  package func setAccess(
    _ identifier: AccessIdentifier, _ change: AccessChange, in mailbox: MailboxID, of owner: AccountID
  ) async throws(StoreFault) {
    try await lane(of: owner).perform { transaction throws(StoreFault) in
      try transaction.setAccess(identifier, change, in: mailbox, of: owner)
    }
  }

  /// Takes a removed account out of everybody's lists.
  func forgetAccess(of who: AccountID) async {
    for lane in lanes where !lane.access.owners(for: who).isEmpty || !lane.members.mailboxes(of: who).isEmpty {
      do throws(StoreFault) {
        try await lane.perform { transaction throws(StoreFault) in try transaction.forgetAccess(of: who) }
      } catch {
        logger.notice("a removed account stays in access lists", metadata: ["fault": "\(error)"])
      }
    }
  }
}

extension OpenMailbox {
  /// What `who` may do with its messages now. Where each member has an own state, everybody may mark as seen and remove for himself what he
  /// may read; the list's "s", "t" and "e" then stand for nothing but "e", the right to remove for all (`Store.expungeForAll`).
  package func rights(of who: AccountID) -> AccessRights {
    let rights = listedRights(of: who)
    return isOwnState && rights.contains(.read) ? rights.union([.seen, .deleteMessages, .expunge]) : rights
  }

  /// The flags that `who` may change now.
  package func changeableFlags(of who: AccountID) -> Flags {
    let rights = rights(of: who)
    return isOwnState && rights.contains(.read) ? rights.flags.union(.own) : rights.flags
  }
}
