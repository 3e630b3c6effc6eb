package import Mail

/// A delivery status notification about recipients whose copies are in their mailboxes (RFC 3461 §6, RFC 3464).
package struct DeliveryReport: Sendable {
  package struct Recipient: Sendable {
    /// As given at RCPT.
    package var address: String
    /// ORCPT: the address type and the address, decoded.
    package var original: (type: String, address: String)?

    package init(address: String, original: (type: String, address: String)?) {
      self.address = address
      self.original = original
    }
  }

  /// This server's name.
  package var reporter: String
  /// Whom it goes to: the reverse-path of the message that it reports on.
  package var sender: EmailAddress
  /// Without angle brackets.
  package var messageID: String
  package var date: MailDate
  /// ENVID, decoded.
  package var envelopeID: String?
  package var recipients: [Recipient]
  package var subject: String
  /// For people.
  package var text: String
  /// The header of the message, as it was submitted. RFC 3461 §4.3: without a failure only the header goes back.
  package var header: [UInt8]

  package init(
    reporter: String, sender: EmailAddress, messageID: String, date: MailDate, envelopeID: String?,
    recipients: [Recipient], subject: String, text: String, header: [UInt8]
  ) {
    self.reporter = reporter
    self.sender = sender
    self.messageID = messageID
    self.date = date
    self.envelopeID = envelopeID
    self.recipients = recipients
    self.subject = subject
    self.text = text
    self.header = header
  }

  /// The whole message with CRLF line ends.
  package func message() -> [UInt8] {
    let fields = statusFields()
    // RFC 6533 §4.1: the international form where an address or the header is not ASCII.
    let isGlobal = !ASCII.isASCII(fields.span)
    let isGlobalHeader = !ASCII.isASCII(header.span)
    let body = BodyPart.multipart(
      subtype: "report",
      [
        .text(text),
        .verbatim(fields, type: isGlobal ? "message/global-delivery-status" : "message/delivery-status"),
        .verbatim(header, type: isGlobalHeader ? "message/global-headers" : "text/rfc822-headers"),
      ],
      parameters: [(name: "report-type", value: "delivery-status")])
    var builder = MessageBuilder(body: body, boundarySeed: messageID)
    builder.add(date: date)
    builder.header.add("From", words: ["Barid", "<postmaster@\(sender.hostText)>"])
    builder.add("To", [(name: nil, address: sender)])
    builder.add("Subject", subject)
    builder.add(messageID: messageID)
    // RFC 3834 §5: nothing answers a report.
    builder.add("Auto-Submitted", "auto-replied")
    return builder.build()
  }

  private func statusFields() -> [UInt8] {
    var lines = ["Reporting-MTA: dns; \(clean(reporter))"]
    if let envelopeID { lines.insert("Original-Envelope-Id: \(clean(envelopeID))", at: 0) }
    lines.append("Arrival-Date: \(date.text)")
    for recipient in recipients {
      lines.append("")
      if let original = recipient.original {
        lines.append("Original-Recipient: \(clean(original.type));\(clean(original.address))")
      }
      let address = clean(recipient.address)
      // RFC 6533 §3: the type of an address that is not ASCII.
      lines.append("Final-Recipient: \(address.utf8.allSatisfy { $0 < 128 } ? "rfc822" : "utf-8");\(address)")
      lines.append("Action: delivered")
      lines.append("Status: 2.1.5")
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  /// Text of a peer cannot begin a line.
  private func clean(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }
}
