extension Store {
  /// Changes flags of many messages in one durable step. UIDs that are not there are passed over.
  package func setFlags(_ change: FlagChange, in mailbox: OpenMailbox) async throws(StoreFault) -> FlagResult {
    let key = mailbox.view.key
    let ranges = UIDRanges(change.uids)
    return try await lane(of: key.account).perform { transaction throws(StoreFault) in
      try transaction.setFlags(change, ranges: ranges, in: key.mailbox, of: key.account, by: mailbox.member)
    }
  }

  /// As `setFlags`, for several changes one after the other, in one durable step: all of them or, with a fault, none.
  package func setFlags(_ changes: [FlagChange], in mailbox: OpenMailbox) async throws(StoreFault) -> [FlagResult] {
    let key = mailbox.view.key
    let prepared = changes.map { ($0, UIDRanges($0.uids)) }
    return try await lane(of: key.account).perform { transaction throws(StoreFault) in
      try prepared.mapFaulty { change throws(StoreFault) in
        try transaction.setFlags(
          change.0, ranges: change.1, in: key.mailbox, of: key.account, by: mailbox.member)
      }
    }
  }

  /// Adds a message to `destination` and removes another from `source` in one durable step (RFC 8508).
  ///
  /// Throws `.noSuchMessage` when the old one is gone already: then nothing is added.
  package func replace(
    _ uid: UID, in source: OpenMailbox, with item: AppendItem, to destination: MailboxID
  ) async throws(StoreFault) -> AppendResult {
    let key = source.view.key
    let message = NewMessage(
      plan: BlobPlan(item.message, trace: []), derived: item.message.derived, flags: item.flags,
      internalDate: item.internalDate)
    return try await lane(of: key.account).perform(weight: message.plan.totalLength) { transaction throws(StoreFault) in
      try transaction.replace(
        uid, in: key.mailbox, with: message, keywords: item.keywords, to: destination, of: key.account,
        by: source.member)
    }
  }

  /// Copies messages, all or nothing; flags, keywords and INTERNALDATE go with them (RFC 9051 §6.4.7). UIDs not there are passed over.
  package func copy(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID, keeping: Flags = .everything
  ) async throws(StoreFault) -> CopyResult {
    let key = source.view.key
    let ranges = UIDRanges(uids)
    return try await lane(of: key.account).perform { transaction throws(StoreFault) in
      try transaction.copy(
        ranges, from: key.mailbox, to: destination, of: key.account, keeping: keeping, by: source.member)
    }
  }

  /// Moves messages in one durable step (RFC 6851). UIDs that are not there are passed over.
  package func move(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID, keeping: Flags = .everything
  ) async throws(StoreFault) -> CopyResult {
    let key = source.view.key
    let ranges = UIDRanges(uids)
    return try await lane(of: key.account).perform { transaction throws(StoreFault) in
      try transaction.move(
        ranges, from: key.mailbox, to: destination, of: key.account, keeping: keeping, by: source.member)
    }
  }

  /// Removes messages that carry \Deleted; nil = all of them, else only those among `uids`. Returns what went, ascending.
  package func expunge(_ uids: [UID]?, in mailbox: OpenMailbox) async throws(StoreFault) -> [UID] {
    let key = mailbox.view.key
    // Many clients say it with nothing to expunge: no transaction for that.
    let state = mailbox.state
    if !state.isDeleted, !state.table.contains(.deleted) { return [] }
    let ranges = uids.map { UIDRanges($0) } ?? .everything
    return try await lane(of: key.account).perform { transaction throws(StoreFault) in
      try transaction.expunge(ranges, in: key.mailbox, of: key.account, by: mailbox.member)
    }
  }

  /// Removes messages by POP identity, whatever their flags (RFC 1939 UPDATE state). Items not there are passed over.
  package func remove(
    items: [Int64], from mailbox: MailboxID, of account: AccountID, cause: RemovalCause = .pop
  ) async throws(StoreFault) {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.remove(items: items, from: mailbox, of: account, cause: GoneCause(cause))
    }
  }
}
