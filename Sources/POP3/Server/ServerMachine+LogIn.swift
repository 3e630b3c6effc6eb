internal import Mail

/// The AUTHORIZATION state (RFC 1939 §4, §7; RFC 5034).
extension ServerMachine {
  /// Why no log-in may be tried now.
  private var obstacle: POP3Reply? {
    if isLoggedIn { return .error(.notNow) }
    // RFC 3206 §5: no [AUTH] here; the credentials are not at fault.
    return mayLogIn ? nil : .error(.needsTLS)
  }

  mutating func takeUser(_ name: String) -> ServerStep {
    if let obstacle { return fail(obstacle) }
    guard capabilities.user else { return fail(.error(.unknownCommand)) }
    // Always yes: whether the user exists is nobody's business (RFC 1939 §13).
    userName = name
    return .reply(.ok(.sendPassword))
  }

  mutating func takePassword(_ password: [UInt8]) -> ServerStep {
    if let obstacle { return fail(obstacle) }
    guard let name = userName else { return fail(.error(.sendUser)) }
    userName = nil
    phase = .loggingIn
    return .logIn(name: name, password: password)
  }

  mutating func takeDigest(_ name: String, _ digest: [UInt8]) -> ServerStep {
    guard settings.apopTimestamp != nil else { return fail(.error(.unknownCommand)) }
    guard !isLoggedIn else { return fail(.error(.notNow)) }
    userName = nil
    phase = .loggingIn
    return .logInByDigest(name: name, digest: digest)
  }

  mutating func takeAuthentication(_ mechanism: String?, _ response: [UInt8]?, isLastInGroup: Bool) -> ServerStep {
    if let obstacle { return fail(obstacle) }
    guard let mechanism else { return .list(.ok(.mechanisms), capabilities.mechanisms) }
    guard capabilities.mechanisms.contains(mechanism) else { return fail(.error(.unsupportedMechanism)) }
    // With the response in hand the exchange may be over, and what follows may be pipelined commands (RFC 2449 §6.6). Without it,
    // what follows must wait for the challenge.
    guard response != nil || isLastInGroup else { return close(.error(.notLast)) }
    userName = nil
    isAuthenticating = true
    phase = .authenticating
    return .authenticate(mechanism: mechanism, initialResponse: response)
  }

  mutating func takeResponse(_ line: Span<UInt8>) -> ServerStep {
    if line.count == 1, line[0] == UInt8(ascii: "*") { return abort(.error(.cancelled)) }
    guard let response = Base64.decode(line) else { return abort(.error(.badBase64)) }
    return .authenticationResponse(response)
  }

  mutating func abort(_ reply: POP3Reply) -> ServerStep {
    phase = .command
    isAuthenticating = false
    errors += 1
    return errors > settings.limits.errors ? close(.error(.tooManyErrors)) : .authenticationAborted(reply)
  }

  // MARK: Answers

  /// The mechanism wants an answer to `challenge`: `+ ` and base64 (RFC 5034 §4). The service writes the octets and goes on.
  public func challenge(_ challenge: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "+"), .space] + Base64.encode(challenge) + [.cr, .lf]
  }

  /// The log-in succeeded and the maildrop has `messageCount` messages.
  /// - Parameter shown: how many of them, from the first, a client sees that does not ask for unique ids; nil: all.
  public mutating func opened(
    messageCount: Int, shown: Int? = nil, reply: POP3Reply = .ok(.opened)
  ) -> ServerStep {
    guard isWaitingForVerdict else { return .wait }
    phase = .command
    isAuthenticating = false
    self.messageCount = shown ?? messageCount
    wholeCount = shown == nil ? nil : messageCount
    authenticationFailures = 0
    return .reply(reply)
  }

  /// The log-in failed. Only a reply with [AUTH] counts as a failure of the client's.
  public mutating func logInRefused(
    _ reply: POP3Reply = .error(.badCredentials, .authentication)
  ) -> ServerStep {
    guard isWaitingForVerdict else { return .wait }
    phase = .command
    isAuthenticating = false
    guard reply.code == .authentication else { return .reply(reply) }
    authenticationFailures += 1
    if authenticationFailures >= settings.limits.authenticationFailures { return close(reply) }
    return fail(reply)
  }

  private var isWaitingForVerdict: Bool {
    switch phase {
    case .loggingIn, .authenticating: true
    default: false
    }
  }
}
