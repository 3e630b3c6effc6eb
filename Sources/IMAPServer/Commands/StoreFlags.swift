import IMAP
import Store

/// STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
struct StoreFlagsCommand: Sendable {
  let store: IMAPCommand.StoreFlags
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    let change: FlagChange
    switch prepared() {
    case .refused(let reply): return reply
    case .change(let made): change = made
    }
    do {
      let (messages, mailbox) = (context.store, view.mailbox)
      let result = try await context.reporting(change.uids.count > 1_000) { () async throws(StoreFault) in
        try await messages.setFlags(change, in: mailbox)
      }
      return reply(to: change, result)
    } catch {
      return CommandReply(error)
    }
  }

  /// What there is to do, or what is said instead.
  enum Prepared {
    case change(FlagChange)
    case refused(CommandReply)
  }

  func prepared() -> Prepared {
    let chosen: Chosen
    do throws(CommandRefusal) {
      chosen = try Chosen(store.set, isUID: store.isUID, in: view, saved: context.savedResult)
    } catch {
      return .refused(error.reply)
    }
    let uids = chosen.uids(in: view.table)
    if uids.isEmpty { return .refused(.ok("Nothing to store")) }
    let (flags, keywords) = FlagNames.split(store.flags)
    var change = FlagChange(
      uids: uids, mode: mode, flags: flags, keywords: keywords, unchangedSince: store.unchangedSince)
    if let refusal = restrict(&change) { return .refused(refusal) }
    return .change(change)
  }

  private var mode: FlagChange.Mode {
    switch store.mode {
    case .replace: .replace
    case .add: .add
    case .remove: .remove
    }
  }

  func reply(to change: FlagChange, _ result: FlagResult) -> CommandReply {
    let now = view.mailbox.state.table
    // Expunged by somebody else: neither changed nor MODIFIED nor passed (RFC 7162 §3.1.3).
    let uids = change.uids.filter { now.index(of: $0) != nil }
    var stored = StoredFlags(
      uids: uids, isSilent: store.isSilent, mode: mode, flags: store.flags, modseq: result.modseq)
    if store.unchangedSince != nil {
      let failed = Set(result.modified)
      stored.passed = uids.filter { !failed.contains($0) }
    }
    let code = result.modified.isEmpty ? nil : ResponseCode.modified(modified(result.modified))
    // RFC 2180 §4.2, RFC 7162 §3.1.3: NO where a number stands for nothing any more, but for .SILENT without a test. By UID it is no
    // error (RFC 9051 §6.4.9).
    if !store.isUID, uids.count < change.uids.count, !store.isSilent || store.unchangedSince != nil {
      return .no("Some of the messages have been deleted", code ?? .expungeIssued, effect: .stored(stored))
    }
    return .ok(code == nil ? "Store completed" : "Conditional store failed", code, effect: .stored(stored))
  }

  /// RFC 4314 §4: what the user may not change stays as it is; NO only when he may change nothing of it.
  private func restrict(_ change: inout FlagChange) -> CommandReply? {
    let rights = view.rights
    if rights.isSuperset(of: [.seen, .write, .deleteMessages]) { return nil }
    if !rights.contains(.write) { change.keywords = [] }
    change.allowed = view.changeable
    let isPossible =
      !change.flags.isDisjoint(with: change.allowed) || !change.keywords.isEmpty
      || (change.mode == .replace && !change.allowed.isEmpty)
    return isPossible ? nil : CommandReply(.noPermission)
  }

  /// RFC 7162 §3.1.3: MODIFIED holds UIDs for UID STORE, else message numbers.
  private func modified(_ uids: [UID]) -> NumberSet {
    NumberSet(store.isUID ? uids : uids.compactMap { view.table.index(of: $0).map { UInt32($0 + 1) } })
  }
}
