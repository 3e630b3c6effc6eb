/// MAIL and RCPT.
extension ServerMachine {
  /// What stands between a client and a transaction.
  private var obstacle: SMTPReply? {
    if settings.requiresTLS && !isTLS { return .mustStartTLS }
    if client == nil { return .badSequence(settings.role == .lmtp ? "Send LHLO first" : "Send EHLO first") }
    if settings.requiresAuthentication && !isAuthenticated { return .authenticationRequired }
    return nil
  }

  mutating func takeMail(_ sender: SMTPCommand.Sender) -> ServerStep {
    if let obstacle { return fail(obstacle) }
    // RFC 5321 §4.1.4: MAIL must not be sent while a transaction is open.
    guard transaction == nil else { return fail(.badSequence("Nested MAIL command")) }
    guard messages < settings.limits.messages else { return close(.tooManyMessages) }
    if let reply = refusal(of: sender.parameters) { return fail(reply) }
    return ask(.sender(sender), .sender(sender))
  }

  /// RFC 5321 §4.1.1.11: 555 for a parameter of an extension that was not offered; then each extension's own limits.
  private func refusal(of parameters: MailParameters) -> SMTPReply? {
    let offered = settings.extensions
    let body = parameters.body
    if parameters.smtputf8, !offered.smtputf8 { return .unsupportedParameter }
    if body == .eightBitMIME || body == .sevenBit, !offered.eightBitMIME { return .unsupportedParameter }
    if body == .binaryMIME, !(offered.binaryMIME && offered.chunking) { return .unsupportedParameter }
    if parameters.ret != nil || parameters.envelopeID != nil, !offered.dsn { return .unsupportedParameter }
    // RFC 8689 §2: offered, and so known, only under TLS.
    if parameters.requireTLS, !(offered.requireTLS && isTLS) { return .unsupportedParameter }
    if parameters.priority != nil, offered.priorityProfile == nil { return .unsupportedParameter }
    // RFC 4954 §5: a server that knows AUTH takes the parameter from anybody, and trusts it from few. It is harmless elsewhere.
    if let hold = parameters.hold {
      guard let limit = offered.futureRelease else { return .unsupportedParameter }
      switch hold {
      // RFC 4865 §4.2 (7), (8), (10).
      case .for(let seconds) where seconds > limit.longest: return .badArguments("Hold is too long")
      case .until(let seconds, _) where seconds > limit.latest: return .badArguments("Hold is too long")
      default: break
      }
    }
    if let deliverBy = parameters.deliverBy {
      guard let shortest = offered.deliverBy else { return .unsupportedParameter }
      // RFC 2852 §4: a "R" time below the announced minimum is refused.
      if deliverBy.mode == .return, deliverBy.seconds < shortest {
        return .badArguments("Deliver-by time is too short")
      }
    }
    // RFC 1870 §6.1.
    let limit = settings.limits.messageSize
    if let size = parameters.size, limit > 0, size > limit { return .messageTooLarge }
    return nil
  }

  mutating func takeRecipient(_ recipient: SMTPCommand.Recipient) -> ServerStep {
    if let obstacle { return fail(obstacle) }
    guard let transaction else { return fail(.badSequence("Send MAIL first")) }
    guard !transaction.isChunked else { return fail(.badSequence("Message already begun")) }
    if transaction.isBroken { return fail(.resetNeeded) }
    let parameters = recipient.parameters
    if parameters.notify != nil || parameters.originalRecipient != nil, !settings.extensions.dsn {
      return fail(.unsupportedParameter)
    }
    // RFC 6531 §3.5.
    if recipient.isInternationalised, !transaction.sender.parameters.smtputf8 { return fail(.asciiAddressRequired) }
    // RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction; not an error of its own.
    guard transaction.recipients.count < settings.limits.recipients else { return .reply(.tooManyRecipients) }
    return ask(.recipient(recipient), .recipient(recipient))
  }
}
