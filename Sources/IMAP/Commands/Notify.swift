extension IMAPCommand {
  /// NOTIFY (RFC 5465).
  public enum Notify: Sendable, Equatable {
    /// NOTIFY NONE
    case none
    /// NOTIFY SET; `status` asks for a STATUS of each mailbox at once.
    case set(status: Bool, groups: [EventGroup])

    public struct EventGroup: Sendable, Equatable {
      public var filter: MailboxFilter
      /// Empty for NONE.
      public var events: [Event]

      public init(filter: MailboxFilter, events: [Event]) {
        self.filter = filter
        self.events = events
      }
    }

    public enum Event: Sendable, Equatable {
      /// With what to fetch of a new message, for the selected mailbox.
      case messageNew([FetchItem])
      case messageExpunge, flagChange, annotationChange
      case mailboxName, subscriptionChange, mailboxMetadataChange, serverMetadataChange
      /// One that is not known: answer NO [BADEVENT (…)].
      case other(String)

      /// message-event (RFC 5465 §8); what is not known is judged later.
      var isAboutMessages: Bool {
        switch self {
        case .messageNew, .messageExpunge, .flagChange, .annotationChange, .other: true
        default: false
        }
      }
    }
  }
}

extension CommandReader {
  mutating func notifyCommand() throws(SyntaxError) -> IMAPCommand.Notify {
    try space()
    if skipWord("NONE") { return .none }
    guard skipWord("SET ") else { throw error("Expected SET or NONE") }
    let status = skipWord("STATUS ")
    var groups: [IMAPCommand.Notify.EventGroup] = []
    repeat {
      guard groups.count < options.limits.listItems else { throw error("Too many event groups") }
      try open()
      let filter = try mailboxFilter()
      // RFC 5465's own examples (§3.1) leave out the parentheses around the events, so both forms are read.
      try space()
      let events = try notifyEvents()
      try close()
      groups.append(.init(filter: filter, events: events))
    } while skipSpace()
    try check(groups)
    return .set(status: status, groups: groups)
  }

  private mutating func notifyEvents() throws(SyntaxError) -> [IMAPCommand.Notify.Event] {
    if skipWord("NONE") { return [] }
    if peek() == OctetClass.open { return try list { reader throws(SyntaxError) in try reader.notifyEvent() } }
    var events: [IMAPCommand.Notify.Event] = []
    repeat {
      guard events.count < options.limits.listItems else { throw error("Too many events") }
      events.append(try notifyEvent())
    } while skipSpace()
    return events
  }

  private mutating func notifyEvent() throws(SyntaxError) -> IMAPCommand.Notify.Event {
    let name = try atom("Expected an event")
    switch name.uppercased() {
    case "MESSAGENEW":
      guard peek() == OctetClass.space, peek(1) == OctetClass.open else { return .messageNew([]) }
      index += 1
      return .messageNew(try list { reader throws(SyntaxError) in try reader.fetchItem() })
    case "MESSAGEEXPUNGE": return .messageExpunge
    case "FLAGCHANGE": return .flagChange
    case "ANNOTATIONCHANGE": return .annotationChange
    case "MAILBOXNAME": return .mailboxName
    case "SUBSCRIPTIONCHANGE": return .subscriptionChange
    case "MAILBOXMETADATACHANGE": return .mailboxMetadataChange
    case "SERVERMETADATACHANGE": return .serverMetadataChange
    default: return .other(name)
    }
  }

  /// RFC 5465 §5 and §8: MessageNew and MessageExpunge come together, FlagChange needs both, and only the selected
  /// mailbox's events may fetch. (§3.1's examples name MessageNew alone for other mailboxes; these pass.)
  private func check(_ groups: [IMAPCommand.Notify.EventGroup]) throws(SyntaxError) {
    var selected = 0
    for group in groups {
      var hasNew = false
      var fetches = false
      for case .messageNew(let items) in group.events {
        hasNew = true
        fetches = fetches || !items.isEmpty
      }
      let isSelected = group.filter == .selected || group.filter == .selectedDelayed
      if isSelected { selected += 1 }
      if fetches, !isSelected { throw error("Only the selected mailbox's new messages can be fetched") }
      if group.events.contains(.flagChange), !hasNew || !group.events.contains(.messageExpunge) {
        throw error("FlagChange needs MessageNew and MessageExpunge")
      }
      if isSelected, hasNew != group.events.contains(.messageExpunge) {
        throw error("MessageNew and MessageExpunge must come together")
      }
      // §6.1: these are about messages only.
      if isSelected, group.events.contains(where: { !$0.isAboutMessages }) {
        throw error("Only message events can be asked of the selected mailbox")
      }
    }
    if selected > 1 { throw error("Only one group can be about the selected mailbox") }
  }
}
