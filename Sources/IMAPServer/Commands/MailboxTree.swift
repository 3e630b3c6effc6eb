import IMAP
import Mail
import Store

/// CREATE, DELETE, RENAME, SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8).
struct MailboxTreeCommand: Sendable {
  enum Change: Sendable {
    case create(IMAPCommand.Create)
    case delete(MailboxName)
    case rename(IMAPCommand.Rename)
    case subscribe(MailboxName, Bool)
  }

  let change: Change
  let context: CommandContext

  func run() async -> CommandReply {
    do throws(StoreFault) {
      switch change {
      case .create(let create): return try await self.create(create)
      case .delete(let name):
        try await context.store.deleteMailbox(name.text, of: context.account)
        // The client's own deletion of what it has selected does not end its session.
        if context.view?.mailbox.state.isDeleted == true { return .ok("Done", effect: .deselected) }
      case .rename(let rename):
        // A trailing delimiter means nothing here either (RFC 9051 §6.3.4).
        let name = rename.to.text.hasSuffix("/") ? String(rename.to.text.dropLast()) : rename.to.text
        if let flaw = Self.flaw(MailboxName(name)) { return flaw }
        _ = try await context.store.renameMailbox(rename.from.text, to: name, of: context.account)
      case .subscribe(let name, let isSubscribed):
        // RFC 9051 §6.3.7: the name need not exist, but it must be one that could.
        if isSubscribed, let flaw = Self.flaw(name) { return flaw }
        try await context.store.setSubscribed(name.text, isSubscribed, of: context.account)
      }
      return .ok("Done")
    } catch {
      return CommandReply(error)
    }
  }

  private func create(_ create: IMAPCommand.Create) async throws(StoreFault) -> CommandReply {
    // RFC 9051 §6.3.4: a trailing delimiter only announces that children will follow.
    let name = create.mailbox.text.hasSuffix("/") ? String(create.mailbox.text.dropLast()) : create.mailbox.text
    if let flaw = Self.flaw(MailboxName(name)) { return flaw }
    guard create.uses.count <= 1 else { return .no("A mailbox can have one use", .useAttribute) }
    var role: MailboxRole?
    if let use = create.uses.first {
      role = SpecialUse.role(use)
      if role == nil { return .no("That use is not supported", .useAttribute) }
    }
    do throws(StoreFault) {
      let info = try await context.store.createMailbox(name, role: role, of: context.account)
      return .ok("Created", .mailboxID(ObjectID.mailbox(info.id)))
    } catch .notPermitted where role != nil {
      return .no("Another mailbox has that use already", .useAttribute)
    }
  }

  private static func flaw(_ name: MailboxName) -> CommandReply? {
    switch name.flaw() {
    case nil: nil
    case .empty: .no("A mailbox needs a name", .cannot)
    case .emptyPart: .no("A level of the name is empty", .cannot)
    case .control: .no("The name holds a control character", .cannot)
    case .wildcard: .no("The name holds * or %", .cannot)
    case .tooLong, .tooDeep: .no("The name is too long", .limit)
    }
  }
}

/// RFC 6154: what mailboxes are for.
enum SpecialUse {
  private static let uses: [(MailboxRole, MailboxAttribute)] = [
    (.sent, .sent), (.drafts, .drafts), (.trash, .trash), (.junk, .junk), (.archive, .archive),
  ]

  static func attribute(_ role: MailboxRole) -> MailboxAttribute? { uses.first { $0.0 == role }?.1 }

  static func role(_ attribute: String) -> MailboxRole? {
    uses.first { ASCII.equal($0.1.rawValue, attribute) }?.0
  }
}
