internal import Mail

extension SMTPCommand: CustomStringConvertible {
  /// The command as a client sends it, without its CRLF. A password in AUTH shows: this is for the wire, not for logs.
  public var line: String {
    switch self {
    case .ehlo(let name): "EHLO \(name.text)"
    case .helo(let name): "HELO \(name.text)"
    case .lhlo(let name): "LHLO \(name.text)"
    case .mail(let sender): "MAIL FROM:\(sender.reversePath)" + sender.parameters.text
    case .rcpt(let recipient): "RCPT TO:\(recipient.forwardPath)" + recipient.parameters.text
    case .data: "DATA"
    case .bdat(let size, let isLast): "BDAT \(size)\(isLast ? " LAST" : "")"
    case .rset: "RSET"
    case .noop: "NOOP"
    case .quit: "QUIT"
    case .help(let topic): topic.isEmpty ? "HELP" : "HELP \(topic)"
    case .vrfy(let lookup): "VRFY \(lookup.name)\(lookup.smtputf8 ? " SMTPUTF8" : "")"
    case .expn(let lookup): "EXPN \(lookup.name)\(lookup.smtputf8 ? " SMTPUTF8" : "")"
    case .startTLS: "STARTTLS"
    case .auth(let mechanism, nil): "AUTH \(mechanism)"
    case .auth(let mechanism, let response?):
      "AUTH \(mechanism) \(response.isEmpty ? "=" : String(decoding: Base64.encode(response), as: UTF8.self))"
    }
  }

  /// For logs: the command without credentials.
  public var description: String {
    if case .auth(let mechanism, _) = self { "AUTH \(mechanism)" } else { line }
  }
}

extension MailParameters {
  /// The parameters as they follow the path, each after a blank.
  var text: String {
    var result = ""
    if let size { result += " SIZE=\(size)" }
    if let body { result += " BODY=\(body.rawValue)" }
    if smtputf8 { result += " SMTPUTF8" }
    switch auth {
    case .unknown: result += " AUTH=<>"
    case .mailbox(let xtext): result += " AUTH=\(xtext.encoded)"
    case nil: break
    }
    if let ret { result += " RET=\(ret.rawValue)" }
    if let envelopeID { result += " ENVID=\(envelopeID.encoded)" }
    if requireTLS { result += " REQUIRETLS" }
    if let priority { result += " MT-PRIORITY=\(priority)" }
    switch hold {
    case .for(let seconds): result += " HOLDFOR=\(seconds)"
    case .until(_, let text): result += " HOLDUNTIL=\(text)"
    case nil: break
    }
    if let deliverBy {
      result += " BY=\(deliverBy.seconds);\(deliverBy.mode.rawValue)\(deliverBy.trace ? "T" : "")"
    }
    return result
  }
}

extension RecipientParameters {
  /// The parameters as they follow the path, each after a blank.
  var text: String {
    var result = ""
    if let notify {
      let words = [(Notify.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]
      let named = words.filter { notify.contains($0.0) }.map(\.1)
      result += " NOTIFY=" + (named.isEmpty ? "NEVER" : named.joined(separator: ","))
    }
    if let originalRecipient {
      result += " ORCPT=\(originalRecipient.addressType);\(originalRecipient.encoded)"
    }
    return result
  }
}
