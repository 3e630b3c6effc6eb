import Logging
import Directory
import Mail
import Net
import SMTP

// What our log says of a session: who, in which transaction, and why.
extension SMTPSession {
  /// A refusal by policy or for the message's content.
  func log(_ phrase: Logger.Message, _ refusal: Refusal) {
    var facts = facts(refusal.reply)
    facts["reason"] = "\(refusal.reason)"
    service.logger.info(phrase, metadata: facts)
  }

  /// A command that was wrong in itself. Its text is not logged: it may hold a password.
  func logFault(_ reply: SMTPReply) {
    var facts = facts(reply)
    facts["errors"] = "\(machine.errors)"
    service.logger.info("command refused", metadata: facts)
  }

  /// This side ends the session.
  func logEnd(_ reply: SMTPReply) {
    service.logger.info("session ended", metadata: facts(reply))
  }

  private func facts(_ reply: SMTPReply) -> Logger.Metadata {
    var facts: Logger.Metadata = ["connection": "\(peer.id)", "peer": "\(peer.address)", "reply": "\(reply)"]
    if let client = machine.client { facts["helo"] = "\(client.text)" }
    if let principal { facts["user"] = "\(principal.name)" }
    if let intake { facts["letter"] = "\(intake.letter)" }
    if let transaction = machine.transaction {
      facts["from"] = "<\(transaction.sender.reversePath.address?.displayText ?? "")>"
      let recipients = transaction.recipients.prefix(10).map {
        "<\($0.forwardPath.address?.displayText ?? "postmaster")>"
      }
      if !recipients.isEmpty { facts["to"] = "\(recipients.joined(separator: " "))" }
    }
    return facts
  }
}
