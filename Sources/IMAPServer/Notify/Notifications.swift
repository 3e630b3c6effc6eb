import IMAP
import Store

/// What NOTIFY asked for (RFC 5465), ready to be compared with what happens.
struct Notifications: Sendable {
  /// What is told of the selected mailbox.
  enum Selected: Sendable {
    /// Nothing: no SELECTED group, or NONE.
    case nothing
    /// `isDelayed`: EXPUNGE waits for a command that allows it (§6.1.2). `items` of new messages are fetched at once.
    case messages(isDelayed: Bool, tellsFlags: Bool, items: [FetchItem])
  }

  var selected = Selected.nothing
  /// The groups about other mailboxes.
  var groups: [IMAPCommand.Notify.EventGroup] = []

  static let none = Notifications()

  /// Nothing is told of the selected mailbox's messages.
  var isQuiet: Bool { if case .nothing = selected { true } else { false } }

  /// Changes of flags in the selected mailbox are told.
  var tellsFlags: Bool {
    if case .messages(_, let tellsFlags, _) = selected { tellsFlags } else { false }
  }

  /// The events that this server knows (§3.1: BADEVENT names them all); annotations of messages (RFC 5257) are not offered.
  static let known = [
    "MessageNew", "MessageExpunge", "FlagChange", "MailboxName", "SubscriptionChange", "MailboxMetadataChange",
    "ServerMetadataChange",
  ]

  /// From the command; nil when it asks for an event that is not known.
  init?(_ groups: [IMAPCommand.Notify.EventGroup]) {
    for group in groups {
      if group.events.contains(where: { Self.isUnknown($0) }) { return nil }
      guard group.filter == .selected || group.filter == .selectedDelayed else {
        self.groups.append(group)
        continue
      }
      if group.events.isEmpty { continue }
      var items: [FetchItem] = []
      for case .messageNew(let found) in group.events { items = found }
      selected = .messages(
        isDelayed: group.filter == .selectedDelayed, tellsFlags: group.events.contains(.flagChange), items: items)
    }
  }

  private init() {}

  private static func isUnknown(_ event: IMAPCommand.Notify.Event) -> Bool {
    switch event {
    case .annotationChange, .other: true
    default: false
    }
  }

  /// What is wanted of a mailbox that is not selected. `isForeign`: it is somebody else's.
  func events(of name: String, isSubscribed: Bool, isForeign: Bool = false) -> [IMAPCommand.Notify.Event] {
    groups.filter { Self.matches($0.filter, name, isSubscribed: isSubscribed, isForeign: isForeign) }
      .flatMap(\.events)
  }

  var wantsServerMetadata: Bool { groups.contains { $0.events.contains(.serverMetadataChange) } }

  private static func matches(
    _ filter: MailboxFilter, _ name: String, isSubscribed: Bool, isForeign: Bool
  ) -> Bool {
    switch filter {
    case .selected, .selectedDelayed: false
    // §6.3: mail may be delivered to any of them. §6.4: one's own namespace.
    case .personal, .inboxes: !isForeign
    case .subscribed: isSubscribed
    case .subtree(let names):
      names.contains { name == $0.text || name.hasPrefix($0.text + "/") || $0.text.isEmpty }
    case .subtreeOne(let names):
      names.contains { top in
        name == top.text || (name.hasPrefix(top.text + "/") && !name.dropFirst(top.text.count + 1).contains("/"))
      }
    case .mailboxes(let names): names.contains { name == $0.text }
    }
  }
}
