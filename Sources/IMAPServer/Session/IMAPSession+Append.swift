import Directory
import IMAP
import Mail
import Net
import Store

/// An APPEND under way: messages spooled one after the other, filed together at its end (RFC 3502).
struct AppendState {
  let tag: String
  var start: AppendStart
  var target: NamedMailbox?
  /// The mailbox is Sent, and the server files copies there: a message that is there already is not added again.
  var isSent = false
  /// The message that is coming in.
  var spool: Spool?
  /// Messages that have come in whole.
  var done: [(spool: Spool, start: AppendStart)] = []
  var fault: StoreFault?
  /// REPLACE (RFC 8508): the message that goes when the new one has come.
  var replaced: UID?

  /// NUL came in a literal that is no literal8 (RFC 9051 §9, RFC 3516 §4.4).
  var hasNUL = false

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    if !start.isBinary, !hasNUL {
      hasNUL = bytes.withMemoryRebound(to: UInt8.self) { ASCII.firstIndex(of: 0, in: $0.span, 0..<$0.count) != nil }
    }
    if fault == nil { spool?.append(bytes) }
  }

  /// The message that was coming in is whole.
  mutating func endMessage() {
    if let spool { done.append((spool, start)) }
    spool = nil
  }

  mutating func discard() {
    spool?.discard()
    for message in done { message.spool.discard() }
    spool = nil
    done = []
  }
}

extension IMAPSession {
  /// The octets of a message are next: may they come?
  mutating func takeAppendStart(
    _ start: AppendStart, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    guard let principal else { return refuseAppend(start.tag, .bad("Log in first"), &output) }
    var replaced: UID?
    if case .replace(let isUID, let number) = start.verb {
      switch self.replaced(number, isUID: isUID) {
      case .success(let uid): replaced = uid
      case .failure(let refusal): return refuseAppend(start.tag, refusal.reply, &output)
      }
    }
    // RFC 6855 §4
    guard !start.isUTF8 || modes.usesUTF8 else {
      return refuseAppend(start.tag, .no("Enable UTF8=ACCEPT first", .cannot), &output)
    }
    // RFC 3502 §2: an empty message ends the whole command.
    guard start.size > 0 else { return refuseAppend(start.tag, .no("An empty message cannot be kept"), &output) }
    if start.index > 0, append?.target != nil {
      append?.start = start
      return acceptMessage(start, &input, &output)
    }
    append = AppendState(tag: start.tag, start: start)
    append?.replaced = replaced
    let finder = MailboxFinder(
      store: service.store, directory: service.directory, account: AccountID(raw: principal.account))
    let name = start.mailbox
    return .run { _ in
      do throws(StoreFault) {
        let target = try await finder.find(name)
        guard target.info.isSelectable else { throw .notSelectable }
        // RFC 4314 §4
        try target.needs(.insert)
        return .appendTarget(.success(target))
      } catch {
        return .appendTarget(.failure(error))
      }
    }
  }

  /// The message that REPLACE names (RFC 8508 §3.2, §3.3).
  private func replaced(_ number: SequenceSet.Number, isUID: Bool) -> Result<UID, CommandRefusal> {
    guard let view else { return .failure(CommandRefusal(.bad("Select a mailbox first"))) }
    if view.isReadOnly { return .failure(CommandRefusal(.no("The mailbox was opened read-only", .readOnly))) }
    // RFC 8508 §4.1
    guard view.rights.isSuperset(of: [.deleteMessages, .expunge]) else {
      return .failure(CommandRefusal(CommandReply(.noPermission)))
    }
    if !isUID, modes.uidOnly {
      return .failure(CommandRefusal(.bad("Message numbers are off after ENABLE UIDONLY", .uidRequired)))
    }
    do throws(CommandRefusal) {
      let set = SequenceSet([.init(number, number)])
      let chosen = try Chosen(set, isUID: isUID, in: view.snapshot, saved: NumberSet())
      guard let index = chosen.indices.first else {
        throw CommandRefusal(.no("There is no such message", .nonExistent))
      }
      return .success(view.known.uid(at: index))
    } catch {
      return .failure(error)
    }
  }

  mutating func takeAppendTarget(
    _ target: Result<NamedMailbox, StoreFault>, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    guard let start = append?.start else { return .proceed }
    switch target {
    case .success(let target):
      // Somebody else's mailbox has no role here.
      let isSent = target.info.role == .sent && filesSentCopies
      append?.target = target
      append?.isSent = isSent
      return acceptMessage(start, &input, &output)
    case .failure(let fault):
      // RFC 9051 §6.3.12: TRYCREATE where creating the mailbox may help.
      let reply =
        fault == .noSuchMailbox ? CommandReply.no("No such mailbox", .tryCreate) : CommandReply(fault)
      return refuseAppend(start.tag, reply, &output)
    }
  }

  private var filesSentCopies: Bool {
    principal.map { service.directory.snapshot.settings(of: $0.account).filesSentCopy } ?? false
  }

  private mutating func acceptMessage(
    _ start: AppendStart, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    framer.accept()
    let spool = service.store.spool()
    append?.spool = spool
    input.isBodyStreaming = true
    if start.isSynchronizing { write(&output) { $0.continuation() } }
    return .proceed
  }

  private mutating func refuseAppend(
    _ tag: String, _ reply: CommandReply, _ output: inout Output
  ) -> Step<Outcome> {
    framer.refuse()
    append?.discard()
    append = nil
    return answer(tag, reply, &output)
  }

  /// A piece is in the spool's memory.
  mutating func takeMessageData(isLast: Bool, _ input: inout Input) -> Step<Outcome> {
    guard let spool = append?.spool else { return .proceed }
    if isLast {
      append?.endMessage()
      input.isBodyStreaming = false
      return .proceed
    }
    guard spool.needsFlush, append?.fault == nil else { return .proceed }
    return .run { _ in
      do throws(StoreFault) {
        try await spool.flush()
        return .spooled(nil)
      } catch {
        return .spooled(error)
      }
    }
  }

  /// The command is whole: file the messages.
  mutating func endAppend(_ start: AppendStart) -> Step<Outcome> {
    guard let state = append, let principal, let target = state.target else { return .proceed }
    append = nil
    let account = AccountID(raw: principal.account)
    let now = service.now()
    let source = view?.mailbox
    let refusesUTF8 = service.settings.refusesUTF8Headers && !modes.usesUTF8
    return run(state.tag, account) { context in
      do throws(StoreFault) {
        if let fault = state.fault { throw fault }
        if state.hasNUL {
          for message in state.done { message.spool.discard() }
          return .bad("A message with NUL needs a literal8")
        }
        var items: [AppendItem] = []
        for message in state.done {
          let (asked, names) = FlagNames.split(message.start.flags)
          // RFC 4314 §4: flags that the user may not set are left out, and the message comes in.
          let flags = asked.intersection(context.changeableFlags(target))
          let keywords = target.rights.contains(.write) ? names : []
          let spooled = try await message.spool.finish()
          items.append(
            AppendItem(
              message: spooled, flags: flags, keywords: keywords, internalDate: message.start.date.map(\.kept) ?? now,
              sentIdentity: state.isSent && state.done.count == 1 ? spooled.sentIdentity() : nil))
        }
        // RFC 6855 §4: MUST. Other charsets are no internationalised mail and come in as they always have.
        if refusesUTF8, items.contains(where: \.message.derived.isInternationalized) {
          return .no("The header is not ASCII: enable UTF8=ACCEPT first", .cannot)
        }
        if let uid = state.replaced, let source, let item = items.first {
          return try await Self.replace(uid, in: source, with: item, target, context)
        }
        let all = items
        let result = try await context.reporting(items.count > 100) { () async throws(StoreFault) in
          try await context.store.append(all, to: target.info.id, of: target.owner, by: context.account)
        }
        let uids = NumberSet(ascending: result.uids)
        return .ok("Append completed", .appendUID(uidValidity: result.uidValidity, uids: uids)).adding(uids, to: target)
      } catch {
        for message in state.done { message.spool.discard() }
        if error == .noSuchMailbox { return .no("No such mailbox", .tryCreate) }
        return CommandReply(error)
      }
    }
  }

  /// RFC 8508 §4.3: APPENDUID in an untagged OK, so that it comes before the EXPUNGE of the old message.
  private static func replace(
    _ uid: UID, in source: OpenMailbox, with item: AppendItem, _ target: NamedMailbox, _ context: CommandContext
  ) async throws(StoreFault) -> CommandReply {
    let result = try await context.store.replace(uid, in: source, with: item, to: target.info.id, of: target.owner)
    var responses = context.responses()
    let uids = NumberSet(ascending: result.uids)
    responses.status(.ok, .appendUID(uidValidity: result.uidValidity, uids: uids), "Replacement Message ready")
    do { try await context.out.write(responses.bytes) } catch { return .gone }
    return .ok("Replace completed", effect: .expunged).adding(uids, to: target)
  }
}
