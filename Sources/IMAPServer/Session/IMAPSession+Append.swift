import Directory
import IMAP
import Mail
import Net
import Store

/// An APPEND under way: messages spooled one after the other, filed together at its end (RFC 3502).
struct AppendState {
  let tag: String
  var start: AppendStart
  var target: MailboxID?
  /// The mailbox is Sent, and the server files copies there: a message that is there already is not added again.
  var isSent = false
  /// The message that is coming in.
  var spool: Spool?
  /// Messages that have come in whole.
  var done: [(spool: Spool, start: AppendStart)] = []
  var fault: StoreFault?

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
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
    guard start.verb == .append else {
      return refuseAppend(start.tag, .no("This command is not offered here", .cannot), &output)
    }
    // RFC 3502 §2: an empty message ends the whole command.
    // RFC 6855 §4 is not offered.
    guard !start.isUTF8 else { return refuseAppend(start.tag, .bad("UTF8 is not enabled"), &output) }
    guard start.size > 0 else { return refuseAppend(start.tag, .no("An empty message cannot be kept"), &output) }
    if start.index > 0, append?.target != nil {
      append?.start = start
      return acceptMessage(start, &input, &output)
    }
    append = AppendState(tag: start.tag, start: start)
    let store = service.store
    let account = AccountID(raw: principal.account)
    let name = start.mailbox.text
    return .run { _ in
      do throws(StoreFault) {
        let info = try await store.mailbox(named: name, of: account)
        guard info.isSelectable else { throw .notSelectable }
        return .appendTarget(.success(info))
      } catch {
        return .appendTarget(.failure(error))
      }
    }
  }

  mutating func takeAppendTarget(
    _ target: Result<MailboxInfo, StoreFault>, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    guard let start = append?.start else { return .proceed }
    switch target {
    case .success(let info):
      let isSent = info.role == .sent && filesSentCopies
      append?.target = info.id
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
    return run(state.tag, account) { context in
      do throws(StoreFault) {
        if let fault = state.fault { throw fault }
        var items: [AppendItem] = []
        for message in state.done {
          let (flags, keywords) = FlagNames.split(message.start.flags)
          let spooled = try await message.spool.finish()
          items.append(
            AppendItem(
              message: spooled, flags: flags, keywords: keywords, internalDate: message.start.date?.seconds ?? now,
              sentIdentity: state.isSent && state.done.count == 1 ? spooled.sentIdentity() : nil))
        }
        let result = try await context.store.append(items, to: target, of: account)
        return .ok(
          "Append completed",
          .appendUID(uidValidity: result.uidValidity, uids: NumberSet(ascending: result.uids)))
      } catch {
        for message in state.done { message.spool.discard() }
        if error == .noSuchMailbox { return .no("No such mailbox", .tryCreate) }
        return CommandReply(error)
      }
    }
  }
}
