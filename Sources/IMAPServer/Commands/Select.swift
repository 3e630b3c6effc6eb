import IMAP
import Store

/// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3): opens the mailbox; the session writes what the client must know of it.
struct SelectCommand: Sendable {
  let select: IMAPCommand.Select
  let isReadOnly: Bool
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      // RFC 7162 §3.2.5: only after ENABLE QRESYNC, which is not offered.
      if select.resync != nil { return .bad("QRESYNC is not enabled", effect: .unselected) }
      let info = try await context.store.mailbox(named: select.mailbox.text, of: context.account)
      guard info.isSelectable else { throw StoreFault.notSelectable }
      let mailbox = try await context.store.open(info.id, of: context.account, claimRecent: !isReadOnly)
      let selection = Selection(mailbox: mailbox, info: info, isReadOnly: isReadOnly)
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
}
