import Directory
import IMAP
import Logging
import Net
import Store

/// A command that has run: its tag, what it was, and how it ended.
package struct FinishedCommand: Sendable {
  let tag: String
  let reply: CommandReply
  /// False after commands by message number, during which no number may change (RFC 9051 §7.5.1).
  let mayExpunge: Bool

  /// Half a response is on the wire.
  var isBroken: Bool { if case .broken = reply.effect { true } else { false } }
  var isGone: Bool { if case .gone = reply.effect { true } else { false } }
}

extension IMAPSession {
  /// A command as a function that runs beside the session.
  typealias Work = @Sendable (CommandContext) async -> CommandReply

  /// Where the session stands (RFC 9051 §3).
  var state: SessionState {
    if principal == nil { return .notAuthenticated }
    return view == nil ? .authenticated : .selected
  }

  /// Does a command at once, or starts it.
  mutating func dispatch(_ tagged: TaggedCommand, _ output: inout Output) -> Step<Outcome> {
    if let refusal = state.refusal(of: tagged) {
      write(&output) { $0.error(refusal) }
      return countError(&output)
    }
    let tag = tagged.tag
    switch tagged.command {
    case .capability:
      write(&output) { $0.capability(capabilities) }
      return answer(tag, .ok("Capability completed"), &output)
    case .noop, .check: return answer(tag, .ok("Done"), &output)
    case .id(let fields): return identify(tag, fields, &output)
    case .logout:
      write(&output) { responses in
        responses.status(.bye, nil, "Goodbye")
        responses.status(.ok, tag: tag, nil, "Logout completed")
      }
      return .close
    case .startTLS: return startTLS(tag, &output)
    case .login(let login): return logIn(tag, login, &output)
    case .authenticate(let authenticate): return self.authenticate(tag, authenticate, &output)
    default:
      guard let principal else { return answer(tag, .bad("Log in first"), &output) }
      return dispatch(tagged, AccountID(raw: principal.account), &output)
    }
  }

  /// Commands of a session that has logged in.
  private mutating func dispatch(
    _ tagged: TaggedCommand, _ account: AccountID, _ output: inout Output
  ) -> Step<Outcome> {
    let tag = tagged.tag
    let traits = tagged.command.traits
    // RFC 9586 §3: no message numbers, in searches neither.
    if modes.uidOnly, traits.usesMessageNumbers || tagged.command.namesMessageNumbers {
      return answer(tag, .bad("Message numbers are off after ENABLE UIDONLY", .uidRequired), &output)
    }
    // RFC 4314 §5.1.1: nothing more is told of a mailbox that may no longer be read.
    if traits.states == [.selected], let view, !view.rights.contains(.read) { return bye(goneWords, &output) }
    if traits.needsWrite, view?.isReadOnly == true {
      return answer(tag, .no("The mailbox was opened read-only", .readOnly), mayExpunge: traits.mayExpunge, &output)
    }
    if tagged.command.enablesCondstore { enableCondstore(&output) }
    switch tagged.command {
    case .enable(let names): return enable(tag, names, &output)
    case .namespace:
      write(&output) {
        $0.namespace(personal: [.init(prefix: "")], others: [.init(prefix: OtherUsers.prefix)], shared: [])
      }
      return answer(tag, .ok("Namespace completed"), &output)
    case .idle: return idle(tag, &output)
    case .notify(let notify): return self.notify(tag, notify, account, &output)
    case .unauthenticate: return unauthenticate(tag, &output)
    case .compress(let mechanism): return compress(tag, mechanism, &output)
    case .unselect: return answer(tag, .ok("Unselected", effect: .unselected), &output)
    case .select(let select): return open(tag, select, isReadOnly: false, account, &output)
    case .examine(let select): return open(tag, select, isReadOnly: true, account, &output)
    default: break
    }
    guard let work = Self.work(of: tagged.command) ?? view.flatMap({ Self.work(of: tagged, in: $0.snapshot) }) else {
      // Understood, but not offered: clean words instead of a syntax error.
      return answer(tag, .no("This command is not offered here", .cannot), mayExpunge: traits.mayExpunge, &output)
    }
    switch tagged.command {
    case .fetch(let fetch): speaksUID = fetch.isUID
    case .store(let store): speaksUID = store.isUID
    default: break
    }
    return run(tag, account, mayExpunge: traits.mayExpunge, work)
  }

  /// Commands about mailboxes.
  private static func work(of command: IMAPCommand) -> Work? {
    switch command {
    case .create(let create): { await MailboxTreeCommand(change: .create(create), context: $0).run() }
    case .delete(let name): { await MailboxTreeCommand(change: .delete(name), context: $0).run() }
    case .rename(let rename): { await MailboxTreeCommand(change: .rename(rename), context: $0).run() }
    case .subscribe(let name): { await MailboxTreeCommand(change: .subscribe(name, true), context: $0).run() }
    case .unsubscribe(let name): { await MailboxTreeCommand(change: .subscribe(name, false), context: $0).run() }
    case .list(let list): { await ListCommand(list: list, isLsub: false, context: $0).run() }
    case .lsub(let reference, let pattern):
      { await ListCommand(list: .init(reference: reference, patterns: [pattern]), isLsub: true, context: $0).run() }
    case .status(let status): { await StatusCommand(status: status, context: $0).run() }
    case .getQuota(let root): { await QuotaCommand(question: .root(root), context: $0).run() }
    case .getQuotaRoot(let name): { await QuotaCommand(question: .mailbox(name), context: $0).run() }
    case .setQuota(let set): { await QuotaCommand(question: .set(set), context: $0).run() }
    case .setACL(let set): { await AccessListCommand(question: .set(set), context: $0).run() }
    case .deleteACL(let name, let identifier):
      { await AccessListCommand(question: .delete(name, identifier: identifier), context: $0).run() }
    case .getACL(let name): { await AccessListCommand(question: .get(name), context: $0).run() }
    case .listRights(let name, let identifier):
      { await AccessListCommand(question: .listRights(name, identifier: identifier), context: $0).run() }
    case .myRights(let name): { await AccessListCommand(question: .myRights(name), context: $0).run() }
    case .getMetadata(let get): { await GetMetadataCommand(get: get, context: $0).run() }
    case .setMetadata(let set): { await SetMetadataCommand(set: set, context: $0).run() }
    default: nil
    }
  }

  /// Commands about the messages of the selected mailbox.
  private static func work(of tagged: TaggedCommand, in view: ViewSnapshot) -> Work? {
    let tag = tagged.tag
    return switch tagged.command {
    case .fetch(let fetch): { await FetchCommand(fetch: fetch, context: $0, view: view).run() }
    case .store(let store): { await StoreFlagsCommand(store: store, context: $0, view: view).run() }
    case .search(let search): { await SearchCommand(search: search, tag: tag, context: $0, view: view).run() }
    case .sort(let sort): { await SortCommand(sort: sort, tag: tag, context: $0, view: view).run() }
    case .thread(let thread): { await ThreadCommand(thread: thread, context: $0, view: view).run() }
    case .copy(let copy): { await CopyCommand(copy: copy, isMove: false, context: $0, view: view).run() }
    case .move(let copy): { await CopyCommand(copy: copy, isMove: true, context: $0, view: view).run() }
    case .expunge(let set): { await ExpungeCommand(set: set, closes: false, context: $0, view: view).run() }
    case .close: { await ExpungeCommand(set: nil, closes: true, context: $0, view: view).run() }
    default: nil
    }
  }

  /// Runs a command as a function beside the session.
  func run(_ tag: String, _ account: AccountID, mayExpunge: Bool = true, _ command: @escaping Work) -> Step<Outcome> {
    let service = service
    let modes = modes
    let snapshot = view?.snapshot
    let saved = savedResult
    return .run { out in
      let context = CommandContext(
        tag: tag, service: service, account: account, modes: modes, view: snapshot, savedResult: saved, out: out)
      return .finished([FinishedCommand(tag: tag, reply: await command(context), mayExpunge: mayExpunge)])
    }
  }

  /// Ends a command that needed no waiting.
  mutating func answer(
    _ tag: String, _ reply: CommandReply, mayExpunge: Bool = true, _ output: inout Output
  ) -> Step<Outcome> {
    finish([FinishedCommand(tag: tag, reply: reply, mayExpunge: mayExpunge)], &output)
  }

  /// Applies what commands did (one, or several STOREs), brings the client up to date, and writes the tagged responses.
  mutating func finish(_ commands: [FinishedCommand], _ output: inout Output) -> Step<Outcome> {
    // Half a response is on the wire: nothing that follows could be understood.
    if commands.contains(where: \.isBroken) { return .close }
    if commands.contains(where: \.isGone) { return leaveLost(&output) }
    let before = view.map { (mailbox: $0.mailbox, uid: $0.known.highestUID ?? 0) }
    for command in commands {
      if feed != nil { ownEvents += command.reply.own }
      apply(command.reply.effect, &output)
    }
    let isSelect = commands.contains { if case .selected = $0.reply.effect { true } else { false } }
    // RFC 9051 §6.3.2, RFC 7162 §3.2.5: up to its tagged OK a SELECT tells the mailbox as it was opened. What came since is news,
    // told when news may be told.
    let isThere = isSelect || reportChanges(commands, &output)
    for command in commands {
      var reply = command.reply
      if case .expunged = reply.effect, modes.tellsVanished, let view {
        reply.code = .highestModSequence(max(1, view.toldModseq))
      }
      write(&output) { $0.status(reply.condition, tag: command.tag, reply.code, reply.text) }
    }
    // RFC 2180 §3.3: whoever has a mailbox selected that somebody else deletes may be sent away.
    guard isThere else { return bye(goneWords, &output) }
    for command in commands {
      if command.reply.condition == .bad, case .close = countError(&output) { return .close }
      if command.reply.condition == .ok { errors = 0 }
    }
    if commands.last?.reply.condition == .bad { return .proceed }
    if isSelect { return reportSinceSelect(&output) }
    guard let before, before.mailbox === view?.mailbox else { return .proceed }
    return fetchNew(after: before.uid, but: commands.compactMap(\.reply.added)) ?? .proceed
  }

  /// Work could not say what it wanted: the connection is lost, or the owner of the selected mailbox is gone and it was interrupted.
  mutating func leaveLost(_ output: inout Output) -> Step<Outcome> {
    view?.isOwnerGone == true ? bye(goneWords, &output) : .close
  }

  private mutating func apply(_ effect: CommandReply.Effect, _ output: inout Output) {
    switch effect {
    case .none, .stored, .expunged, .broken, .gone: break
    case .selected(let selection): select(selection, &output)
    case .unselected:
      view = nil
      savedResult = NumberSet()
    case .deselected:
      view = nil
      savedResult = NumberSet()
      write(&output) { $0.status(.ok, .closed, "The mailbox is closed") }
    case .saved(let uids): savedResult = uids
    case .notify(let wanted): notifications = wanted
    }
  }
}
