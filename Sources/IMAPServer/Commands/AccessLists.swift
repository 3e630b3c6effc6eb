import Directory
import IMAP
import Mail
import Net
import Store

/// SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §3).
struct AccessListCommand: Sendable {
  enum Question: Sendable {
    case set(IMAPCommand.SetACL)
    case delete(MailboxName, identifier: String)
    case get(MailboxName)
    case listRights(MailboxName, identifier: String)
    case myRights(MailboxName)
  }

  let question: Question
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      switch question {
      case .set(let set): return try await self.set(set)
      case .delete(let name, let text):
        let identifier = try self.identifier(text)
        let mailbox = try await administered(name)
        try await context.store.setAccess(identifier, .delete, in: mailbox.info.id, of: mailbox.owner)
        return .ok("Deleteacl completed")
      case .get(let name): return try await get(name)
      case .listRights(let name, let text): return try await listRights(name, text)
      case .myRights(let name):
        let mailbox = try await context.mailbox(name)
        try mailbox.needs([])
        var responses = context.responses()
        responses.myRights(name, mailbox.rights.text)
        try await context.out.write(responses.bytes)
        return .ok("Myrights completed")
      }
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  private func administered(_ name: MailboxName) async throws(StoreFault) -> NamedMailbox {
    let mailbox = try await context.mailbox(name)
    try mailbox.needs(.administer)
    return mailbox
  }

  private func set(_ set: IMAPCommand.SetACL) async throws -> CommandReply {
    // §3.1: MUST be BAD.
    guard let rights = AccessRights(set.rights) else { return .bad("A right is not supported") }
    let identifier = try self.identifier(set.identifier)
    let mailbox = try await administered(set.mailbox)
    let change: AccessChange =
      switch set.mode {
      case .replace: .replace(rights)
      case .add: .add(rights)
      case .remove: .remove(rights)
      }
    try await context.store.setAccess(identifier, change, in: mailbox.info.id, of: mailbox.owner)
    return .ok("Setacl completed")
  }

  private func get(_ name: MailboxName) async throws -> CommandReply {
    let mailbox = try await administered(name)
    var entries = context.store.access(to: mailbox.info.id, of: mailbox.owner)
    // The owner has everything until his row says otherwise.
    if !entries.contains(where: { $0.identifier == AccessIdentifier(mailbox.owner) }) {
      entries.insert(AccessEntry(AccessIdentifier(mailbox.owner), .all), at: 0)
    }
    var shown: [(identifier: String, rights: String)] = []
    for entry in entries {
      // Closed accounts are nobody; opened again, they have their rights again.
      guard let text = text(entry.identifier) else { continue }
      let isOwner = entry.identifier == AccessIdentifier(mailbox.owner)
      shown.append((text, (isOwner ? entry.rights.union(.ofOwner) : entry.rights).text))
    }
    var responses = context.responses()
    responses.acl(name, shown)
    try await context.out.write(responses.bytes)
    return .ok("Getacl completed")
  }

  private func listRights(_ name: MailboxName, _ text: String) async throws -> CommandReply {
    let identifier = try self.identifier(text)
    let mailbox = try await administered(name)
    // No right is tied to another (§2.1.1), and the owner keeps "la".
    let required: AccessRights = identifier == AccessIdentifier(mailbox.owner) ? .ofOwner : []
    var responses = context.responses()
    responses.listRights(
      name, identifier: text, required: required.text, optional: AccessRights.all.subtracting(required).separately)
    try await context.out.write(responses.bytes)
    return .ok("Listrights completed")
  }

  // MARK: Identifiers

  /// `anyone`, or an account by any name that it can log in with; "-" in front of it for negative rights (§2).
  private func identifier(_ text: String) throws(CommandRefusal) -> AccessIdentifier {
    let isNegative = text.hasPrefix("-")
    let name = isNegative ? String(text.dropFirst()) : text
    // §3: what preparation forbids is BAD.
    if name.isEmpty || name.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
      throw CommandRefusal(.bad("This cannot be an identifier"))
    }
    if name == "anyone" { return AccessIdentifier(nil, isNegative: isNegative) }
    guard let account = context.service.directory.snapshot.accountNamed(name) else {
      throw CommandRefusal(.no("There is no such user: name an account's address, or anyone", .nonExistent))
    }
    return AccessIdentifier(AccountID(raw: account.account), isNegative: isNegative)
  }

  private func text(_ identifier: AccessIdentifier) -> String? {
    let sign = identifier.isNegative ? "-" : ""
    guard let account = identifier.account else { return sign + "anyone" }
    return context.service.directory.snapshot.account(account.raw).map { sign + $0.address }
  }
}
