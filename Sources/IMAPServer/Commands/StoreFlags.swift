import IMAP
import Store

/// STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
struct StoreFlagsCommand: Sendable {
  let store: IMAPCommand.StoreFlags
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    do {
      let chosen = try Chosen(store.set, isUID: store.isUID, in: view, saved: context.savedResult)
      let uids = chosen.uids(in: view.table)
      if uids.isEmpty { return .ok("Nothing to store") }
      let (flags, keywords) = FlagNames.split(store.flags)
      let mode: FlagChange.Mode =
        switch store.mode {
        case .replace: .replace
        case .add: .add
        case .remove: .remove
        }
      let change = FlagChange(
        uids: uids, mode: mode, flags: flags, keywords: keywords, unchangedSince: store.unchangedSince)
      let (messages, mailbox) = (context.store, view.mailbox)
      let result = try await context.reporting(uids.count > 1_000) { () async throws(StoreFault) in
        try await messages.setFlags(change, in: mailbox)
      }
      let stored = StoredFlags(
        uids: uids, isSilent: store.isSilent, mode: mode, flags: store.flags, modseq: result.modseq)
      // RFC 7162 §3.1.3: an expunged message is neither changed nor MODIFIED.
      guard !result.modified.isEmpty else { return .ok("Store completed", effect: .stored(stored)) }
      return .ok("Conditional store failed", .modified(modified(result.modified)), effect: .stored(stored))
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .no("Store failed")
    }
  }

  /// RFC 7162 §3.1.3: MODIFIED holds UIDs for UID STORE, else message numbers.
  private func modified(_ uids: [UID]) -> NumberSet {
    NumberSet(store.isUID ? uids : uids.compactMap { view.table.index(of: $0).map { UInt32($0 + 1) } })
  }
}
