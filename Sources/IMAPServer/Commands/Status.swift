import IMAP
import Net
import Store

/// STATUS (RFC 9051 §6.3.11).
struct StatusCommand: Sendable {
  let status: IMAPCommand.Status
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      let named = try await context.mailbox(status.mailbox)
      try named.needs(.read)
      var responses = context.responses()
      try await Self.write(
        status.items, of: named.info, in: named.owner, as: status.mailbox, context, &responses)
      try await context.out.write(responses.bytes)
      return .ok("Status completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  /// One STATUS response, under the name that the client used; LIST writes them too (RFC 5819).
  static func write(
    _ items: [StatusItem], of info: MailboxInfo, in owner: AccountID, as name: MailboxName? = nil,
    _ context: CommandContext,
    _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    let status = try await context.store.status(of: info.id, of: owner, for: context.account)
    var deletedStorage: UInt64 = 0
    if items.contains(.deletedStorage) { deletedStorage = try await self.deletedStorage(info, owner, context) }
    let limit = UInt64(context.service.settings.limits.message)
    // Asked twice is told once.
    let asked = items.reduce(into: [StatusItem]()) { if !$0.contains($1) { $0.append($1) } }
    let values = asked.map { item -> StatusValue in
      switch item {
      case .messages: .messages(UInt32(clamping: status.messages))
      case .uidNext: .uidNext(status.uidNext)
      case .uidValidity: .uidValidity(status.uidValidity)
      case .unseen: .unseen(UInt32(clamping: status.unseen))
      case .deleted: .deleted(UInt32(clamping: status.deleted))
      case .size: .size(UInt64(status.size))
      case .recent: .recent(UInt32(clamping: status.recent))
      case .highestModSequence: .highestModSequence(max(1, status.highestModseq))
      case .mailboxID: .mailboxID(ObjectID.mailbox(info.id, status.uidValidity, of: context.foreign(owner)))
      case .appendLimit: .appendLimit(limit)
      case .deletedStorage: .deletedStorage(deletedStorage)
      }
    }
    responses.status(of: name ?? MailboxName(info.name), values)
  }

  /// RFC 9208 §4.1.4: octets that EXPUNGE would give back.
  private static func deletedStorage(
    _ info: MailboxInfo, _ owner: AccountID, _ context: CommandContext
  ) async throws(StoreFault) -> UInt64 {
    let mailbox = try await context.store.open(info.id, of: owner, for: context.account, claimRecent: false)
    var size = 0
    mailbox.state.table.forEach(in: nil) { _, record in
      if record.flags.contains(.deleted) { size += record.size }
    }
    return UInt64(size)
  }
}
