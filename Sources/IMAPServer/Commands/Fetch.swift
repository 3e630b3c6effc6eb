import IMAP
import Mail
import Net
import Store

/// FETCH and UID FETCH (RFC 9051 §6.4.5).
struct FetchCommand: Sendable {
  let fetch: IMAPCommand.Fetch
  let context: CommandContext
  let view: ViewSnapshot

  /// Derived rows asked of the store in one hop.
  private static let derivedBatch = 512
  /// Bytes of messages read in one hop.
  private static let contentBatch = 1 << 20
  /// A message longer than this is never whole in memory where it need not be.
  private static let streamedSize = 256 << 10
  /// Output is handed to the connection in pieces of about this size.
  private static let outputPiece = 32 << 10

  func run() async -> CommandReply {
    // RFC 7162 §3.2.6: only after ENABLE QRESYNC.
    if fetch.isVanished, !context.modes.qresync { return .bad("QRESYNC is not enabled") }
    do {
      var chosen = try Chosen(fetch.set, isUID: fetch.isUID, in: view, saved: context.savedResult)
      if let since = fetch.changedSince { chosen.indices.removeAll { view.table[$0].modseq <= since } }
      if let partial = fetch.partial {
        chosen.indices = Array(chosen.indices[partial.indices(in: chosen.indices.count)])
      }
      if fetch.isVanished { try await tellVanished() }
      // RFC 4314 §4: \Seen is set with the "s" right only.
      let plan = FetchPlan(fetch, modes: context.modes, isReadOnly: view.isReadOnly || !view.rights.contains(.seen))
      let outcome = try await write(chosen.indices, plan)
      if plan.setsSeen { try await markSeen(chosen.indices) }
      // RFC 3516 §4.3: what cannot be decoded fails the command.
      if outcome.hasUnknownEncoding { return .no("A part has an unknown encoding", .unknownCTE) }
      // RFC 2180 §4.1.2: what could be fetched was sent; the rest was expunged by somebody else. By UID that is no error
      // (RFC 9051 §6.4.9), and EXPUNGE follows at once.
      return outcome.isMissing && !fetch.isUID
        ? .no("Some of the messages are gone", .expungeIssued) : .ok("Fetch completed")
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  /// RFC 7162 §3.2.6: what is gone of the UIDs named, before all else.
  private func tellVanished() async throws {
    let gone = try await Vanished.uids(since: fetch.changedSince ?? 0, in: view.mailbox, view.table, context)
    // `*` may name what is gone: it reaches as far as any UID.
    let named = fetch.set.isSavedResult ? context.savedResult : fetch.set.resolved(largest: .max)
    var responses = context.responses()
    responses.vanished(gone.intersection(named), earlier: true)
    try await context.out.write(responses.bytes)
  }

  /// What was left out.
  private struct Outcome {
    var isMissing = false
    var hasUnknownEncoding = false

    mutating func formUnion(_ other: Outcome) {
      isMissing = isMissing || other.isMissing
      hasUnknownEncoding = hasUnknownEncoding || other.hasUnknownEncoding
    }
  }

  /// Writes a response for each message.
  private func write(_ indices: [Int], _ plan: FetchPlan) async throws -> Outcome {
    // RFC 6855 §7: a client that takes ASCII headers only gets the downgraded form; most mailboxes need none.
    if context.modes.usesUTF8 || !plan.showsHeaders { return try await writeAsItIs(indices, plan) }
    var outcome = Outcome()
    var plain: [Int] = []
    func flush() async throws {
      if plain.isEmpty { return }
      outcome.formUnion(try await writeAsItIs(plain, plan))
      plain = []
    }
    for index in indices {
      if view.table.flags(at: index).contains(.internationalized) {
        try await flush()
        outcome.formUnion(try await writeDowngraded(index, plan))
      } else {
        plain.append(index)
      }
    }
    try await flush()
    return outcome
  }

  /// One internationalised message as RFC 6857 changes it; sizes and offsets are those of what is sent.
  private func writeDowngraded(_ index: Int, _ plan: FetchPlan) async throws -> Outcome {
    var record = view.table[index]
    guard let original = try await contents([record.email])?.first else { return Outcome(isMissing: true) }
    let message = Downgrade.message(original) ?? original
    record.size = message.count
    var derived = Derived(envelope: [], structure: [])
    if plan.needsDerived {
      let span = message.span
      derived.envelope = EnvelopeText.render(HeaderBlock(scanning: span), in: span)
      derived.structure = BodyStructureText.render(MIMEScanner.scan(span), span, extensible: true)
    }
    if plan.needsPreview {
      derived.preview = try await context.store.derived([record.email], of: view.mailbox.account).first??.preview ?? ""
    }
    var assembler = FetchAssembler(plan, context.responses(), view, context.modes)
    assembler.add(index, record, derived: derived, message: message)
    try await send(&assembler, atLeast: 1)
    return Outcome(hasUnknownEncoding: assembler.hasUnknownEncoding)
  }

  private func writeAsItIs(_ indices: [Int], _ plan: FetchPlan) async throws -> Outcome {
    var assembler = FetchAssembler(
      plan, context.responses(capacity: Self.outputPiece + 4096), view, context.modes)
    if !plan.needsDerived && !plan.needsContent {
      for index in indices {
        assembler.add(index, view.table[index], derived: nil, message: nil)
        try await send(&assembler, atLeast: Self.outputPiece)
      }
      try await send(&assembler, atLeast: 1)
      return Outcome()
    }
    var isMissing = false
    var next = 0
    while next < indices.count {
      let end = min(indices.count, next + Self.derivedBatch)
      let batch = Array(indices[next..<end])
      next = end
      let records = batch.map { view.table[$0] }
      let derived =
        plan.needsDerived
        ? try await context.store.derived(
          records.map(\.email), of: view.mailbox.account, listing: !plan.needsPreview)
        : [Derived?](repeating: nil, count: batch.count)
      if plan.needsContent {
        if try await writeContents(batch, records, derived, plan, &assembler) { isMissing = true }
      } else {
        for (offset, index) in batch.enumerated() {
          guard let found = derived[offset] else {
            isMissing = true
            continue
          }
          assembler.add(index, records[offset], derived: found, message: nil)
          try await send(&assembler, atLeast: Self.outputPiece)
        }
      }
    }
    try await send(&assembler, atLeast: 1)
    return Outcome(isMissing: isMissing, hasUnknownEncoding: assembler.hasUnknownEncoding)
  }

  private func writeContents(
    _ indices: [Int], _ records: [MessageRecord], _ derived: [Derived?], _ plan: FetchPlan,
    _ assembler: inout FetchAssembler
  ) async throws -> Bool {
    var isMissing = false
    var next = 0
    while next < indices.count {
      if let streamed = plan.streamed, records[next].size > Self.streamedSize {
        if try await stream(indices[next], records[next], derived[next], streamed, &assembler) { isMissing = true }
        next += 1
        continue
      }
      // As many as fit; a long message that would be streamed ends the batch before it.
      var end = next + 1
      while end < indices.count, plan.streamed == nil || records[end].size <= Self.streamedSize { end += 1 }
      guard let contents = try await contents(records[next..<end].map(\.email)) else {
        isMissing = true
        next += 1
        continue
      }
      for content in contents {
        assembler.add(indices[next], records[next], derived: derived[next], message: content)
        next += 1
        try await send(&assembler, atLeast: Self.outputPiece)
      }
    }
    return isMissing
  }

  /// The first messages that fit into one batch; nil when the very first is gone.
  private func contents(_ emails: [EmailID]) async throws(StoreFault) -> [[UInt8]]? {
    do throws(StoreFault) {
      return try await context.store.contents(emails, of: view.mailbox.account, limit: Self.contentBatch)
    } catch {
      if error == .noSuchMessage { return nil }
      throw error
    }
  }

  /// Sends one long message piece by piece; true when it is gone.
  private func stream(
    _ index: Int, _ record: MessageRecord, _ derived: Derived?,
    _ streamed: (item: FetchItem, partial: PartialFetch?), _ assembler: inout FetchAssembler
  ) async throws -> Bool {
    let range = streamed.partial?.range(in: record.size) ?? 0..<record.size
    var position = range.lowerBound
    var isBegun = false
    while position < range.upperBound || !isBegun {
      let end = min(range.upperBound, position + Self.streamedSize)
      let piece: [UInt8]
      do throws(StoreFault) {
        piece = try await context.store.content(record.email, of: view.mailbox.account, range: position..<end)
      } catch {
        // In the middle of a literal there are no other words.
        if isBegun { throw ConnectionClosed() }
        if error == .noSuchMessage { return true }
        throw error
      }
      if !isBegun {
        assembler.begin(index, record, derived: derived, streamed: streamed.item, size: range.count)
        isBegun = true
      }
      assembler.append(piece)
      position = end
      try await send(&assembler, atLeast: 1)
    }
    assembler.end()
    return false
  }

  private func send(_ assembler: inout FetchAssembler, atLeast size: Int) async throws(ConnectionClosed) {
    guard assembler.responses.bytes.count >= size else { return }
    try await context.out.write(assembler.responses.bytes)
    assembler.responses.bytes.removeAll(keepingCapacity: true)
  }

  private func markSeen(_ indices: [Int]) async throws(StoreFault) {
    let unseen = indices.filter { !view.table.flags(at: $0).contains(.seen) }.map { view.table.uid(at: $0) }
    guard !unseen.isEmpty else { return }
    _ = try await context.store.setFlags(FlagChange(uids: unseen, mode: .add, flags: .seen), in: view.mailbox)
  }
}
