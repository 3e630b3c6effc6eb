import IMAP
import Net
import Store

/// Puts events of an account into words, for the client that asked to hear of them (RFC 5465 §5).
struct NotificationReport: Sendable {
  let wanted: Notifications?
  let context: CommandContext

  /// The responses to `events`, in order.
  func write(_ events: [AccountEvent]) async throws {
    let mailboxes = try await context.store.mailboxes(of: context.account)
    var responses = context.responses()
    for event in events {
      switch event {
      case .messages(let id, let kinds): try await messages(id, kinds, mailboxes, &responses)
      case .created(let name): names([name] + parent(of: name), mailboxes, &responses)
      case .deleted(let name): names([name] + parent(of: name), mailboxes, &responses)
      case .renamed(let from, let to): renamed(from, to, mailboxes, &responses)
      case .subscribed(let name, _): subscription(name, mailboxes, &responses)
      case .annotated(let id, let entries): annotated(id, entries, mailboxes, &responses)
      case .foreign(let owner, let event):
        try await ForeignNotification(report: self, owner: owner).write(event, &responses)
      case .access: break
      }
    }
    if !responses.bytes.isEmpty { try await context.out.write(responses.bytes) }
  }

  /// §3.1: STATUS of every mailbox watched, before the tagged OK of NOTIFY SET STATUS.
  func writeStatus() async throws {
    let mailboxes = try await context.store.mailboxes(of: context.account)
    for info in mailboxes where info.isSelectable && info.id != selected {
      try await writeStatus(of: info, in: context.account, events(info))
    }
    guard wanted?.groups.isEmpty == false else { return }
    let subscribed = Set(try await context.store.subscriptions(of: context.account))
    for mailbox in try await context.finder.shared(subscribed) {
      let info = mailbox.info
      guard info.isSelectable, mailbox.rights.contains(.read), !isSelected(info.id, of: mailbox.owner) else { continue }
      let events = wanted?.events(of: info.name, isSubscribed: info.isSubscribed, isForeign: true) ?? []
      try await writeStatus(of: info, in: mailbox.owner, events)
    }
  }

  /// §3.1: MUST, of each mailbox that may be looked up but not read, where events of its messages are asked for.
  func writeNoAccess() async throws {
    guard wanted?.groups.isEmpty == false else { return }
    var responses = context.responses()
    for info in try await context.store.mailboxes(of: context.account) {
      let rights = context.store.rights(of: context.account, in: info.id, of: context.account)
      noAccess(info, rights, events(info), &responses)
    }
    let subscribed = Set(try await context.store.subscriptions(of: context.account))
    for mailbox in try await context.finder.shared(subscribed) {
      let info = mailbox.info
      let events = wanted?.events(of: info.name, isSubscribed: info.isSubscribed, isForeign: true) ?? []
      noAccess(info, mailbox.rights, events, &responses)
    }
    if !responses.bytes.isEmpty { try await context.out.write(responses.bytes) }
  }

  private func noAccess(
    _ info: MailboxInfo, _ rights: AccessRights, _ events: [IMAPCommand.Notify.Event],
    _ responses: inout ResponseWriter
  ) {
    let asks = events.contains { event in
      switch event {
      case .messageNew, .messageExpunge, .flagChange: true
      default: false
      }
    }
    if asks, info.isSelectable, !rights.contains(.read) {
      responses.list(MailboxName(info.name), attributes: [.noAccess])
    }
  }

  private func writeStatus(
    of info: MailboxInfo, in owner: AccountID, _ events: [IMAPCommand.Notify.Event]
  ) async throws {
    var items: [StatusItem] = []
    if events.contains(where: { if case .messageNew = $0 { true } else { false } }) {
      items = [.messages, .uidNext, .uidValidity]
    } else if events.contains(.messageExpunge) {
      items = [.messages]
    }
    if events.contains(.flagChange) {
      if !items.contains(.uidValidity) { items.append(.uidValidity) }
      items.append(.highestModSequence)
    }
    if items.isEmpty { return }
    var responses = context.responses()
    try await status(items, info, in: owner, &responses)
    try await context.out.write(responses.bytes)
  }

  /// The selected mailbox, where it is one of the account's own.
  private var selected: MailboxID? {
    context.view.flatMap { $0.foreign == nil ? $0.mailbox.id : nil }
  }

  private func events(_ info: MailboxInfo) -> [IMAPCommand.Notify.Event] {
    wanted?.events(of: info.name, isSubscribed: info.isSubscribed) ?? []
  }

  // MARK: Messages

  func isSelected(_ id: MailboxID, of owner: AccountID) -> Bool {
    context.view.map { $0.mailbox.id == id && $0.mailbox.account == owner } ?? false
  }

  private func messages(
    _ id: MailboxID, _ kinds: MessageEvents, _ mailboxes: [MailboxInfo], _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    // §3.1: the selected mailbox is SELECTED's alone.
    guard id != selected, let info = mailboxes.first(where: { $0.id == id }), info.isSelectable else {
      return
    }
    try await messages(kinds, info, in: context.account, events(info), &responses)
  }

  func messages(
    _ kinds: MessageEvents, _ info: MailboxInfo, in owner: AccountID, _ events: [IMAPCommand.Notify.Event],
    _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    var items: [StatusItem] = []
    let wantsNew = events.contains { if case .messageNew = $0 { true } else { false } }
    if (kinds.contains(.new) && wantsNew) || (kinds.contains(.expunged) && events.contains(.messageExpunge)) {
      // §5.2: UIDVALIDITY as in the example of §3.1, HIGHESTMODSEQ where CONDSTORE is on.
      items = [.uidValidity, .uidNext, .messages]
      if context.modes.condstore { items.append(.highestModSequence) }
    }
    if kinds.contains(.flagged), events.contains(.flagChange) {
      for item in [StatusItem.uidValidity, .unseen] + (context.modes.condstore ? [.highestModSequence] : [])
      where !items.contains(item) { items.append(item) }
    }
    if !items.isEmpty { try await status(items, info, in: owner, &responses) }
  }

  private func status(
    _ items: [StatusItem], _ info: MailboxInfo, in owner: AccountID, _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    do throws(StoreFault) {
      try await StatusCommand.write(items, of: info, in: owner, context, &responses)
    } catch .noSuchMailbox {
      // Deleted meanwhile: an event of its own tells that.
    }
  }

  // MARK: Names

  private func parent(of name: String) -> [String] {
    guard let slash = name.lastIndex(of: "/") else { return [] }
    return [String(name[..<slash])]
  }

  private func names(_ names: [String], _ mailboxes: [MailboxInfo], _ responses: inout ResponseWriter) {
    for name in names {
      let info = mailboxes.first { $0.name == name }
      let events = wanted?.events(of: name, isSubscribed: info?.isSubscribed ?? false) ?? []
      guard events.contains(.mailboxName) else { continue }
      responses.list(MailboxName(name), attributes: attributes(info))
    }
  }

  private func renamed(
    _ from: String, _ to: String, _ mailboxes: [MailboxInfo], _ responses: inout ResponseWriter
  ) {
    let info = mailboxes.first { $0.name == to }
    let isSubscribed = info?.isSubscribed ?? false
    let events =
      (wanted?.events(of: to, isSubscribed: isSubscribed) ?? [])
      + (wanted?.events(of: from, isSubscribed: isSubscribed) ?? [])
    guard events.contains(.mailboxName) else { return }
    responses.list(MailboxName(to), attributes: attributes(info), oldName: MailboxName(from))
  }

  private func subscription(_ name: String, _ mailboxes: [MailboxInfo], _ responses: inout ResponseWriter) {
    let info = mailboxes.first { $0.name == name }
    // §6.4: one that has just been given up was subscribed.
    let events = wanted?.events(of: name, isSubscribed: true) ?? []
    guard events.contains(.subscriptionChange) else { return }
    responses.list(MailboxName(name), attributes: attributes(info))
  }

  private func attributes(_ info: MailboxInfo?) -> [MailboxAttribute] {
    guard let info else { return [.nonExistent] }
    return ListCommand.attributes(of: info) + (info.isSubscribed ? [.subscribed] : [])
  }

  // MARK: Annotations

  private func annotated(
    _ id: MailboxID?, _ entries: [String], _ mailboxes: [MailboxInfo], _ responses: inout ResponseWriter
  ) {
    guard let id else {
      guard context.modes.metadata || wanted?.wantsServerMetadata == true else { return }
      return responses.metadataChanged(MailboxName(""), entries)
    }
    guard let info = mailboxes.first(where: { $0.id == id }) else { return }
    guard context.modes.metadata || events(info).contains(.mailboxMetadataChange) else { return }
    responses.metadataChanged(MailboxName(info.name), entries)
  }
}
