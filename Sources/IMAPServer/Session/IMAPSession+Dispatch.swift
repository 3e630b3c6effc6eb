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
}

extension IMAPSession {
  /// Does a command at once, or starts it.
  mutating func dispatch(_ tagged: TaggedCommand, _ output: inout Output) -> Step<Outcome> {
    let tag = tagged.tag
    switch tagged.command {
    case .capability:
      write(&output) { $0.capability(capabilities) }
      return answer(tag, .ok("Capability completed"), &output)
    case .noop, .check: return answer(tag, .ok("Done"), &output)
    case .id: return identify(tag, &output)
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

  /// Commands of the authenticated state.
  private mutating func dispatch(
    _ tagged: TaggedCommand, _ account: AccountID, _ output: inout Output
  ) -> Step<Outcome> {
    let tag = tagged.tag
    switch tagged.command {
    case .enable(let names): return enable(tag, names, &output)
    case .namespace:
      write(&output) { $0.namespace(personal: [.init(prefix: "")], others: [], shared: []) }
      return answer(tag, .ok("Namespace completed"), &output)
    case .idle: return idle(tag, &output)
    case .select(let select): return open(tag, select, isReadOnly: false, account, &output)
    case .examine(let select): return open(tag, select, isReadOnly: true, account, &output)
    case .create(let create):
      return run(tag, account) { await MailboxTreeCommand(change: .create(create), context: $0).run() }
    case .delete(let name):
      return run(tag, account) { await MailboxTreeCommand(change: .delete(name), context: $0).run() }
    case .rename(let rename):
      return run(tag, account) { await MailboxTreeCommand(change: .rename(rename), context: $0).run() }
    case .subscribe(let name):
      return run(tag, account) { await MailboxTreeCommand(change: .subscribe(name, true), context: $0).run() }
    case .unsubscribe(let name):
      return run(tag, account) { await MailboxTreeCommand(change: .subscribe(name, false), context: $0).run() }
    case .list(let list): return run(tag, account) { await ListCommand(list: list, isLsub: false, context: $0).run() }
    case .lsub(let reference, let pattern):
      let list = IMAPCommand.List(reference: reference, patterns: [pattern])
      return run(tag, account) { await ListCommand(list: list, isLsub: true, context: $0).run() }
    case .status(let status): return run(tag, account) { await StatusCommand(status: status, context: $0).run() }
    default:
      guard let view else { return answer(tag, .bad("Select a mailbox first"), &output) }
      return dispatch(tagged, account, view.snapshot, &output)
    }
  }

  /// Commands of the selected state.
  private mutating func dispatch(
    _ tagged: TaggedCommand, _ account: AccountID, _ view: ViewSnapshot, _ output: inout Output
  ) -> Step<Outcome> {
    let tag = tagged.tag
    switch tagged.command {
    case .fetch(let fetch):
      speaksUID = fetch.isUID
      return run(tag, account, mayExpunge: fetch.isUID) {
        await FetchCommand(fetch: fetch, context: $0, view: view).run()
      }
    case .store(let store):
      speaksUID = store.isUID
      return run(tag, account, mayExpunge: store.isUID) {
        await StoreFlagsCommand(store: store, context: $0, view: view).run()
      }
    case .search(let search):
      return run(tag, account, mayExpunge: search.isUID) {
        await SearchCommand(search: search, tag: tag, context: $0, view: view).run()
      }
    case .copy(let copy):
      return run(tag, account) { await CopyCommand(copy: copy, isMove: false, context: $0, view: view).run() }
    case .move(let copy):
      return run(tag, account) { await CopyCommand(copy: copy, isMove: true, context: $0, view: view).run() }
    case .expunge(let set):
      return run(tag, account) { await ExpungeCommand(set: set, closes: false, context: $0, view: view).run() }
    case .close:
      return run(tag, account) { await ExpungeCommand(set: nil, closes: true, context: $0, view: view).run() }
    case .unselect: return answer(tag, .ok("Unselected", effect: .unselected), &output)
    // Understood, but not offered: clean words instead of a syntax error.
    default: return answer(tag, .no("This command is not offered here", .cannot), &output)
    }
  }

  /// Runs a command as a function beside the session.
  func run(
    _ tag: String, _ account: AccountID, mayExpunge: Bool = true,
    _ command: @escaping @Sendable (CommandContext) async -> CommandReply
  ) -> Step<Outcome> {
    let service = service
    let modes = modes
    let snapshot = view?.snapshot
    let saved = savedResult
    return .run { out in
      let context = CommandContext(
        service: service, account: account, modes: modes, view: snapshot, savedResult: saved, out: out)
      return .finished(FinishedCommand(tag: tag, reply: await command(context), mayExpunge: mayExpunge))
    }
  }

  /// Ends a command that needed no waiting.
  mutating func answer(
    _ tag: String, _ reply: CommandReply, mayExpunge: Bool = true, _ output: inout Output
  ) -> Step<Outcome> {
    finish(FinishedCommand(tag: tag, reply: reply, mayExpunge: mayExpunge), &output)
  }

  /// Applies what a command did, brings the client up to date, and writes the tagged response.
  mutating func finish(_ command: FinishedCommand, _ output: inout Output) -> Step<Outcome> {
    apply(command.reply.effect, &output)
    if view != nil, !reportChanges(command, &output) {
      return bye("The selected mailbox was deleted", &output)
    }
    let reply = command.reply
    write(&output) { $0.status(reply.condition, tag: command.tag, reply.code, reply.text) }
    return reply.condition == .bad ? countError(&output) : .proceed
  }

  private mutating func apply(_ effect: CommandReply.Effect, _ output: inout Output) {
    switch effect {
    case .none, .loggedIn, .stored: break
    case .selected(let selection): select(selection, &output)
    case .unselected:
      view = nil
      savedResult = NumberSet()
    case .saved(let uids): savedResult = uids
    }
  }
}
