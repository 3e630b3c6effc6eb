import Directory
import IMAP
import Mail
import Net
import Store

/// CREATE, DELETE and RENAME of mailboxes that belong to somebody else (RFC 4314 §4).
struct ForeignTreeCommand: Sendable {
  let change: MailboxTreeCommand.Change
  let context: CommandContext

  /// nil: no name of the command leads to somebody else's tree.
  func run() async throws(StoreFault) -> CommandReply? {
    switch change {
    case .create(let create):
      let name = MailboxTreeCommand.withoutDelimiter(create.mailbox.text)
      guard OtherUsers.holds(name) else { return nil }
      guard let (owner, path) = somebody(name), !path.isEmpty else { return Self.reserved }
      if let flaw = MailboxTreeCommand.flaw(MailboxName(path)) { return flaw }
      // RFC 6154 §3: uses belong to an account's own mailboxes.
      if !create.uses.isEmpty { return .no("Only one's own mailboxes have a use", .useAttribute) }
      let id = AccountID(raw: owner.account)
      try await needsParent(of: path, in: id)
      let mailboxes = try await context.store.mailboxes(of: id)
      if let refusal = MailboxTreeCommand.refusal(ofOneMoreThan: mailboxes, context) { return refusal }
      var info = try await context.store.createMailbox(path, of: id)
      info.name = OtherUsers.name(info.name, of: owner.address)
      return try await created(info, id, create.mailbox)
    case .delete(let name):
      guard let (owner, _) = somebody(name.text) else { return nil }
      let mailbox = try await context.mailbox(name)
      try mailbox.needs(.deleteMailbox)
      try await context.store.deleteMailbox(mailbox.path, of: AccountID(raw: owner.account))
      let isSelected = context.view?.mailbox.state.isDeleted == true
      return .ok("Done", effect: isSelected ? .deselected : .none)
    case .rename(let rename): return try await self.rename(rename)
    case .subscribe: return nil
    }
  }

  private func rename(_ rename: IMAPCommand.Rename) async throws(StoreFault) -> CommandReply? {
    let to = MailboxTreeCommand.withoutDelimiter(rename.to.text)
    let from = somebody(rename.from.text)
    if from == nil, !OtherUsers.holds(to) { return nil }
    guard let from else { return Self.elsewhere }
    guard let (owner, path) = somebody(to), owner.account == from.owner.account, !path.isEmpty else {
      return Self.elsewhere
    }
    if let flaw = MailboxTreeCommand.flaw(MailboxName(path)) { return flaw }
    let mailbox = try await context.mailbox(rename.from)
    try mailbox.needs(.deleteMailbox)
    // It would move all messages, and the mailbox stays.
    if MailboxName(mailbox.path).isInbox { return .no("Somebody else's INBOX cannot be renamed", .cannot) }
    try await needsParent(of: path, in: mailbox.owner)
    _ = try await context.store.renameMailbox(mailbox.path, to: path, of: mailbox.owner)
    return .ok("Done")
  }

  private static let reserved = CommandReply.no("Names below \(OtherUsers.root) are other users' mailboxes", .cannot)
  private static let elsewhere = CommandReply.no("A mailbox stays with its owner: copy the messages", .cannot)

  /// An owner that is not this user himself.
  private func somebody(_ name: String) -> (owner: AccountInfo, path: String)? {
    guard let found = context.finder.foreign(name), found.owner.account != context.account.raw else { return nil }
    return found
  }

  /// RFC 4314 §4: "k" on the nearest mailbox above that is there; at the top of somebody else's tree nobody creates.
  private func needsParent(of path: String, in owner: AccountID) async throws(StoreFault) {
    let mailboxes = try await context.store.mailboxes(of: owner)
    guard let parent = MailboxTreeCommand.parent(of: path, in: mailboxes),
      context.store.rights(of: context.account, in: parent.id, of: owner).contains(.create)
    else { throw .noPermission }
  }

  private func created(
    _ info: MailboxInfo, _ owner: AccountID, _ asked: MailboxName
  ) async throws(StoreFault) -> CommandReply {
    let id = ObjectID.mailbox(info.id, info.uidValidity, of: context.foreign(owner))
    let reply = CommandReply.ok("Created", .mailboxID(id))
    guard context.modes.rev2, info.name != asked.text else { return reply }
    var responses = context.responses()
    responses.list(MailboxName(info.name), attributes: ListCommand.attributes(of: info), oldName: asked)
    do { try await context.out.write(responses.bytes) } catch { return .gone }
    return reply
  }
}
