package import Directory
package import Logging
package import Mail
package import Store

/// The one way into a mailbox: who a message is for, and putting it there.
///
/// Invariants
/// 1. `recipient` answers from memory; it never waits for a disk.
/// 2. `file` returns after the message is durable for every recipient whose fate is not `.refused`; only then may 250 be said.
/// 3. One mail-log line is written for the fate of each recipient.
package struct Filing: Sendable {
  private let store: Store
  private let directory: Directory
  private let logger: Logger

  package init(store: Store, directory: Directory, logger: Logger) {
    self.store = store
    self.directory = directory
    self.logger = logger
  }

  /// Where mail for an address goes.
  package func resolve(_ address: EmailAddress) -> Resolution { directory.snapshot.resolve(address) }

  /// What became of one recipient's copy.
  package enum Fate: Sendable, Equatable {
    /// In the mailbox, or durably on its way there.
    case filed
    /// An address of several accounts: some have it, one could not take it for good reason.
    case partly(StoreFault)
    case refused(StoreFault)

    /// Somebody has it.
    var isAccepted: Bool {
      if case .refused = self { return false }
      return true
    }
  }

  /// What became of a letter.
  package struct Result: Sendable {
    /// In the order of the letter's recipients.
    package var fates: [Fate]
    /// Why the author's own copy is not in Sent; nil when it is, or none was asked for.
    package var sentFault: StoreFault?
    /// For `replyWasLost`.
    fileprivate var outcome: DeliveryOutcome?
    /// The message has an id of its own, so that the same octets are the same message.
    fileprivate var isIdentified = false

    /// At least one recipient has it.
    package var isAccepted: Bool { fates.contains(where: \.isAccepted) }
    /// One address's accounts do not all have it.
    package var isPartial: Bool {
      fates.contains { fate in
        if case .partly = fate { return true }
        return false
      }
    }
    /// All recipients have it, and the author's copy is where it belongs.
    package var isComplete: Bool { sentFault == nil && fates.allSatisfy { $0 == .filed } }
    /// The first reason why a recipient was refused.
    package var fault: StoreFault? {
      for fate in fates {
        switch fate {
        case .filed: continue
        case .partly(let fault), .refused(let fault): return fault
        }
      }
      return sentFault
    }
  }

  /// Files a letter in the inboxes of its recipients, durably.
  package func file(_ letter: Letter) async -> Result {
    // Who gets a copy in the inbox as well under another address gets just that one.
    let inboxes = Set(letter.recipients.filter { !$0.isJunk }.flatMap(\.accounts).map(\.account))
    let deliveries = letter.recipients.flatMap { recipient in
      recipient.accounts.map { account in
        let isJunk = recipient.isJunk && !inboxes.contains(account.account)
        return DeliveryRecipient(account: AccountID(raw: account.account), role: isJunk ? .junk : .inbox)
      }
    }
    do {
      let outcome = try await store.deliver(
        letter.message, trace: letter.trace, sender: letter.reversePath, to: deliveries,
        authenticationResults: letter.authenticationResults, sentCopy: letter.sentCopy)
      let fates = fates(of: letter, outcome.fates)
      log(letter, fates)
      var result = Result(fates: fates, outcome: outcome, isIdentified: letter.message.derived.messageID != nil)
      if case .refused(let fault) = outcome.sentFate { result.sentFault = fault }
      logSentCopy(letter, result.sentFault)
      return result
    } catch {
      let fates = letter.recipients.map { _ in Fate.refused(error) }
      log(letter, fates)
      return Result(fates: fates, outcome: nil)
    }
  }

  /// The client may not have read the 250 (RFC 1047): should the same message come again, it is not filed twice.
  ///
  /// Only where the message has a Message-ID. The same octets without one may be two alarms of a device that hangs up without QUIT:
  /// two copies of one message do less harm than one of two.
  package func replyWasLost(_ result: Result) {
    if result.isIdentified { willComeAgain(result) }
  }

  /// The client was asked to send the message again: who has it already gets no second copy.
  package func willComeAgain(_ result: Result) {
    if let outcome = result.outcome { store.replyWasLost(outcome) }
  }

  /// A recipient that leads to several accounts has its mail when all of them have it; one that was closed just now is none of them.
  private func fates(of letter: Letter, _ stored: [DeliveryOutcome.Fate]) -> [Fate] {
    var next = stored.startIndex
    return letter.recipients.map { recipient in
      let own = stored[next..<next + recipient.accounts.count]
      next += recipient.accounts.count
      var fault: StoreFault?
      var isFiled = false
      for (account, fate) in zip(recipient.accounts, own) {
        guard case .refused(let reason) = fate else {
          isFiled = true
          continue
        }
        if reason != .noSuchAccount || fault == nil { fault = reason }
        if own.count > 1 { logRefusal(letter, recipient, account, reason) }
      }
      guard let fault else { return isFiled ? .filed : .refused(.noSuchAccount) }
      if !isFiled { return .refused(fault) }
      return fault == .noSuchAccount ? .filed : .partly(fault)
    }
  }

  private func logRefusal(_ letter: Letter, _ recipient: LetterRecipient, _ account: Recipient, _ fault: StoreFault) {
    logger.warning(
      "not filed for one of several",
      metadata: [
        "letter": "\(letter.id)", "to": "<\(recipient.address)>", "account": "\(account.account)", "reason": "\(fault)",
      ])
  }

  private func logSentCopy(_ letter: Letter, _ fault: StoreFault?) {
    guard let copy = letter.sentCopy else { return }
    var facts: Logger.Metadata = ["letter": "\(letter.id)", "account": "\(copy.account.raw)"]
    if let fault {
      facts["reason"] = "\(fault)"
      logger.warning("sent copy not filed", metadata: facts)
    } else {
      logger.info("sent copy filed", metadata: facts)
    }
  }

  /// An address as people read it; with U-labels for A-labels.
  private static func shown(_ address: String) -> String {
    guard hasALabel(address) else { return address }
    do throws(AddressError) { return try EmailAddress.parse(address).displayText } catch { return address }
  }

  /// True where the domain may hold an A-label (RFC 5890 §2.3.2.1). One look at the octets: `String.contains` costs a microsecond.
  private static func hasALabel(_ address: String) -> Bool {
    var last: (UInt8, UInt8) = (0, 0)
    for octet in address.utf8 {
      // The end of "xn--"; what else has it is only looked at more closely.
      if octet == 0x2D, last.0 | 0x20 == 0x6E, last.1 == 0x2D { return true }
      last = (last.1, octet)
    }
    return false
  }

  private func log(_ letter: Letter, _ fates: [Fate]) {
    // Most of the work is the text of the facts.
    if logger.logLevel > .info, !fates.contains(where: { $0 != .filed }) { return }
    for (recipient, fate) in zip(letter.recipients, fates) {
      var facts: Logger.Metadata = [
        "letter": "\(letter.id)", "from": "<\(Self.shown(letter.reversePath))>", "to": "<\(recipient.address)>",
        "size": "\(letter.message.size)",
      ]
      if recipient.isJunk { facts["mailbox"] = "junk" }
      if let id = letter.message.derived.messageID { facts["message_id"] = "<\(id)>" }
      for (name, value) in letter.remarks { facts[name] = "\(value)" }
      switch fate {
      case .filed: logger.info("filed", metadata: facts)
      case .partly(let fault):
        facts["reason"] = "\(fault)"
        logger.warning("filed for some", metadata: facts)
      case .refused(let fault):
        facts["reason"] = "\(fault)"
        logger.warning("not filed", metadata: facts)
      }
    }
  }
}
