import IMAP
import Logging
import Mail
import Net
import Store

/// FETCH and UID FETCH (RFC 9051 §6.4.5).
struct FetchCommand: Sendable {
  let fetch: IMAPCommand.Fetch
  let context: CommandContext
  let view: ViewSnapshot

  /// Output is handed to the connection in pieces of about this size.
  private static let outputPiece = 128 << 10
  /// Room for the answers to most commands.
  private static let outputStart = 16 << 10

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
      if plan.setsSeen { try await markSeen(chosen.indices, but: outcome.leftOut) }
      if let reply = damageReply(outcome) { return reply }
      // RFC 3516 §4.3: what cannot be decoded fails the command.
      if outcome.hasUnknownEncoding { return .no("A part has an unknown encoding", .unknownCTE) }
      // RFC 2180 §4.1.2: what could be fetched was sent; the rest was expunged by somebody else. By UID that is no error
      // (RFC 9051 §6.4.9), and EXPUNGE follows at once.
      return outcome.isMissing && !fetch.isUID
        ? .no("Some of the messages have been deleted", .expungeIssued) : .ok("Fetch completed")
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch is LiteralCut {
      return .broken
    } catch {
      return .gone
    }
  }

  /// A response broke off in the middle of a literal.
  private struct LiteralCut: Error {}

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
    /// Messages whose bytes on the disk are not what was written.
    var damaged: [UID] = []
    /// Indices of all that were not shown.
    var leftOut: Set<Int> = []

    mutating func formUnion(_ other: Outcome) {
      isMissing = isMissing || other.isMissing
      hasUnknownEncoding = hasUnknownEncoding || other.hasUnknownEncoding
      damaged += other.damaged
      leftOut.formUnion(other.leftOut)
    }

    mutating func leaveOut(_ index: Int, _ record: MessageRecord, _ fault: StoreFault) {
      leftOut.insert(index)
      if fault.isDamage { damaged.append(record.uid) } else { isMissing = true }
    }

    mutating func leaveOutUnknownEncoding(_ index: Int) {
      leftOut.insert(index)
      hasUnknownEncoding = true
    }
  }

  /// RFC 5530 §3 CORRUPTION: everything else was sent; which messages it is, an administrator must know.
  private func damageReply(_ outcome: Outcome) -> CommandReply? {
    guard !outcome.damaged.isEmpty else { return nil }
    let named = outcome.damaged.prefix(20).map(String.init).joined(separator: ", ")
    context.service.logger.error(
      "damaged messages not fetched",
      metadata: ["account": "\(view.mailbox.account.raw)", "mailbox": "\(view.info.name)", "uids": "\(named)"])
    let more = outcome.damaged.count > 20 ? " and more" : ""
    return .no("Damaged on the server's disk: UID \(named)\(more)", .corruption)
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
    var outcome = Outcome()
    var assembler = assembler(plan)
    if record.size > FetchReader.longSize {
      var derived: Derived?
      if plan.needsPreview {
        derived = try await context.store.derived([record.email], of: view.mailbox.account).first ?? nil
      }
      try await writeLong(index, record, derived, isDowngraded: true, &assembler, &outcome)
      try await send(&assembler, atLeast: 1)
      return outcome
    }
    let original: [UInt8]
    do throws(StoreFault) {
      original = try await context.store.content(record.email, of: view.mailbox.account)
    } catch {
      guard error == .noSuchMessage || error.isDamage else { throw error }
      outcome.leaveOut(index, record, error)
      return outcome
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
      let stored = try await context.store.derived([record.email], of: view.mailbox.account).first ?? nil
      derived.preview = stored?.preview ?? ""
      derived.thread = stored?.thread
    }
    try await write(index, record, derived, message, &assembler, &outcome)
    try await send(&assembler, atLeast: 1)
    return outcome
  }

  private func assembler(_ plan: FetchPlan) -> FetchAssembler {
    FetchAssembler(plan, context.responses(capacity: Self.outputStart), view, context.modes)
  }

  private func writeAsItIs(_ indices: [Int], _ plan: FetchPlan) async throws -> Outcome {
    var assembler = assembler(plan)
    var outcome = Outcome()
    do {
      try await writePortions(indices, &assembler, &outcome)
    } catch let fault as StoreFault {
      // A part of a response may have gone already: its rest goes before the tagged NO.
      if assembler.isOpen { throw LiteralCut() }
      try await send(&assembler, atLeast: 1)
      throw fault
    }
    try await send(&assembler, atLeast: 1)
    return outcome
  }

  private func writePortions(
    _ indices: [Int], _ assembler: inout FetchAssembler, _ outcome: inout Outcome
  ) async throws {
    let plan = assembler.plan
    if !plan.needsDerived && !plan.needsContent {
      for index in indices {
        assembler.add(index, view.table[index], nil)
        if assembler.responses.bytes.count >= Self.outputPiece { try await send(&assembler, atLeast: 1) }
      }
      return
    }
    let reader = FetchReader(plan: plan, store: context.store, view: view, indices: indices)
    var portion = try await reader.portion(after: nil)
    while let current = portion {
      if current.range.upperBound == indices.count {
        try await write(current, indices, &assembler, &outcome)
        break
      }
      async let next = reader.portion(after: current)
      // It begins now, not when this task waits for the first time.
      await Task.yield()
      try await write(current, indices, &assembler, &outcome)
      // The first portion is small, so that the client has something to do.
      if current.range.lowerBound == 0 { try await send(&assembler, atLeast: 1) }
      portion = try await next
    }
  }

  /// Writes what was read.
  private func write(
    _ portion: FetchReader.Portion, _ indices: [Int], _ assembler: inout FetchAssembler, _ outcome: inout Outcome
  ) async throws {
    for (offset, place) in portion.range.enumerated() {
      let index = indices[place]
      let record = view.table[index]
      let derived = portion.derived[offset]
      switch portion.content {
      case .gone: outcome.leaveOut(index, record, .noSuchMessage)
      case .damaged: outcome.leaveOut(index, record, .damaged(""))
      case .long: try await writeLong(index, record, derived, &assembler, &outcome)
      case .heads(let heads):
        let header = HeaderBlock(scanning: heads[offset])
        if header.hasBlankLine {
          try await write(index, record, derived, Array(heads[offset][header.range]), &assembler, &outcome)
        } else {
          try await writeLong(index, record, derived, head: heads[offset], &assembler, &outcome)
        }
      case .whole(let contents):
        let message = contents[offset]
        if message.count * assembler.plan.items.count <= Self.outputPiece {
          add(index, record, derived, message, &assembler, &outcome)
          if assembler.responses.bytes.count >= Self.outputPiece { try await send(&assembler, atLeast: 1) }
        } else {
          try await write(index, record, derived, message, &assembler, &outcome)
        }
      case .notNeeded:
        guard derived != nil else {
          outcome.leaveOut(index, record, .noSuchMessage)
          continue
        }
        assembler.add(index, record, derived)
        if assembler.responses.bytes.count >= Self.outputPiece { try await send(&assembler, atLeast: 1) }
      }
    }
  }

  /// One message that is in memory and makes little: nothing is sent in the midst of it.
  private func add(
    _ index: Int, _ record: MessageRecord, _ derived: Derived?, _ message: [UInt8], _ assembler: inout FetchAssembler,
    _ outcome: inout Outcome
  ) {
    var content = MessageContent(message)
    if assembler.leavesOut(&content) { return outcome.leaveOutUnknownEncoding(index) }
    var some: MessageContent? = content
    assembler.add(index, record, derived, &some)
  }

  /// One message that is in memory. What one item made is sent before the next where it is much: a message may be asked for a thousand
  /// times in one command.
  private func write(
    _ index: Int, _ record: MessageRecord, _ derived: Derived?, _ message: [UInt8], _ assembler: inout FetchAssembler,
    _ outcome: inout Outcome
  ) async throws {
    var content = MessageContent(message)
    if assembler.leavesOut(&content) { return outcome.leaveOutUnknownEncoding(index) }
    var some: MessageContent? = content
    assembler.begin(index, record)
    for (number, item) in assembler.plan.items.enumerated() {
      if number > 0 { try await send(&assembler, atLeast: Self.outputPiece) }
      assembler.write(item, record, derived, &some)
      if number % 16 == 15 { await Task.yield() }
    }
    assembler.end()
    try await send(&assembler, atLeast: Self.outputPiece)
  }

  /// One long message, read while it is written and never whole in memory.
  private func writeLong(
    _ index: Int, _ record: MessageRecord, _ derived: Derived?, isDowngraded: Bool = false, head: [UInt8] = [],
    _ assembler: inout FetchAssembler, _ outcome: inout Outcome
  ) async throws {
    let layouts = context.service.layouts
    var message = LongMessage(
      record, of: view.mailbox.account, in: context.store, layouts, isDowngraded: isDowngraded, head: head)
    do throws(StoreFault) {
      try await message.prepare(assembler.plan.items)
      if try await message.hasUnknownEncoding(assembler.plan.binarySections) {
        return outcome.leaveOutUnknownEncoding(index)
      }
    } catch {
      guard error == .noSuchMessage || error.isDamage else { throw error }
      return outcome.leaveOut(index, record, error)
    }
    var record = record
    record.size = message.size
    var derived = derived
    if let downgraded = message.downgraded {
      let stored = derived
      derived = Derived(envelope: downgraded.envelope, structure: downgraded.structure, preview: stored?.preview ?? "")
      derived?.thread = stored?.thread
    }
    assembler.begin(index, record)
    do {
      for (number, item) in assembler.plan.items.enumerated() {
        if item.needsContent {
          try await write(item, of: &message, &assembler)
        } else {
          var none: MessageContent?
          assembler.write(item, record, derived, &none)
        }
        try await send(&assembler, atLeast: Self.outputPiece)
        if number % 16 == 15 { await Task.yield() }
      }
    } catch let fault as StoreFault {
      // In the middle of a response there are no other words. The next FETCH looks before it begins.
      if fault.isDamage { layouts.suspect(record, of: view.mailbox.account) }
      context.service.logger.error("a response broke off", metadata: ["reason": "\(fault)", "uid": "\(record.uid)"])
      throw LiteralCut()
    }
    assembler.end()
    try await send(&assembler, atLeast: Self.outputPiece)
  }

  /// One item of a long message, piece by piece.
  private func write(
    _ item: FetchItem, of message: inout LongMessage, _ assembler: inout FetchAssembler
  ) async throws {
    let value = try await message.value(of: item)
    switch item {
    case .binarySize(let spec):
      assembler.responses.fetchBinarySize(spec, UInt64(try await message.count(of: value, spec)))
    case .binary(let spec, _, let partial):
      let count = try await message.count(of: value, spec)
      assembler.name(item)
      if case .none = value { return assembler.responses.nstring([UInt8]?.none) }
      let range = partial?.range(in: count) ?? 0..<count
      // Whether there is NUL in it is not known yet: a literal8 may hold it (RFC 3516 §4.2).
      assembler.responses.literal8Header(size: range.count)
      try await message.forEachPiece(of: value, range) { octets in
        assembler.responses.bytes += octets
        try await send(&assembler, atLeast: Self.outputPiece)
      }
    default:
      assembler.name(item)
      guard case .pieces = value else { return assembler.responses.nstring([UInt8]?.none) }
      let count = try await message.count(of: value, SectionSpec())
      assembler.responses.literalHeader(size: count)
      try await message.forEachPiece(of: value, 0..<count) { octets in
        assembler.responses.literalOctets(octets)
        try await send(&assembler, atLeast: Self.outputPiece)
      }
    }
  }

  private func send(_ assembler: inout FetchAssembler, atLeast size: Int) async throws {
    guard assembler.responses.bytes.count >= size else { return }
    do {
      try await context.out.write(assembler.responses.bytes)
    } catch {
      if assembler.isCut { throw LiteralCut() }
      throw error
    }
    assembler.isCut = assembler.isOpen
    assembler.responses.bytes.removeAll(keepingCapacity: true)
  }

  /// RFC 9051 §6.4.5: \Seen is for what was shown.
  private func markSeen(_ indices: [Int], but leftOut: Set<Int>) async throws(StoreFault) {
    let unseen = indices.filter { !view.table.flags(at: $0).contains(.seen) && !leftOut.contains($0) }
      .map { view.table.uid(at: $0) }
    guard !unseen.isEmpty else { return }
    _ = try await context.store.setFlags(FlagChange(uids: unseen, mode: .add, flags: .seen), in: view.mailbox)
  }
}
