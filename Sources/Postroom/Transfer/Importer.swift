import Logging
package import Store

/// What an import or export did.
package struct TransferReport: Sendable, Equatable {
  package var mailboxes = 0
  package var messages = 0
  package var bytes: Int64 = 0
  /// Messages passed over because they are larger than the server takes (import) or damaged (export).
  package var skipped = 0
  /// Keywords that the mailboxes cannot name (import).
  package var keywordsLeftOut = 0

  package init() {}
}

/// Brings mail from files into an account: in batches, each durable together with how far the import is, so that one that broke off
/// goes on where it was. Reading and parsing the next batch runs beside the commit of the last.
package struct Importer: Sendable {
  private static let batchMessages = 500
  private static let batchBytes = 8 << 20

  let store: Store
  let account: AccountID
  let limit: Int

  package init(store: Store, account: AccountID, limit: Int = 1 << 30) {
    self.store = store
    self.account = account
    self.limit = limit
  }

  /// `progress` counts in the sources' own units (bytes of mbox files, files of folders).
  package func run(
    _ path: String, format: TransferFormat?, into root: String, again: Bool = false, progress: WorkProgress
  ) async throws(TransferFault) -> TransferReport {
    let sources = try TransferFolder.sources(path, format: format, root: root, limit: limit)
    if sources.isEmpty { throw .unknownFormat(path) }
    let total = sources.reduce(0) { $0 + $1.total }
    var before: Int64 = 0
    var report = TransferReport()
    for source in sources {
      try await take(source, again, &report) { progress(before + $0, total) }
      before += source.total
      report.mailboxes += 1
    }
    progress(total, total)
    return report
  }

  private func take(
    _ source: any TransferSource, _ again: Bool, _ report: inout TransferReport, _ progress: (Int64) -> Void
  ) async throws(TransferFault) {
    let mailbox = try await asking { () throws(StoreFault) in try await self.mailbox(source.mailbox) }
    var keywords = ImportKeywords(
      known: try await asking { () throws(StoreFault) in try await store.keywords(in: mailbox, of: account) })
    var mark = ImportMark(key: Self.key(source.name, mailbox))
    if again {
      let key = mark.key
      try await asking { () throws(StoreFault) in try await store.forgetImport(key, of: account) }
    } else if let known = try await asking({ [key = mark.key] () throws(StoreFault) in
      try await store.importMark(key, of: account)
    }) {
      mark = known
      try source.seek(position: known.position, last: known.last)
    }
    var waiting: [AppendItem] = []
    while true {
      // Whoever gave up waiting finds what is durable; the next run goes on from there.
      if Task.isCancelled { throw .store("cancelled") }
      let batch = try read(source, &keywords)
      // The commit of the batch before runs while this one is hashed and parsed.
      let ready = mark
      let items = waiting
      async let filed = file(items, mailbox, ready)
      let made = await spool(batch.messages)
      try await filed.get()
      if !items.isEmpty { progress(ready.position) }
      waiting = try made.get()
      report.messages += waiting.count
      report.bytes += batch.messages.reduce(0) { $0 + Int64($1.bytes.count) }
      report.skipped += batch.skipped
      guard let end = batch.messages.last else { break }
      mark.position = end.position
      mark.last = end.last
    }
    report.skipped += source.tooLarge
    report.keywordsLeftOut += keywords.leftOut.count
  }

  private func file(
    _ items: [AppendItem], _ mailbox: MailboxID, _ mark: ImportMark
  ) async -> Result<Void, TransferFault> {
    if items.isEmpty { return .success(()) }
    do throws(StoreFault) {
      _ = try await store.append(items, to: mailbox, of: account, mark: mark)
      return .success(())
    } catch { return .failure(.store(error.description)) }
  }

  private struct Batch {
    var messages: [TransferMessage] = []
    var skipped = 0
  }

  private func read(_ source: any TransferSource, _ keywords: inout ImportKeywords) throws(TransferFault) -> Batch {
    var batch = Batch()
    var bytes = 0
    while batch.messages.count < Self.batchMessages, bytes < Self.batchBytes, var message = try source.next() {
      if message.bytes.count > limit {
        batch.skipped += 1
        continue
      }
      bytes += message.bytes.count
      message.keywords = keywords.fitting(message.keywords)
      batch.messages.append(message)
    }
    return batch
  }

  /// Some of a batch's messages, by the place of the first.
  private struct Piece: Sendable {
    var start: Int
    var items: Result<[AppendItem], TransferFault>
  }

  /// Hashes and parses on all cores.
  private func spool(_ messages: [TransferMessage]) async -> Result<[AppendItem], TransferFault> {
    let pieces = 4
    let size = max(1, (messages.count + pieces - 1) / pieces)
    return await withTaskGroup(of: Piece.self) { group in
      for start in stride(from: 0, to: messages.count, by: size) {
        let some = messages[start..<min(start + size, messages.count)]
        // Not `return (start, .success(try await …))`: Swift 6.3.1 loses `start` there when it optimises, and with it the order.
        group.addTask { Piece(start: start, items: await attempt(some)) }
      }
      var made: [Piece] = []
      for await piece in group { made.append(piece) }
      do throws(TransferFault) {
        var all: [AppendItem] = []
        all.reserveCapacity(messages.count)
        for piece in made.sorted(by: { $0.start < $1.start }) { all += try piece.items.get() }
        return .success(all)
      } catch { return .failure(error) }
    }
  }

  private func attempt(_ messages: ArraySlice<TransferMessage>) async -> Result<[AppendItem], TransferFault> {
    do throws(TransferFault) { return .success(try await items(messages)) } catch { return .failure(error) }
  }

  private func items(_ messages: ArraySlice<TransferMessage>) async throws(TransferFault) -> [AppendItem] {
    var items: [AppendItem] = []
    for message in messages {
      let spooled = try await asking { () throws(StoreFault) in
        let spool = store.spool()
        message.bytes.withUnsafeBytes { spool.append($0) }
        if spool.needsFlush { try await spool.flush() }
        return try await spool.finish()
      }
      var flags: Flags = []
      if message.isSeen { flags.insert(.seen) }
      if message.isAnswered { flags.insert(.answered) }
      if message.isFlagged { flags.insert(.flagged) }
      if message.isDeleted { flags.insert(.deleted) }
      if message.isDraft { flags.insert(.draft) }
      var item = AppendItem(
        message: spooled, flags: flags, keywords: message.keywords,
        internalDate: message.date ?? spooled.derived.sentAt ?? 0)
      item.uniqueID = message.uniqueID
      items.append(item)
    }
    return items
  }

  private func mailbox(_ name: String) async throws(StoreFault) -> MailboxID {
    do throws(StoreFault) {
      return try await store.mailbox(named: name, of: account).id
    } catch .noSuchMailbox {
      let made = try await store.createMailbox(name, of: account)
      try await store.setSubscribed(name, true, of: account)
      return made.id
    }
  }

  private func asking<R>(_ body: () async throws(StoreFault) -> R) async throws(TransferFault) -> R {
    do throws(StoreFault) { return try await body() } catch { throw .store(error.description) }
  }

  /// The same for the same file or folder and mailbox.
  private static func key(_ source: String, _ mailbox: MailboxID) -> [UInt8] {
    var key: [UInt8] = []
    for number in [fingerprint(source), fingerprint("\(mailbox.raw) \(source)")] {
      withUnsafeBytes(of: number.littleEndian) { key += $0 }
    }
    return key
  }
}
