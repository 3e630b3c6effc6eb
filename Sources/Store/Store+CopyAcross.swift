import Logging

// COPY, MOVE and REPLACE between mailboxes of two accounts, on whatever lanes they live: read there, added here.
extension Store {
  /// Messages and bytes added in one durable step.
  private static let stepMessages = 500
  private static let stepBytes = 32 << 20
  /// Longer messages are read piece by piece.
  private static let pieceSize = 256 << 10

  /// Copies messages into a mailbox of `account`, which may be another one than the source's: the quota is the destination's, email and
  /// thread numbers are new. `keeping`: the flags that go along. UIDs that are not there are passed over.
  ///
  /// All or nothing (RFC 9051 §6.4.7): when a later step fails, what the earlier ones added goes again. Only a crash between two steps
  /// (500 messages or 32 MiB) leaves a part, and nobody was answered then.
  package func copy(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID, of account: AccountID, keeping: Flags
  ) async throws(StoreFault) -> CopyResult {
    if account == source.account { return try await copy(uids, from: source, to: destination, keeping: keeping) }
    let state = source.state
    let records = uids.compactMap { state.table.index(of: $0).map { state.table[$0] } }
    try await checkRoom(for: records, in: account)
    var result = CopyResult(uidValidity: 0, source: [], destination: [])
    do throws(StoreFault) {
      var next = 0
      while next < records.count {
        var step: [(uid: UID, item: AppendItem)] = []
        var bytes = 0
        while next < records.count, step.count < Self.stepMessages, bytes < Self.stepBytes {
          let record = records[next]
          next += 1
          do throws(StoreFault) {
            step.append((record.uid, try await item(record, from: source, state.keywords, keeping)))
          } catch .noSuchMessage {
            // Expunged meanwhile.
            continue
          }
          bytes += record.size
        }
        if step.isEmpty { continue }
        let added = try await append(step.map(\.item), to: destination, of: account, by: source.member)
        result.uidValidity = added.uidValidity
        result.source += step.map(\.uid)
        result.destination += added.uids
      }
    } catch {
      await takeBack(result.destination, from: destination, of: account)
      throw error
    }
    return result
  }

  /// Moves messages to another account's mailbox: each is durable there before it goes here (a crash in between leaves both).
  package func move(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID, of account: AccountID, keeping: Flags
  ) async throws(StoreFault) -> CopyResult {
    if account == source.account { return try await move(uids, from: source, to: destination, keeping: keeping) }
    let copied = try await copy(uids, from: source, to: destination, of: account, keeping: keeping)
    let removed = Set(try await remove(copied.source, from: source, cause: .moved))
    if removed.count == copied.source.count { return copied }
    // Somebody else took them away meanwhile: nobody gets a message twice by moving it.
    var result = CopyResult(uidValidity: copied.uidValidity, source: [], destination: [])
    var late: [UID] = []
    for (uid, copy) in zip(copied.source, copied.destination) {
      if removed.contains(uid) {
        result.source.append(uid)
        result.destination.append(copy)
      } else {
        late.append(copy)
      }
    }
    await takeBack(late, from: destination, of: account)
    return result
  }

  /// REPLACE (RFC 8508) into another account's mailbox. Throws `.noSuchMessage` when the old message is gone: then nothing is added.
  package func replace(
    _ uid: UID, in source: OpenMailbox, with item: AppendItem, to destination: MailboxID, of account: AccountID
  ) async throws(StoreFault) -> AppendResult {
    if account == source.account { return try await replace(uid, in: source, with: item, to: destination) }
    guard source.state.table.index(of: uid) != nil else { throw .noSuchMessage }
    let result = try await append([item], to: destination, of: account, by: source.member)
    _ = try await remove([uid], from: source, cause: .expunged)
    return result
  }

  private func checkRoom(for records: [MessageRecord], in account: AccountID) async throws(StoreFault) {
    let usage = try await usage(of: account)
    let bytes = records.reduce(Int64(0)) { $0 + Int64($1.size) }
    if let limit = usage.byteLimit, usage.bytes + bytes > limit { throw .overQuota }
    if let limit = usage.countLimit, usage.count + Int64(records.count) > limit { throw .overQuota }
    guard usages.roomInDomain(of: account, bytes: bytes, count: Int64(records.count)) == .enough else {
      throw .domainOverQuota
    }
  }

  /// The message as one to be added elsewhere. Keywords go by name: their bits differ from mailbox to mailbox.
  private func item(
    _ record: MessageRecord, from source: OpenMailbox, _ keywords: [String], _ keeping: Flags
  ) async throws(StoreFault) -> AppendItem {
    let spool = spool()
    do throws(StoreFault) {
      var position = 0
      repeat {
        let end = min(record.size, position + Self.pieceSize)
        let piece = try await content(record.email, of: source.account, range: position..<end)
        piece.withUnsafeBytes { spool.append($0) }
        if spool.needsFlush { try await spool.flush() }
        position = end
      } while position < record.size
      let message = try await spool.finish()
      let flags = record.flags.intersection(keeping)
      return AppendItem(
        message: message, flags: flags.intersection(.system),
        keywords: flags.keywordIndices.filter { $0 < keywords.count }.map { keywords[$0] },
        internalDate: record.keptDate.rawValue)
    } catch {
      spool.discard()
      throw error
    }
  }

  /// Takes messages out of a mailbox, or out of the sight of its member alone; those that were still there.
  private func remove(
    _ uids: [UID], from source: OpenMailbox, cause: GoneCause
  ) async throws(StoreFault) -> [UID] {
    let ranges = UIDRanges(uids)
    let (id, account, who) = (source.id, source.account, source.member)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      let owner = try transaction.account(account)
      let target = try owner.selectable(id)
      guard let member = try transaction.membership(of: who, in: id, account) else {
        let records = try transaction.rows(ranges, in: target, of: owner)
        if records.isEmpty { return [] }
        try transaction.remove(records, ranges, from: target, of: owner, modseq: owner.takeModseq(), cause: cause)
        return records.map(\.uid)
      }
      let rows = try transaction.seen(ranges, by: member, in: id, account)
      if rows.isEmpty { return [] }
      try transaction.hide(rows, from: member, in: target, of: owner, modseq: owner.takeModseq(), cause: .expunged)
      return rows.map(\.record.uid)
    }
  }

  /// Takes back what was added; for all.
  private func remove(
    _ uids: [UID], from mailbox: MailboxID, of account: AccountID, cause: GoneCause
  ) async throws(StoreFault) -> [UID] {
    let ranges = UIDRanges(uids)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      let owner = try transaction.account(account)
      let target = try owner.selectable(mailbox)
      let records = try transaction.rows(ranges, in: target, of: owner)
      if records.isEmpty { return [] }
      try transaction.remove(records, ranges, from: target, of: owner, modseq: owner.takeModseq(), cause: cause)
      return records.map(\.uid)
    }
  }

  private func takeBack(_ uids: [UID], from mailbox: MailboxID, of account: AccountID) async {
    if uids.isEmpty { return }
    do throws(StoreFault) {
      _ = try await remove(uids, from: mailbox, of: account, cause: .discarded)
    } catch {
      logger.error("a part of a copy stays", metadata: ["account": "\(account)", "fault": "\(error)"])
    }
  }
}
