import Directory
import IMAP
import Net
import Store

/// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1): an account with a limit has one quota root, whose name is empty, for others
/// the account's name in the namespace of other users; an account without a limit has none.
struct QuotaCommand: Sendable {
  enum Question: Sendable {
    case root(String)
    case mailbox(MailboxName)
    case set(IMAPCommand.SetQuota)
  }

  let question: Question
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      let root =
        switch question {
        case .root(let name): try await self.root(named: name)
        case .mailbox(let name): try await self.root(of: name)
        case .set(let set): try await self.root(named: set.root)
        }
      let resources = Self.resources(try await context.store.usage(of: root.owner))
      var responses = context.responses()
      switch question {
      case .root: if resources.isEmpty { return .no("No such quota root", .nonExistent) }
      case .mailbox(let name): responses.quotaRoot(name, resources.isEmpty ? [] : [root.name])
      case .set: break
      }
      // RFC 9208 §7: a list has at least one resource. Thunderbird 153 takes an empty one for a broken connection.
      if !resources.isEmpty { responses.quota(root.name, resources) }
      try await context.out.write(responses.bytes)
      // RFC 9208 §4.1.3, its example S0002: what holds is told; nobody raises the limit of the account that he logged in to.
      if case .set = question { return .no("Only the server's administrator changes quotas", .noPerm) }
      return .ok("Quota completed")
    } catch StoreFault.noSuchMailbox {
      return .no("No such quota root", .nonExistent)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  /// RFC 9208 §4.1.2: one's own mailbox need not exist. §6: somebody else's must be one that this user may read.
  private func root(of name: MailboxName) async throws(StoreFault) -> (name: String, owner: AccountID) {
    guard let (owner, _) = context.finder.foreign(name.text), owner.account != context.account.raw else {
      return ("", context.account)
    }
    let mailbox = try await context.mailbox(name)
    try mailbox.needs(.read)
    return (OtherUsers.name("", of: owner.address), mailbox.owner)
  }

  /// The root of an account that lets this user read some mailbox; its own has the empty name.
  private func root(named name: String) async throws(StoreFault) -> (name: String, owner: AccountID) {
    if name.isEmpty { return ("", context.account) }
    guard let (owner, path) = context.finder.foreign(name), path.isEmpty else { throw .noSuchMailbox }
    let id = AccountID(raw: owner.account)
    let mailboxes =
      context.store.owners(sharingWith: context.account).contains(id) ? try await context.store.mailboxes(of: id) : []
    let isShared = mailboxes.contains { context.store.rights(of: context.account, in: $0.id, of: id).contains(.read) }
    guard isShared else { throw .noSuchMailbox }
    return (OtherUsers.name("", of: owner.address), id)
  }

  /// RFC 9208 §5.1: only resources that have a limit. STORAGE counts in units of 1,024 octets, rounded up for usage.
  private static func resources(_ usage: Usage) -> [(name: String, usage: UInt64, limit: UInt64)] {
    var resources: [(name: String, usage: UInt64, limit: UInt64)] = []
    if let limit = usage.byteLimit {
      resources.append(("STORAGE", UInt64(max(0, usage.bytes + 1023)) / 1024, UInt64(max(0, limit)) / 1024))
    }
    if let limit = usage.countLimit {
      resources.append(("MESSAGE", UInt64(max(0, usage.count)), UInt64(max(0, limit))))
    }
    return resources
  }
}
