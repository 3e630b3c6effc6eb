import Directory
import IMAP
import Net
import Store

// STOREs that a client sends one behind the other without waiting (RFC 9051 §5.5) share one durable step: with a sync for each, a thousand
// of them would take a thousand syncs.
extension IMAPSession {
  /// So many commands, and so many messages in each, are done together; more come next.
  private static let storesTogether = 2_048
  private static let messagesEach = 64

  /// The STORE together with those that lie behind it in the input already; nil when it is done alone.
  mutating func storesTogether(_ first: TaggedCommand, _ input: inout Input) -> [TaggedCommand]? {
    guard isShort(first), !input.isEmpty else { return nil }
    var commands = [first]
    while commands.count < Self.storesTogether {
      var ahead = framer
      let frame = input.withUnsafeBytes { ahead.next($0) }
      guard case .command(let bytes) = frame.event, let next = try? TaggedCommand.parse(bytes, framer.options),
        isShort(next)
      else { break }
      framer = ahead
      input.consume(frame.consumed)
      commands.append(next)
    }
    return commands.count > 1 ? commands : nil
  }

  /// A STORE that may be sent now and names few messages by number.
  private func isShort(_ tagged: TaggedCommand) -> Bool {
    guard case .store(let store) = tagged.command, let view, !view.isReadOnly, view.rights.contains(.read),
      state.refusal(of: tagged) == nil, !modes.uidOnly || store.isUID, store.unchangedSince == nil || modes.condstore
    else { return false }
    return store.set.listed(limit: Self.messagesEach) != nil
  }

  mutating func run(together commands: [TaggedCommand]) -> Step<Outcome> {
    guard let principal, let view = view?.snapshot else { return .proceed }
    let (service, modes, saved) = (service, modes, savedResult)
    let account = AccountID(raw: principal.account)
    let stores = commands.compactMap { tagged -> (tag: String, store: IMAPCommand.StoreFlags, mayExpunge: Bool)? in
      guard case .store(let store) = tagged.command else { return nil }
      return (tagged.tag, store, tagged.command.traits.mayExpunge)
    }
    // RFC 9051 §6.4.9: what a UID STORE brings has the UID; what a STORE brings may have it.
    speaksUID = stores.contains { $0.store.isUID }
    return .run { out in
      let commands = stores.map { tag, store, _ in
        StoreFlagsCommand(
          store: store,
          context: CommandContext(
            tag: tag, service: service, account: account, modes: modes, view: view, savedResult: saved, out: out),
          view: view)
      }
      let replies = await StoreFlagsCommand.run(together: commands)
      return .finished(
        zip(stores, replies).map { FinishedCommand(tag: $0.tag, reply: $1, mayExpunge: $0.mayExpunge) })
    }
  }
}

extension StoreFlagsCommand {
  /// Does several on one mailbox, in order; what each is answered.
  static func run(together commands: [StoreFlagsCommand]) async -> [CommandReply] {
    let prepared = commands.map { $0.prepared() }
    let changes = prepared.compactMap { if case .change(let change) = $0 { change } else { nil } }
    guard let first = commands.first, !changes.isEmpty else { return replies(commands, prepared, []) }
    do {
      let (messages, mailbox) = (first.context.store, first.view.mailbox)
      let results = try await first.context.reporting(true) { () async throws(StoreFault) in
        try await messages.setFlags(changes, in: mailbox)
      }
      return replies(commands, prepared, results)
    } catch {
      // Nothing was done: each is done alone, and answered for itself.
      var replies: [CommandReply] = []
      for command in commands { replies.append(await command.run()) }
      return replies
    }
  }

  private static func replies(
    _ commands: [StoreFlagsCommand], _ prepared: [Prepared], _ results: [FlagResult]
  ) -> [CommandReply] {
    var results = results.makeIterator()
    return zip(commands, prepared).map { command, prepared in
      switch prepared {
      case .refused(let reply): reply
      case .change(let change):
        results.next().map { command.reply(to: change, $0) } ?? .no("Store failed")
      }
    }
  }
}
