import Mail
import Net
import Postroom
import SMTP

// The fields that this server puts in front of every message (RFC 5321 §4.4).
extension SMTPSession {
  /// Return-Path and Received, the same for all recipients of the message.
  func trace(
    _ letter: String, _ transaction: Transaction, _ reversePath: String, _ recipients: [LetterRecipient]
  ) -> [UInt8] {
    var lines = "Return-Path: <\(reversePath)>\r\n"
    lines += "Received: \(origin)\r\n"
    lines += "\tby \(service.settings.hostName) (Barid) with \(withProtocol(transaction)) id \(letter)"
    // Naming one of several recipients would tell each who the others are (RFC 5321 §7.2).
    if recipients.count == 1 { lines += "\r\n\tfor <\(recipients[0].address)>" }
    lines += ";\r\n\t\(MailDate(seconds: service.now()).text)\r\n"
    return Array(lines.utf8)
  }

  /// RFC 5321 §4.4: what the client called itself, and the address that it really came from.
  private var origin: String {
    let name = machine.client?.text ?? "unknown"
    if principal != nil, service.settings.hidesSubmitter { return "from [127.0.0.1]" }
    let literal = peer.address.contains(":") ? "[IPv6:\(peer.address)]" : "[\(peer.address)]"
    return "from \(name) (\(literal))"
  }

  /// RFC 3848, RFC 6531 §4.3: ESMTP with S under TLS and A after a log-in; UTF8 in front where the transaction is SMTPUTF8.
  private func withProtocol(_ transaction: Transaction) -> String {
    var word = machine.settings.role == .lmtp ? "LMTP" : machine.isExtended ? "ESMTP" : "SMTP"
    if transaction.sender.parameters.smtputf8, machine.isExtended {
      word = machine.settings.role == .lmtp ? "UTF8LMTP" : "UTF8SMTP"
    }
    if machine.isExtended {
      if tls != nil { word += "S" }
      if principal != nil { word += "A" }
    }
    return word
  }
}
