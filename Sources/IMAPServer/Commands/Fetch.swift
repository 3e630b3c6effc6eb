import IMAP
import Mail
import Net
import Store

/// FETCH and UID FETCH (RFC 9051 §6.4.5).
struct FetchCommand: Sendable {
  let fetch: IMAPCommand.Fetch
  let context: CommandContext
  let view: ViewSnapshot

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
        ? .no("Some of the messages no longer exist", .expungeIssued) : .ok("Fetch completed")
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
    let original: [UInt8]
    do throws(StoreFault) {
      original = try await context.store.content(record.email, of: view.mailbox.account)
    } catch {
      guard error == .noSuchMessage else { throw error }
      return Outcome(isMissing: true)
    }
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
    let reader = FetchReader(plan: plan, store: context.store, view: view, indices: indices)
    var isMissing = false
    var portion = try await reader.portion(after: nil)
    while let current = portion {
      if current.range.upperBound == indices.count {
        if try await write(current, indices, plan, &assembler) { isMissing = true }
        break
      }
      async let next = reader.portion(after: current)
      if try await write(current, indices, plan, &assembler) { isMissing = true }
      portion = try await next
    }
    try await send(&assembler, atLeast: 1)
    return Outcome(isMissing: isMissing, hasUnknownEncoding: assembler.hasUnknownEncoding)
  }

  /// Writes what was read; true when one of its messages is gone.
  private func write(
    _ portion: FetchReader.Portion, _ indices: [Int], _ plan: FetchPlan, _ assembler: inout FetchAssembler
  ) async throws -> Bool {
    var contents: [[UInt8]]?
    switch portion.content {
    case .gone: return true
    case .streamed:
      guard let streamed = plan.streamed else { return true }
      let index = indices[portion.range.lowerBound]
      return try await stream(index, view.table[index], portion.derived[0], streamed, &assembler)
    case .whole(let whole): contents = whole
    case .notNeeded: break
    }
    var isMissing = false
    for (offset, place) in portion.range.enumerated() {
      let derived = portion.derived[offset]
      if plan.needsDerived, contents == nil, derived == nil {
        isMissing = true
        continue
      }
      let index = indices[place]
      assembler.add(index, view.table[index], derived: derived, message: contents?[offset])
      try await send(&assembler, atLeast: Self.outputPiece)
    }
    return isMissing
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
      let end = min(range.upperBound, position + FetchReader.streamedSize)
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
