import IMAP
import Mail
import Store

/// Entries of METADATA through which a mailbox's members settle what each keeps for himself (requirement A17); docs/decisions.md.
enum MemberEntry {
  /// `own` or `shared`; set with the right to administer.
  static let state = StateMode.entry
  /// Setting it takes messages, by UID, out for all members: EXPUNGE takes them only out of one's own sight. Needs "e".
  static let expunge = "/shared/vendor/barid/expunge"

  static let shared = Array(StateMode.shared.rawValue.utf8)

  static func state(of mailbox: NamedMailbox, _ context: CommandContext) -> Annotation {
    let mode = context.store.stateMode(of: mailbox.info.id, of: mailbox.owner)
    return Annotation(entry: state, value: Array(mode.rawValue.utf8))
  }

  /// A SETMETADATA that does something instead of keeping a text.
  struct Verb {
    let mailbox: MailboxName
    let entry: String
    let value: [UInt8]?
    /// It is not alone: the command is all or nothing, and this cannot be undone.
    let isAmongOthers: Bool

    /// nil: no such entry is set.
    init?(_ set: IMAPCommand.SetMetadata) {
      if set.mailbox.text.isEmpty { return nil }
      let found = set.entries.first { ASCII.equal($0.name, state) || ASCII.equal($0.name, expunge) }
      guard let found else { return nil }
      mailbox = set.mailbox
      entry = ASCII.lowercased(found.name)
      value = found.value
      isAmongOthers = set.entries.count > 1
    }

    func run(_ context: CommandContext) async -> CommandReply {
      if isAmongOthers { return .no("Set this entry in a command of its own", .cannot) }
      do throws(StoreFault) {
        let named = try await context.mailbox(mailbox)
        try MetadataEntry.check(named)
        guard named.info.isSelectable else { throw .notSelectable }
        return entry == state ? try await setState(named, context) : try await expungeForAll(named, context)
      } catch {
        return CommandReply(error)
      }
    }

    private func setState(_ named: NamedMailbox, _ context: CommandContext) async throws(StoreFault) -> CommandReply {
      try named.needs(.administer)
      // NIL takes an entry away: then it is as it was at first.
      let text = value.map { String(decoding: $0, as: UTF8.self) } ?? StateMode.shared.rawValue
      guard let mode = StateMode(rawValue: ASCII.lowercased(text)) else {
        return .no("This entry is \"own\" or \"shared\"", .cannot)
      }
      let isChanged = context.store.stateMode(of: named.info.id, of: named.owner) != mode
      try await context.store.setStateMode(mode, of: named.info.id, of: named.owner)
      let isSelected =
        context.view.map { $0.mailbox.id == named.info.id && $0.mailbox.account == named.owner } ?? false
      var reply = CommandReply.ok("Setmetadata completed", effect: isChanged && isSelected ? .deselected : .none)
      if isChanged, named.owner == context.account {
        reply.own = [.annotated(named.info.id, entries: [MemberEntry.state])]
      }
      return reply
    }

    private func expungeForAll(
      _ named: NamedMailbox, _ context: CommandContext
    ) async throws(StoreFault) -> CommandReply {
      try named.needs([.read, .expunge])
      guard let value, let ranges = UIDText.ranges(String(decoding: value, as: UTF8.self)) else {
        return .no("This entry is a list of UIDs", .cannot)
      }
      let gone = try await context.store.expungeForAll(
        ranges, in: named.info.id, of: named.owner, by: context.account)
      let isSelected =
        context.view.map { $0.mailbox.id == named.info.id && $0.mailbox.account == named.owner } ?? false
      return .ok("Messages expunged for all: \(gone)", effect: gone > 0 && isSelected ? .expunged : .none)
    }
  }
}
