import Database

// Mailboxes in which each member has an own \Seen, \Flagged and own deletion (requirement A17).
extension Store {
  /// How the members of a mailbox keep their state. From memory, at once.
  package func stateMode(of mailbox: MailboxID, of account: AccountID) -> StateMode {
    guard let home = home(of: account) else { return .shared }
    return lanes[home].members.isOwn(MailboxKey(account: account, mailbox: mailbox)) ? .own : .shared
  }

  /// Gives each member an own state or makes them share one again; sessions that have the mailbox open must open it anew.
  ///
  /// To `.own`: everybody begins with the state as it is. To `.shared`: seen or flagged is what somebody has seen or flagged, nothing is
  /// marked as deleted, and what one member kept all have; messages that not all had get new UIDs.
  package func setStateMode(
    _ mode: StateMode, of mailbox: MailboxID, of account: AccountID
  ) async throws(StoreFault) {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.setMode(mode, of: mailbox, account)
    }
  }

  /// The members of a mailbox with `StateMode.own`, by account, `anyone` last; none where the state is shared.
  package func members(of mailbox: MailboxID, of account: AccountID) async throws(StoreFault) -> [MailboxMember] {
    let lane = try lane(of: account)
    let key = MailboxKey(account: account, mailbox: mailbox)
    var shown: [MailboxMember] = []
    for member in lane.members.list(key) ?? [] where member.counts {
      guard member.who != Membership.anyone else {
        shown.append(MailboxMember(account: nil, joinedAt: member.joinedAt, messages: 0, unseen: 0, hidden: 0))
        continue
      }
      let who = AccountID(raw: member.who)
      let status = try await status(of: mailbox, of: account, for: who)
      let hidden = try await lane.read { reader throws(StoreFault) in
        try reader.published { connection throws(StoreFault) in
          try inStore { () throws(DatabaseFault) in try reader.unseen(by: who, key, connection)?.count ?? 0 }
        }.value
      }
      shown.append(
        MailboxMember(
          account: who, joinedAt: member.joinedAt, messages: status.messages, unseen: status.unseen, hidden: hidden))
    }
    return shown.sorted { ($0.account?.raw ?? .max) < ($1.account?.raw ?? .max) }
  }

  /// Gives a member what he has hidden, or what came before he joined, under new UIDs; `ranges`: the messages' own. How many.
  package func show(
    _ ranges: [ClosedRange<UID>], to member: AccountID, in mailbox: MailboxID, of account: AccountID
  ) async throws(StoreFault) -> Int {
    let ranges = UIDRanges(covering: ranges)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.show(ranges, to: member, in: mailbox, of: account)
    }
  }

  /// Removes messages for all members at once, whatever their flags; they stay recoverable as all removed mail. How many.
  ///
  /// `who`: whose UIDs these are; nil = the messages' own. Protocols ask for the right to expunge ("e") before.
  package func expungeForAll(
    _ ranges: [ClosedRange<UID>], in mailbox: MailboxID, of account: AccountID, by who: AccountID? = nil
  ) async throws(StoreFault) -> Int {
    let ranges = UIDRanges(covering: ranges)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.expungeForAll(ranges, in: mailbox, of: account, by: who)
    }
  }
}
