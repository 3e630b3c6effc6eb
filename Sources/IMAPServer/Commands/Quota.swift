import IMAP
import Net
import Store

/// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1): an account with a limit has one quota root, whose name is empty; one
/// without a limit has none.
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
      let resources = Self.resources(try await context.store.usage(of: context.account))
      var responses = context.responses()
      switch question {
      case .root(let name):
        guard name.isEmpty, !resources.isEmpty else { return .no("No such quota root", .nonExistent) }
      case .mailbox(let name):
        // RFC 9208 §4.1.2: the mailbox need not exist.
        responses.quotaRoot(name, resources.isEmpty ? [] : [""])
      case .set(let set):
        guard set.root.isEmpty else { return .no("No such quota root", .nonExistent) }
      }
      // RFC 9208 §7: a list has at least one resource. Thunderbird 153 takes an empty one for a broken connection.
      if !resources.isEmpty { responses.quota("", resources) }
      try await context.out.write(responses.bytes)
      // RFC 9208 §4.1.3, its example S0002: what holds is told; nobody raises the limit of the account that he logged in to.
      if case .set = question { return .no("Only the server's administrator changes quotas", .noPerm) }
      return .ok("Quota completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
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
