import IMAP
import Store

/// EXPUNGE, UID EXPUNGE (RFC 9051 §6.4.3) and CLOSE (§6.4.1). The EXPUNGE responses come from the view's update.
struct ExpungeCommand: Sendable {
  /// The set of UID EXPUNGE.
  let set: SequenceSet?
  let closes: Bool
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    let mayExpunge = view.rights.contains(.expunge)
    // RFC 4314 §4: without "e" CLOSE only closes.
    if closes, view.isReadOnly || !mayExpunge { return .ok("Closed", effect: .unselected) }
    if !mayExpunge { return CommandReply(.noPermission) }
    do {
      var uids: [UID]?
      if let set { uids = try Chosen(set, isUID: true, in: view, saved: context.savedResult).uids(in: view.table) }
      let gone = try await context.store.expunge(uids, in: view.mailbox)
      if closes { return .ok("Closed", effect: .unselected) }
      return .ok("Expunge completed", effect: gone.isEmpty ? .none : .expunged)
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch StoreFault.noSuchMailbox where closes {
      // Somebody else deleted it: closed it is all the same.
      return .ok("Closed", effect: .unselected)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .no("Expunge failed")
    }
  }
}
