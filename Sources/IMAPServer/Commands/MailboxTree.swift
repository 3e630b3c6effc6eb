import Directory
import IMAP
import Mail
import Net
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
      if let reply = try await ForeignTreeCommand(change: change, context: context).run() { return reply }
      let mailboxes = try await context.store.mailboxes(of: context.account)
      switch change {
      case .create(let create): return try await self.create(create, mailboxes)
      case .delete(let name): return try await delete(name, mailboxes)
      case .rename(let rename): return try await self.rename(rename, mailboxes)
      case .subscribe(let name, let isSubscribed):
        // RFC 9051 §6.3.7: the name need not exist, but it must be one that could.
        if isSubscribed, let flaw = Self.flaw(name) { return flaw }
        let real =
          context.finder.foreign(name.text).map { OtherUsers.name($0.path, of: $0.owner.address) }
          ?? MailboxAliases.realName(name.text, mailboxes) ?? name.text
        try await context.store.setSubscribed(real, isSubscribed, of: context.account)
        var reply = CommandReply.ok("Done")
        reply.own = [.subscribed(name: real, isSubscribed)]
        return reply
      }
    } catch {
      return CommandReply(error)
    }
  }

  private func create(_ create: IMAPCommand.Create, _ mailboxes: [MailboxInfo]) async throws(StoreFault) -> CommandReply
  {
    // RFC 9051 §6.3.4: a trailing delimiter only announces that children will follow.
    let asked = Self.withoutDelimiter(create.mailbox.text)
    if let flaw = Self.flaw(MailboxName(asked)) { return flaw }
    guard create.uses.count <= 1 else { return .no("A mailbox can have one use", .useAttribute) }
    var role: MailboxRole?
    if let use = create.uses.first {
      role = SpecialUse.role(use)
      if role == nil { return .no("That use is not supported", .useAttribute) }
    }
    // Another name for a mailbox that is there.
    if let info = MailboxAliases.find(MailboxName(asked), in: mailboxes) {
      if let role, role != info.role { return .no("This name has another use already", .useAttribute) }
      return try await created(info, asked)
    }
    // The account's own mailbox of that role was removed: this one takes its place.
    if role == nil, let meant = MailboxAliases.role(asked), !mailboxes.contains(where: { $0.role == meant }) {
      role = meant
    }
    if let refusal = Self.refusal(ofOneMoreThan: mailboxes, context) { return refusal }
    let real = MailboxAliases.realName(asked, mailboxes) ?? asked
    try needs(.create, Self.parent(of: real, in: mailboxes))
    do throws(StoreFault) {
      let info = try await context.store.createMailbox(real, role: role, of: context.account)
      var reply = try await created(info, asked)
      reply.own = [.created(name: info.name)]
      return reply
    } catch .notPermitted where role != nil {
      return .no("Another mailbox has that use already", .useAttribute)
    }
  }

  /// RFC 9051 §6.3.4: where the mailbox has another name than the one asked for, LIST tells both.
  private func created(_ info: MailboxInfo, _ asked: String) async throws(StoreFault) -> CommandReply {
    let reply = CommandReply.ok("Created", .mailboxID(ObjectID.mailbox(info.id, info.uidValidity, of: nil)))
    guard context.modes.rev2, !info.name.utf8.elementsEqual(asked.utf8), !MailboxName(asked).isInbox else {
      return reply
    }
    var responses = context.responses()
    responses.list(
      MailboxName(info.name), attributes: ListCommand.attributes(of: info), oldName: MailboxName(asked))
    do { try await context.out.write(responses.bytes) } catch { return .gone }
    return reply
  }

  private func delete(_ name: MailboxName, _ mailboxes: [MailboxInfo]) async throws(StoreFault) -> CommandReply {
    if let refusal = Self.refusal(ofOtherName: name, mailboxes) { return refusal }
    let real = MailboxAliases.realName(name.text, mailboxes) ?? name.text
    try needs(.deleteMailbox, mailboxes.first { $0.name == real })
    do throws(StoreFault) {
      try await context.store.deleteMailbox(real, of: context.account)
    } catch .notPermitted(let why) {
      // RFC 9051 §6.3.5: a name that only holds others stays while it does.
      let holds = mailboxes.contains { $0.name == real && $0.hasChildren && !$0.isSelectable }
      return .no(CommandReply.sentence(why), holds ? .hasChildren : .cannot)
    }
    // The client's own deletion of what it has selected does not end its session.
    let isSelected = context.view?.mailbox.state.isDeleted == true
    var reply = CommandReply.ok("Done", effect: isSelected ? .deselected : .none)
    reply.own = [.deleted(name: real)]
    return reply
  }

  private func rename(_ rename: IMAPCommand.Rename, _ mailboxes: [MailboxInfo]) async throws(StoreFault) -> CommandReply
  {
    // A trailing delimiter means nothing here either (RFC 9051 §6.3.4).
    let name = Self.withoutDelimiter(rename.to.text)
    if let flaw = Self.flaw(MailboxName(name)) { return flaw }
    if let refusal = Self.refusal(ofOtherName: rename.from, mailboxes) { return refusal }
    let from = MailboxAliases.realName(rename.from.text, mailboxes) ?? rename.from.text
    let meant = MailboxAliases.find(MailboxName(name), in: mailboxes)
    if let meant, meant.name != from { return .no("The name stands for another mailbox already", .alreadyExists) }
    // A mailbox with a role may take any name of that role.
    let to = meant == nil ? MailboxAliases.realName(name, mailboxes) ?? name : name
    // RFC 9051 §6.3.6: INBOX stays.
    if MailboxName(from).isInbox, let refusal = Self.refusal(ofOneMoreThan: mailboxes, context) { return refusal }
    try needs(.deleteMailbox, mailboxes.first { $0.name == from })
    try needs(.create, Self.parent(of: to, in: mailboxes))
    let info = try await context.store.renameMailbox(from, to: to, of: context.account)
    var reply = CommandReply.ok("Done")
    reply.own = [MailboxName(from).isInbox ? .created(name: info.name) : .renamed(from: from, to: info.name)]
    return reply
  }

  /// An owner may have taken rights from himself (RFC 4314 §4).
  private func needs(_ right: AccessRights, _ mailbox: MailboxInfo?) throws(StoreFault) {
    guard let mailbox else { return }
    if !context.store.rights(of: context.account, in: mailbox.id, of: context.account).contains(right) {
      throw .noPermission
    }
  }

  /// The nearest mailbox above a name that is there.
  static func parent(of name: String, in mailboxes: [MailboxInfo]) -> MailboxInfo? {
    for above in MailboxName(name).ancestors().reversed() {
      if let found = mailboxes.first(where: { $0.name == above.text }) { return found }
    }
    return nil
  }

  /// Lists cost more the more mailboxes there are.
  static func refusal(ofOneMoreThan mailboxes: [MailboxInfo], _ context: CommandContext) -> CommandReply? {
    mailboxes.count < context.service.settings.mailboxes
      ? nil : .no("There are as many mailboxes as an account may have", .limit)
  }

  static func withoutDelimiter(_ name: String) -> String {
    name.hasSuffix("/") ? String(name.dropLast()) : name
  }

  /// Another name of Sent is no name to delete or rename it by; what lies below it is a mailbox like any other.
  private static func refusal(ofOtherName name: MailboxName, _ mailboxes: [MailboxInfo]) -> CommandReply? {
    guard let info = MailboxAliases.find(name, in: mailboxes), MailboxAliases.role(name.text) == info.role,
      info.role != nil
    else { return nil }
    return .no("This is another name of the mailbox \(info.name)", .cannot)
  }

  static func flaw(_ name: MailboxName) -> CommandReply? {
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
