/// What is valid in which state (RFC 1939 §4, §5, §9; RFC 2449, 2595, 6856).
extension ServerMachine {
  mutating func take(_ command: POP3Command, isLastInGroup: Bool) -> ServerStep {
    switch command {
    case .capa: return takeCapabilities()
    case .quit: return takeQuit()
    case .lang(let range): return takeLanguage(range)
    case .user(let name): return takeUser(name)
    case .pass(let password): return takePassword(password)
    case .apop(let name, let digest): return takeDigest(name, digest)
    case .auth(let mechanism, let response):
      return takeAuthentication(mechanism, response, isLastInGroup: isLastInGroup)
    case .stls: return takeSTLS(isLastInGroup: isLastInGroup)
    case .utf8: return takeUTF8()
    case .stat, .list, .retr, .dele, .noop, .rset, .top, .uidl:
      guard let count = messageCount else { return fail(.error(.notNow)) }
      return takeMaildrop(command, count)
    }
  }

  private mutating func takeMaildrop(_ command: POP3Command, _ count: Int) -> ServerStep {
    switch command {
    case .stat: return .stat
    case .list(nil): return .scanAll
    case .list(let number?): return with(number, count) { .scan($0) }
    case .uidl(let number):
      hasListedIDs = true
      // A client that deletes what is missing from the listing must find everything in it; the numbers given so far stay.
      if let wholeCount { messageCount = wholeCount }
      let count = messageCount ?? count
      guard let number else { return .uniqueIDs }
      return with(number, count) { .uniqueID($0) }
    case .retr(let number): return send(number, count) { .retrieve($0) }
    case .top(let number, let lines): return send(number, count) { .top($0, lines: lines) }
    case .dele(let number): return takeDelete(number, count)
    case .rset:
      deleted.removeAll()
      return .reply(.ok(.reset))
    default: return .reply(.ok(.nothing))
    }
  }

  /// Checks a message number (RFC 1939 §5: from 1; a deleted message's number is an error).
  private mutating func with(_ number: Int, _ count: Int, _ step: (Int) -> ServerStep) -> ServerStep {
    guard number <= count else { return fail(.error(.noSuchMessage)) }
    guard !deleted.contains(number - 1) else { return fail(.error(.alreadyDeleted)) }
    return step(number - 1)
  }

  private mutating func send(_ number: Int, _ count: Int, _ step: (Int) -> ServerStep) -> ServerStep {
    let result = with(number, count, step)
    switch result {
    case .retrieve, .top: phase = .sending
    default: break
    }
    return result
  }

  private mutating func takeDelete(_ number: Int, _ count: Int) -> ServerStep {
    if let deletionObstacle { return fail(.error(deletionObstacle)) }
    let result = with(number, count) { _ in .reply(.ok(.marked)) }
    if case .reply(let reply) = result, reply.isPositive { deleted.insert(number - 1) }
    return result
  }

  private mutating func takeCapabilities() -> ServerStep {
    let offersSTLS = capabilities.stls && !isTLS && !isLoggedIn && !isUTF8
    return .list(
      .ok(.capabilities),
      capabilities.lines(mayLogIn: mayLogIn, offersSTLS: offersSTLS, isLoggedIn: isLoggedIn))
  }

  private mutating func takeQuit() -> ServerStep {
    // RFC 1939 §4: QUIT in the AUTHORIZATION state ends the session without the UPDATE state.
    guard isLoggedIn else { return close(.ok(.goodbye)) }
    phase = .updating
    return .update
  }

  private mutating func takeLanguage(_ range: String?) -> ServerStep {
    let offered = capabilities.languages
    guard offered.count > 1, let preferred = offered.first else { return fail(.error(.unknownCommand)) }
    guard let range else {
      return .list(.ok(.languageList), offered.map { "\($0.rawValue) \($0.nativeName)" })
    }
    guard let chosen = range == "*" ? preferred : POP3Language.matching(range, among: offered) else {
      return fail(.error(.noSuchLanguage))
    }
    language = chosen
    // RFC 6856 §3.2: the tag, then text in that language.
    return .reply(.ok("\(chosen.rawValue) \(POP3Phrase.languageChanged.text(in: chosen))"))
  }

  private mutating func takeUTF8() -> ServerStep {
    guard capabilities.utf8 else { return fail(.error(.unknownCommand)) }
    // RFC 6856 §2: valid in the AUTHORIZATION state only.
    guard !isLoggedIn else { return fail(.error(.notNow)) }
    isUTF8 = true
    return .reply(.ok(.utf8Enabled))
  }

  private mutating func takeSTLS(isLastInGroup: Bool) -> ServerStep {
    // RFC 2595 §4: only in the AUTHORIZATION state.
    guard !isLoggedIn else { return fail(.error(.notNow)) }
    guard !isTLS else { return fail(.error(.alreadyTLS)) }
    guard capabilities.stls else { return fail(.error(.noTLS)) }
    // RFC 6856 §2.1.
    guard !isUTF8 else { return fail(.error(.notAfterUTF8)) }
    // Input behind it could be an attacker's, taken as if it came under TLS.
    guard isLastInGroup else { return close(.error(.notLast)) }
    phase = .securing
    return .startTLS(.ok(.begunTLS))
  }

  // MARK: Answers

  /// RETR or TOP was answered, with the message or with an error.
  public mutating func sent() {
    if case .sending = phase { phase = .command }
  }

  /// The UPDATE state is done (RFC 1939 §6).
  /// - Parameter complete: every marked message was removed.
  public mutating func updated(complete: Bool = true) -> ServerStep {
    guard case .updating = phase else { return .wait }
    return close(complete ? .ok(.goodbye) : .error(.goodbyeUnsaved, .systemTemporary))
  }
}
