import Directory
import Logging
import Mail
import Postroom
import SMTP
import Store

// Who may send what to whom: answered from memory, between the machine's check and its proceeding.
extension SMTPSession {
  mutating func answer(_ question: ServerQuestion) -> ServerStep {
    do throws(Refusal) {
      switch question {
      // RFC 5321 §4.1.4: never refused because a name fails to verify.
      case .hello, .message: break
      case .sender(let sender):
        try check(sender)
        try checkRoom(for: sender)
        if let reply = senderReply(sender) { return machine.accept(reply) }
      case .recipient(let recipient): try check(recipient)
      // RFC 5321 §7.3: neither is offered.
      case .verify: return machine.refuse(.cannotVerify)
      case .expand: return machine.refuse(.notImplemented)
      }
      return machine.accept()
    } catch {
      log("refused", error)
      isRefusalLogged = true
      return machine.refuse(error.reply)
    }
  }

  /// RFC 6409 §6.1: a user sends only as itself. The null sender is for receipts (RFC 8098 §2.1), whose From is checked later.
  private func check(_ sender: SMTPCommand.Sender) throws(Refusal) {
    // RFC 1870 §6.2: the declared size is enough to say no before the message comes.
    guard service.store.hasDiskRoom(for: sender.parameters.size ?? 0) else {
      throw Refusal(.insufficientStorage, reason: "no room on the disk")
    }
    guard let principal, let address = sender.reversePath.address else { return }
    guard service.directory.snapshot.mayUse(principal.account, address) else {
      throw Refusal(
        .notYourAddress(address.description, principal.name), reason: "\(principal.name) does not own \(address)")
    }
  }

  private func check(_ recipient: SMTPCommand.Recipient) throws(Refusal) {
    switch resolve(recipient) {
    case .accounts(let accounts):
      try checkRoom(in: accounts, recipient.forwardPath)
      try checkDay(recipient)
      try checkClient(for: recipient)
    case .noSuchUser: throw Refusal(.noSuchUser, reason: "no such user: \(recipient.forwardPath)")
    case .notLocal:
      // Until sending exists: said plainly to our own users, never hinted to strangers.
      throw Refusal(principal == nil ? .relayDenied : .sendingElsewhere, reason: "not local: \(recipient.forwardPath)")
    }
  }

  /// Where mail for a recipient goes.
  func resolve(_ recipient: SMTPCommand.Recipient) -> Resolution {
    switch recipient.forwardPath {
    case .postmaster: service.directory.snapshot.resolve(bare: "postmaster") ?? .noSuchUser
    case .mailbox(let address): service.filing.resolve(address)
    }
  }
}

extension SMTPReply {
  /// RFC 6531 §3.7.4.3: replies are ASCII, whatever the client's own names are.
  static func notYourAddress(_ address: String, _ name: String) -> SMTPReply {
    func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 128 } }
    let user = isASCII(name) ? "You are logged in as \(name) and" : "You"
    return SMTPReply(550, .init(5, 7, 1), "\(user) may not send as \(isASCII(address) ? address : "this address")")
  }
  static let sendingElsewhere = SMTPReply(
    550, .init(5, 7, 1), "This server delivers only to its own domains so far: the recipient's domain is elsewhere")
}
