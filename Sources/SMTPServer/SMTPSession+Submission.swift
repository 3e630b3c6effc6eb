import Directory
import Mail
import Postroom
import SMTP
import Store

// What our own users may send: how much in a day, into how full a mailbox, and how urgent.
extension SMTPSession {
  /// The account's settings; the standard ones for strangers.
  var accountSettings: AccountSettings {
    principal.map { service.directory.snapshot.settings(of: $0.account) } ?? AccountSettings()
  }

  var dailyLimits: DailyLimits {
    principal.map { service.settings.limits(of: $0, in: service.directory) }
      ?? DailyLimits(recipients: 0, newRecipients: 0)
  }

  /// RFC 6710 §4.1: the priority that was asked for, raised no higher than the account may; strangers may only lower theirs.
  func priority(of sender: SMTPCommand.Sender) -> Int? {
    let highest = principal == nil ? 0 : accountSettings.highestPriority ?? service.settings.highestPriority
    return sender.parameters.priority.map { min($0, highest) }
  }

  /// The reply to MAIL where it is not the usual one.
  func senderReply(_ sender: SMTPCommand.Sender) -> SMTPReply? {
    guard let granted = priority(of: sender), granted != sender.parameters.priority else { return nil }
    // RFC 6710 §4.1: X.3.6, the text begins with the new priority.
    return SMTPReply(250, .init(2, 3, 6), "\(granted) is the priority of this message, more is not granted to you")
  }

  /// Disk and, for our own users, the mailbox that the sent copy goes to. SIZE is what the client announced (RFC 1870 §6.1).
  func checkRoom(for sender: SMTPCommand.Sender) throws(Refusal) {
    let size = sender.parameters.size ?? 0
    guard service.store.hasDiskRoom(for: size) else {
      throw Refusal(.insufficientStorage, reason: "the disk is nearly full")
    }
    guard let principal else { return }
    try Self.checkRoom(service.store, principal, size)
  }

  static func checkRoom(_ store: Store, _ principal: Principal, _ size: Int) throws(Refusal) {
    switch store.room(for: size, in: AccountID(raw: principal.account)) {
    case .enough: return
    case .full: throw Refusal(.yourMailboxFull, reason: "mailbox of \(principal.name) full")
    case .domainFull: throw Refusal(.domainFull, reason: "domain of \(principal.name) over quota")
    case .neverEnough: throw Refusal(.tooLargeForYou, reason: "more than the quota of \(principal.name)")
    }
  }

  /// RFC 3463 §3.3: a full mailbox is X.2.2, which "should be used as a persistent transient failure", so 452; a message larger than
  /// the mailbox may ever hold is X.2.3, permanent, so 552. An address of several accounts has room when one of them has.
  func checkRoom(in recipients: [Recipient], _ path: ForwardPath) throws(Refusal) {
    let size = machine.transaction?.sender.parameters.size ?? 0
    var never = true
    var isDomain = true
    for recipient in recipients {
      switch service.store.room(for: size, in: AccountID(raw: recipient.account)) {
      case .enough: return
      case .full: (never, isDomain) = (false, false)
      case .domainFull: never = false
      case .neverEnough: continue
      }
    }
    throw never
      ? Refusal(.tooLargeForMailbox, reason: "more than the quota of \(path)")
      : isDomain
        ? Refusal(.domainFull, reason: "domain over quota: \(path)")
        : Refusal(.mailboxFull, reason: "mailbox full: \(path)")
  }

  /// The limits of a day, with the recipients of the transaction so far and this one.
  func checkDay(_ recipient: SMTPCommand.Recipient) throws(Refusal) {
    let limits = dailyLimits
    guard let principal, limits.areSet else { return }
    let addresses = (machine.transaction?.recipients ?? []) + [recipient]
    let excess = service.directory.sending.excess(
      of: principal.account, addresses.map(\.counted), limit: limits.recipients, newLimit: limits.newRecipients,
      at: service.now())
    if let excess { throw Refusal(SMTPReply(excess: excess), reason: "\(principal.name): \(excess)") }
  }
}

/// How many recipients an account may write to in a day (UTC); 0: no limit.
struct DailyLimits: Sendable {
  var recipients: Int
  var newRecipients: Int
  var areSet: Bool { recipients > 0 || newRecipients > 0 }
}

extension SMTPServiceSettings {
  /// The account's own limits of a day, else the listener's.
  func limits(of principal: Principal, in directory: Directory) -> DailyLimits {
    let own = directory.snapshot.settings(of: principal.account)
    return DailyLimits(
      recipients: own.recipientsADay ?? recipientsADay, newRecipients: own.newRecipientsADay ?? newRecipientsADay)
  }
}

extension SMTPCommand.Recipient {
  /// The address as it is counted: without regard to case and spelling.
  var counted: String { forwardPath.address?.canonical ?? "postmaster" }
}

extension SMTPReply {
  static let yourMailboxFull = SMTPReply(
    452, .init(4, 2, 2), "Your mailbox is full, so nothing can be sent: delete something and send again")
  static let tooLargeForYou = SMTPReply(552, .init(5, 2, 3), "The message is larger than your mailbox may be")
  static let tooLargeForMailbox = SMTPReply(
    552, .init(5, 2, 3), "The message is larger than the recipient's mailbox may be")

  /// Held, not bounced: the client keeps the message and may send it tomorrow.
  init(excess: SendingLedger.Excess) {
    let what =
      switch excess {
      case .recipients(let limit): "\(limit) recipients a day are yours, and they are used up"
      case .newRecipients(let limit): "\(limit) new recipients a day are yours, and they are used up"
      }
    self.init(450, .init(4, 7, 1), "\(what): send again after 00:00 UTC, or ask your postmaster for more")
  }
}
