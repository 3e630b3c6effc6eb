import Synchronization

/// The mailbox names of the accounts that are in use, in memory: every command that names a mailbox asks for them, without a hop or a
/// disk. As of the newest published batch.
final class MailboxLists: Sendable {
  private struct Content {
    var lists: [AccountID: [MailboxInfo]] = [:]
    /// The batch that last changed an account's names.
    var changed: [AccountID: Int64] = [:]
    /// What was read as of an older batch is not kept: `changed` forgets.
    var floor: Int64 = 0
  }

  /// Accounts at most, some hundred bytes a mailbox; beyond, all are forgotten and read again.
  private static let limit = 4_000

  private let content = Mutex(Content())

  func list(of account: AccountID) -> [MailboxInfo]? { content.withLock { $0.lists[account] } }

  /// Keeps what was read as of `batch`, unless it has changed since.
  func keep(_ list: [MailboxInfo], of account: AccountID, batch: Int64) {
    content.withLock { content in
      guard batch >= max(content.floor, content.changed[account] ?? 0) else { return }
      if content.lists.count >= Self.limit { content.lists = [:] }
      content.lists[account] = list
    }
  }

  /// To be called before `batch` is announced as published.
  func drop(_ accounts: Set<AccountID>, batch: Int64) {
    if accounts.isEmpty { return }
    content.withLock { content in
      if content.changed.count >= Self.limit {
        content.changed = [:]
        content.floor = batch
      }
      for account in accounts {
        content.lists[account] = nil
        content.changed[account] = batch
      }
    }
  }
}
