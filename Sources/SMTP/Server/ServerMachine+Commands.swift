/// What may follow what: RFC 5321 §4.1.4 and the extensions' own rules.
extension ServerMachine {
  /// Takes one command.
  /// - Parameter isLastInGroup: nothing came behind it yet.
  mutating func take(_ command: SMTPCommand, isLastInGroup: Bool) -> ServerStep {
    if isRefused {
      // RFC 5321 §3.1: after 554 in the greeting, anything but QUIT is 503.
      if case .quit = command { return close(.goodbye(settings.hostName)) }
      return fail(.badSequence("No SMTP service here"))
    }
    switch command {
    case .ehlo(let name): return takeHello(name, isExtended: true, isLMTP: false)
    case .helo(let name): return takeHello(name, isExtended: false, isLMTP: false)
    case .lhlo(let name): return takeHello(name, isExtended: true, isLMTP: true)
    case .mail(let sender): return takeMail(sender)
    case .rcpt(let recipient): return takeRecipient(recipient)
    case .data: return takeData(isLastInGroup: isLastInGroup)
    case .bdat(let size, let isLast): return takeChunk(size: size, isLast: isLast)
    case .rset: return takeReset()
    case .noop: return idle(.ok)
    case .quit: return close(.goodbye(settings.hostName))
    case .help: return takeHelp()
    case .vrfy(let lookup): return takeVerify(lookup)
    case .expn(let lookup): return takeExpand(lookup)
    case .startTLS: return takeStartTLS(isLastInGroup: isLastInGroup)
    case .auth(let mechanism, let response):
      return takeAuthentication(mechanism, response, isLastInGroup: isLastInGroup)
    }
  }

  private mutating func takeHello(_ name: ClientName, isExtended: Bool, isLMTP: Bool) -> ServerStep {
    // RFC 2033 §4.1: an LMTP server knows LHLO and neither HELO nor EHLO.
    guard isLMTP == (settings.role == .lmtp) else { return fail(.unrecognisedCommand) }
    return ask(.hello(name), .hello(name, isExtended: isExtended))
  }

  private mutating func takeReset() -> ServerStep {
    transaction = nil
    return idle(.ok)
  }

  private mutating func takeHelp() -> ServerStep {
    guard settings.extensions.help else { return fail(.notImplemented) }
    var commands = [settings.role == .lmtp ? "LHLO" : "EHLO HELO", "MAIL RCPT DATA"]
    if settings.extensions.chunking { commands.append("BDAT") }
    commands.append("RSET NOOP QUIT HELP VRFY")
    if settings.extensions.expn { commands.append("EXPN") }
    if settings.extensions.startTLS { commands.append("STARTTLS") }
    if settings.role == .submission { commands.append("AUTH") }
    return idle(SMTPReply(214, .init(2, 0, 0), ["Commands:", commands.joined(separator: " ")]))
  }

  private mutating func takeVerify(_ lookup: SMTPCommand.Lookup) -> ServerStep {
    // RFC 5321 §7.3: a server may answer 252 without looking.
    settings.extensions.vrfy ? ask(.verify(lookup), .verify) : idle(.cannotVerify)
  }

  private mutating func takeExpand(_ lookup: SMTPCommand.Lookup) -> ServerStep {
    settings.extensions.expn ? ask(.expand(lookup), .expand) : fail(.notImplemented)
  }

  private mutating func takeStartTLS(isLastInGroup: Bool) -> ServerStep {
    guard settings.extensions.startTLS else { return fail(.notImplemented) }
    guard !isTLS else { return fail(.badSequence("TLS already active")) }
    // RFC 3207 §4: last in its group; input behind it could be an attacker's, taken as if it came under TLS.
    guard isLastInGroup else { return close(.badSequence("STARTTLS must be the last command of a group")) }
    phase = .securing
    return .startTLS(.readyForTLS)
  }

  // MARK: Questions

  mutating func ask(_ question: ServerQuestion, _ pending: Pending) -> ServerStep {
    phase = .asking(pending)
    return .ask(question)
  }

  /// The answer to the question is yes.
  /// - Parameter reply: instead of the usual reply; for EHLO its first line's text.
  public mutating func accept(_ reply: SMTPReply? = nil) -> ServerStep {
    guard case .asking(let pending) = phase else { return .wait }
    phase = .command
    switch pending {
    case .hello(let name, let isExtended): return acceptHello(name, isExtended, reply)
    case .sender(let sender):
      transaction = Transaction(sender)
      idleCommands = 0
      return .reply(reply ?? .senderOK)
    case .recipient(let recipient):
      transaction?.recipients.append(recipient)
      return .reply(reply ?? .recipientOK)
    case .data:
      phase = .reading
      return .readMessage(reply ?? .startMessage)
    case .chunk(let chunk): return beginChunk(chunk)
    case .verify: return idle(reply ?? .cannotVerify)
    case .expand: return idle(reply ?? .ok)
    }
  }

  /// The answer to the question is no. 421 closes the connection; 5yz counts as an error of the client's.
  public mutating func refuse(_ reply: SMTPReply) -> ServerStep {
    guard case .asking(let pending) = phase else { return .wait }
    phase = .command
    if reply.code == 421 { return close(reply) }
    switch pending {
    case .recipient: transaction?.refusedRecipients += 1
    case .chunk(let chunk): return refuse(chunk, reply)
    // RFC 5321 §4.1.1.4: a refused DATA ends the transaction's chance; the client may RSET or send DATA again.
    case .hello, .sender, .data, .verify, .expand: break
    }
    return reply.isPermanentFailure ? fail(reply) : .reply(reply)
  }

  private mutating func acceptHello(_ name: ClientName, _ isExtended: Bool, _ reply: SMTPReply?) -> ServerStep {
    // RFC 5321 §4.1.4: as if RSET had come.
    transaction = nil
    client = name
    self.isExtended = isExtended
    // RFC 6531 §3.7.1: a reply to EHLO is ASCII.
    let isASCII = name.text.utf8.allSatisfy { $0 < 128 }
    let first = reply?.text ?? (isASCII ? "\(settings.hostName) greets \(name.text)" : settings.hostName)
    guard isExtended else { return idle(SMTPReply(250, first)) }
    let keywords = settings.extensions.keywords(
      messageSize: settings.limits.messageSize, isTLS: isTLS, offersAuthentication: offersAuthentication)
    return idle(SMTPReply(250, nil, [first] + keywords))
  }
}
