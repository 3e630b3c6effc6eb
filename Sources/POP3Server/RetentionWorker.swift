package import Directory
package import Logging
package import Store

/// Removes, between sessions, what the owners' policies allow, and says who has become silent. Bounded: some hundred messages a step,
/// the lanes' other work in between.
package struct RetentionWorker: Sendable {
  private let store: Store
  private let directory: Directory
  private let logger: Logger
  private let now: @Sendable () -> Int64

  /// Messages removed in one step.
  private static let step = 500
  /// Steps for one folder in one round; the rest waits for the next round.
  private static let steps = 40

  package init(
    store: Store, directory: Directory, logger: Logger, now: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.directory = directory
    self.logger = logger
    self.now = now
  }

  /// Looks at every account whose policies may remove mail, once. Returns how many messages went.
  @discardableResult
  package func round() async -> Int {
    let snapshot = directory.snapshot
    var removed = 0
    for key in snapshot.popAccounts {
      guard !store.isTimeInDoubt, !Task.isCancelled else { break }
      let rules = snapshot.popRules(of: key, at: now())
      for policy in rules.folders { removed += await tidy(AccountID(raw: key), rules, policy) }
    }
    return removed
  }

  private func tidy(_ account: AccountID, _ rules: POPRules, _ policy: POPPolicy) async -> Int {
    let retention = rules.retention(of: policy)
    guard retention.removes else { return 0 }
    var sum = 0
    do throws(StoreFault) {
      let mailbox = try await store.mailbox(named: policy.folder ?? "INBOX", of: account)
      for _ in 0..<Self.steps {
        let removal = try await store.popRetain(retention, in: mailbox.id, of: account, limit: Self.step)
        sum += removal.removed
        for device in removal.quiet {
          let name = rules.devices.first { $0.key == device }?.name ?? "\(device)"
          logger.notice(
            "device silent for 90 days no longer counts", metadata: ["account": "\(account)", "device": "\(name)"])
        }
        if removal.removed > 0 {
          logger.info(
            "mail removed by policy",
            metadata: [
              "account": "\(account)", "messages": "\(removal.removed)", "freed": "\(removal.freedBytes)",
            ])
        }
        guard removal.isPartial, removal.removed > 0, !Task.isCancelled else { break }
      }
    } catch .noSuchMailbox {
      return sum
    } catch {
      logger.error("mail not removed by policy", metadata: ["account": "\(account)", "reason": "\(error)"])
    }
    return sum
  }
}
