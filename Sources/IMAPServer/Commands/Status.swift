import IMAP
import Net
import Store

/// STATUS (RFC 9051 §6.3.11).
struct StatusCommand: Sendable {
  let status: IMAPCommand.Status
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      let info = try await context.store.mailbox(named: status.mailbox.text, of: context.account)
      let found = try await context.store.status(of: info.id, of: context.account)
      var responses = context.responses()
      responses.status(of: MailboxName(info.name), Self.values(status.items, found, info))
      try await context.out.write(responses.bytes)
      return .ok("Status completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .no("The connection is closed")
    }
  }

  /// The values asked for, in that order; items of extensions that are not offered are left out.
  static func values(_ items: [StatusItem], _ status: MailboxStatus, _ info: MailboxInfo) -> [StatusValue] {
    items.compactMap { item in
      switch item {
      case .messages: .messages(UInt32(clamping: status.messages))
      case .uidNext: .uidNext(status.uidNext)
      case .uidValidity: .uidValidity(status.uidValidity)
      case .unseen: .unseen(UInt32(clamping: status.unseen))
      case .deleted: .deleted(UInt32(clamping: status.deleted))
      case .size: .size(UInt64(status.size))
      case .recent: .recent(UInt32(clamping: status.recent))
      case .highestModSequence: .highestModSequence(status.highestModseq)
      case .mailboxID: .mailboxID(ObjectID.mailbox(info.id))
      case .appendLimit, .deletedStorage: nil
      }
    }
  }
}
