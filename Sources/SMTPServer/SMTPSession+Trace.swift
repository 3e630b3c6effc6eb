import Mail
import Net
import Postroom
import SMTP

// The fields that this server puts in front of every message (RFC 5321 §4.4).
extension SMTPSession {
  /// Return-Path and Received, the same for all recipients of the message.
  func trace(_ letter: String, _ transaction: Transaction) -> LetterTrace {
    var received = ReceivedField(
      from: machine.client, address: peer.address, by: service.settings.hostName, type: machine.transmissionType,
      id: letter, date: MailDate(seconds: service.now()).text)
    if principal != nil, service.settings.hidesSubmitter { received.from = nil }
    received.tls = tls.map { summary in summary.cipher.map { "\(summary.version) \($0)" } ?? summary.version }
    // Naming one of several recipients would tell each who the others are (RFC 5321 §7.2).
    if transaction.recipients.count == 1 { received.recipient = transaction.recipients[0].forwardPath }
    received.priority = priority(of: transaction.sender)
    received.requiresTLS = transaction.sender.parameters.requireTLS
    if client.reverse == .pass { received.reverseName = client.name }
    return LetterTrace(returnPath: transaction.sender.reversePath.returnPathField, received: received.bytes)
  }
}
