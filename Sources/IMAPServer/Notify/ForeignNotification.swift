import Directory
import IMAP
import Store

/// News of a mailbox that somebody else shares with this user (RFC 5465 §5, §5.9).
struct ForeignNotification: Sendable {
  let report: NotificationReport
  let owner: AccountID

  private var context: CommandContext { report.context }

  func write(_ event: AccountEvent, _ responses: inout ResponseWriter) async throws(StoreFault) {
    // Accounts that were closed are nobody's.
    guard let address = context.service.directory.snapshot.account(owner.raw)?.address else { return }
    switch event {
    case .messages(let id, let kinds):
      guard !report.isSelected(id, of: owner), let mailbox = try await self.mailbox(id), mailbox.info.isSelectable,
        mailbox.rights.contains(.read)
      else { return }
      try await report.messages(kinds, mailbox.info, in: owner, events(mailbox.info), &responses)
    case .annotated(let id?, let entries):
      guard let mailbox = try await self.mailbox(id) else { return }
      guard context.modes.metadata || events(mailbox.info).contains(.mailboxMetadataChange) else { return }
      responses.metadataChanged(MailboxName(mailbox.info.name), entries)
    case .access(let id, let path, _, _):
      if let mailbox = try await self.mailbox(id) {
        let info = mailbox.info
        // §5.9: it may be looked up (again).
        guard events(info).contains(.mailboxName) else { return }
        let subscribed: [MailboxAttribute] = info.isSubscribed ? [.subscribed] : []
        responses.list(MailboxName(info.name), attributes: ListCommand.attributes(of: info) + subscribed)
      } else {
        let name = OtherUsers.name(path, of: address)
        let isSubscribed = try await context.store.subscriptions(of: context.account).contains(name)
        let wanted = report.wanted?.events(of: name, isSubscribed: isSubscribed, isForeign: true) ?? []
        guard wanted.contains(.mailboxName) else { return }
        // What was deleted is not there for anybody. §5.4: MUST be said also where only the right to look up is gone; §5.9 adds why.
        let isThere = try await context.store.mailboxes(of: owner).contains { $0.id == id }
        responses.list(MailboxName(name), attributes: isThere ? [.nonExistent, .noAccess] : [.nonExistent])
      }
    default: break
    }
  }

  /// As this user sees it; nil: he may not look it up.
  private func mailbox(_ id: MailboxID) async throws(StoreFault) -> NamedMailbox? {
    let subscribed = Set(try await context.store.subscriptions(of: context.account))
    return try await context.finder.shared(subscribed).first { $0.owner == owner && $0.info.id == id }
  }

  private func events(_ info: MailboxInfo) -> [IMAPCommand.Notify.Event] {
    report.wanted?.events(of: info.name, isSubscribed: info.isSubscribed, isForeign: true) ?? []
  }
}
