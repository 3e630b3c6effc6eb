import IMAP
import Store

/// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3): opens the mailbox; the session writes what the client must know of it.
struct SelectCommand: Sendable {
  let select: IMAPCommand.Select
  let isReadOnly: Bool
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      // RFC 7162 §3.2.3: only after ENABLE QRESYNC.
      if select.resync != nil, !context.modes.qresync { return .bad("QRESYNC is not enabled", effect: .unselected) }
      if context.modes.uidOnly, select.resync?.match != nil {
        return .bad("Message numbers are off after ENABLE UIDONLY", .uidRequired, effect: .unselected)
      }
      let named = try await context.mailbox(select.mailbox)
      let info = named.info
      try named.needs(.read)
      guard info.isSelectable else { throw StoreFault.notSelectable }
      // RFC 4314 §5.2: who may change nothing gets it read-only; what is his own everybody may change.
      let isOwn = context.store.stateMode(of: info.id, of: named.owner) == .own
      let isReadOnly = isReadOnly || (!isOwn && named.rights.isDisjoint(with: .changing))
      let mailbox = try await context.store.open(
        info.id, of: named.owner, for: context.account, claimRecent: !isReadOnly)
      // Taken before the question what vanished, so that nothing falls between the two.
      let state = mailbox.state
      var selection = Selection(
        mailbox: mailbox, info: info, asked: select.mailbox, isReadOnly: isReadOnly,
        member: context.account, rights: mailbox.rights(of: context.account), state: state)
      if let resync = select.resync, resync.uidValidity == state.uidValidity {
        selection.resync = try await resynchronized(resync, mailbox, state)
      }
      // RFC 9051 §6.3.2: the codes are due whatever the client asked for.
      return .ok(
        isReadOnly ? "Opened read-only" : "Opened", isReadOnly ? .readOnly : .readWrite, effect: .selected(selection))
    } catch let fault as StoreFault {
      // RFC 9051 §6.3.2: a failed SELECT leaves nothing selected.
      return CommandReply(fault, effect: .unselected)
    } catch {
      return .no("Select failed", effect: .unselected)
    }
  }

  /// What the client missed (RFC 7162 §3.2.5).
  private func resynchronized(
    _ resync: IMAPCommand.Resync, _ mailbox: OpenMailbox, _ state: MailboxState
  ) async throws(StoreFault) -> Resynchronized {
    let known = resync.knownUIDs?.resolved(largest: state.table.highestUID ?? 0)
    var vanished = try await Vanished.uids(since: resync.modSequence, in: mailbox, state.table, context)
    if let known { vanished = vanished.intersection(known) }
    // RFC 7162 §3.2.5.2: up to a message whose number still fits its UID the client knows what is gone.
    if let match = resync.match, let fits = lastFit(match, state.table) {
      vanished = fits == .max ? NumberSet() : vanished.intersection(NumberSet([fits + 1...UInt32.max]))
    }
    var changed: [Int] = []
    state.table.forEach(in: nil) { index, record in
      if record.modseq > resync.modSequence, known?.contains(record.uid) ?? true { changed.append(index) }
    }
    return Resynchronized(vanished: vanished, changed: changed)
  }

  private func lastFit(_ match: IMAPCommand.Resync.Match, _ table: MessageTable) -> UID? {
    let limit = 10_000
    guard let numbers = match.numbers.listed(limit: limit), let uids = match.uids.listed(limit: limit) else {
      return nil
    }
    return Array(zip(numbers, uids)).last { number, uid in
      number >= 1 && number <= table.count && table.uid(at: Int(number) - 1) == uid
    }?.1
  }
}
