import Directory
import IMAP
import Logging
import Net
import Store

// NOTIFY (RFC 5465): news of all mailboxes at any time.
extension IMAPSession {
  mutating func notify(
    _ tag: String, _ notify: IMAPCommand.Notify, _ account: AccountID, _ output: inout Output
  ) -> Step<Outcome> {
    switch notify {
    case .none:
      if !modes.metadata { feed = nil }
      return answer(tag, .ok("Notify completed", effect: .notify(.none)), &output)
    case .set(let tellsStatus, let groups):
      guard let wanted = Notifications(groups) else {
        return answer(tag, .no("Some events are not known here", .badEvent(Notifications.known)), &output)
      }
      listen()
      guard feed != nil else { return answer(tag, .no("Notifications are not possible now", .unavailable), &output) }
      // §3.1: an implicit NOOP, under what held until now.
      guard reportChanges(&output) else { return bye(goneWords, &output) }
      return run(tag, account) { context in
        do {
          let report = NotificationReport(wanted: wanted, context: context)
          if tellsStatus { try await report.writeStatus() }
          try await report.writeNoAccess()
          return .ok("Notify completed", effect: .notify(wanted))
        } catch let fault as StoreFault {
          return CommandReply(fault)
        } catch {
          return .gone
        }
      }
    }
  }

  /// Begins to gather what happens in the account.
  mutating func listen() {
    guard feed == nil, let principal else { return }
    let waker = waker
    do throws(StoreFault) {
      feed = try service.store.feed(of: AccountID(raw: principal.account)) { waker.wake() }
    } catch {
      service.logger.warning("no events of the account", metadata: ["fault": "\(error)"])
    }
    ownEvents = []
  }

  /// Something changed, and no command is being done.
  mutating func takeWake(_ output: inout Output) -> Step<Outcome> {
    // Nothing is left to look at; RFC 2180 §3.3.
    if view?.isOwnerGone == true { return bye(goneWords, &output) }
    let before = view?.known.highestUID ?? 0
    if let notifications {
      if case .messages(let isDelayed, _, _) = notifications.selected {
        // §6.1.2: with SELECTED-DELAYED removals wait for a command, IDLE among them.
        guard reportChanges(mayExpunge: !isDelayed || idleTag != nil, &output) else {
          return bye(goneWords, &output)
        }
      } else if view?.isGone == true {
        return bye(goneWords, &output)
      }
    } else if idleTag != nil, !reportChanges(&output) {
      return bye(goneWords, &output)
    }
    if let step = fetchNew(after: before) { return step }
    return tellEvents(&output) ?? .wait
  }

  /// What came while SELECT was answered, for a client that asked to hear of it at any time: nothing wakes the session for it any more.
  mutating func reportSinceSelect(_ output: inout Output) -> Step<Outcome> {
    guard case .messages(let isDelayed, _, _)? = notifications?.selected else { return .proceed }
    let before = view?.known.highestUID ?? 0
    guard reportChanges(mayExpunge: !isDelayed, &output) else { return bye(goneWords, &output) }
    return fetchNew(after: before) ?? .proceed
  }

  /// §5.2: what the client wants to see of every new message, at once; not of its own.
  func fetchNew(after uid: UID, but own: [CommandReply.Added] = []) -> Step<Outcome>? {
    guard case .messages(_, _, let items)? = notifications?.selected, !items.isEmpty, let view, let principal,
      let last = view.known.highestUID, last > uid
    else { return nil }
    let known = own.filter { $0.mailbox == view.mailbox.id && $0.owner == view.mailbox.account }
    let new = (view.known.lowerBound(uid + 1)..<view.known.count).map { view.known.uid(at: $0) }
      .filter { uid in !known.contains { $0.uids.contains(uid) } }
    if new.isEmpty { return nil }
    let set = SequenceSet(NumberSet(ascending: new))
    let fetch = IMAPCommand.Fetch(isUID: true, set: set, items: items)
    return beside(AccountID(raw: principal.account)) { context in
      guard let view = context.view else { return .done }
      return switch await FetchCommand(fetch: fetch, context: context, view: view).run().effect {
      case .broken: .broken
      case .gone: .gone
      default: .done
      }
    }
  }

  /// Tells what happened elsewhere in the account.
  private mutating func tellEvents(_ output: inout Output) -> Step<Outcome>? {
    guard let feed, let principal, !feed.isEmpty else { return nil }
    guard let events = feed.take() else {
      // §5.8: too much to tell; the client must look for itself.
      notifications = Notifications.none
      if !modes.metadata { self.feed = nil }
      write(&output) { $0.status(.ok, .notificationOverflow, "Too much happened: NOTIFY is off") }
      return nil
    }
    let foreign = events.filter { event in
      guard let place = ownEvents.firstIndex(of: event) else { return true }
      ownEvents.remove(at: place)
      return false
    }
    ownEvents = []
    if foreign.isEmpty { return nil }
    let wanted = notifications
    return beside(AccountID(raw: principal.account)) { context in
      do {
        try await NotificationReport(wanted: wanted, context: context).write(foreign)
      } catch is StoreFault {
        // The account is going away: its commands will say so.
      } catch {
        return .gone
      }
      return .done
    }
  }

  /// Runs what belongs to no command.
  private func beside(
    _ account: AccountID, _ work: @escaping @Sendable (CommandContext) async -> Notified
  ) -> Step<Outcome> {
    let service = service
    let modes = modes
    let snapshot = view?.snapshot
    return .run { out in
      let context = CommandContext(
        tag: "*", service: service, account: account, modes: modes, view: snapshot, savedResult: NumberSet(), out: out)
      return .notified(await work(context))
    }
  }
}
