internal import Mail

/// AUTH (RFC 4954).
extension ServerMachine {
  /// AUTH stands in the answer to EHLO.
  var offersAuthentication: Bool {
    settings.role != .mx && !settings.extensions.mechanisms.isEmpty && !isAuthenticated
      && (isTLS || settings.allowsPlaintextAuthentication)
  }

  mutating func takeAuthentication(_ mechanism: String, _ response: [UInt8]?, isLastInGroup: Bool) -> ServerStep {
    guard settings.role != .mx, !settings.extensions.mechanisms.isEmpty else { return fail(.notImplemented) }
    // RFC 4954 §4: not twice, not within a transaction.
    guard !isAuthenticated else { return fail(.badSequence("Already authenticated")) }
    guard transaction == nil else { return fail(.badSequence("AUTH within a mail transaction")) }
    guard isTLS || settings.allowsPlaintextAuthentication else { return fail(.encryptionRequired) }
    guard client != nil, isExtended else { return fail(.badSequence("Send EHLO first")) }
    guard settings.extensions.mechanisms.contains(mechanism) else { return fail(.unsupportedMechanism) }
    // RFC 4954 §4: last in its group. Credentials would be read as commands, and logged as such.
    guard isLastInGroup else { return close(.badSequence("AUTH must be the last command of a group")) }
    phase = .authenticating
    return .authenticate(mechanism: mechanism, initialResponse: response)
  }

  mutating func takeResponse(_ line: Span<UInt8>) -> ServerStep {
    // RFC 4954 §4: "*" cancels; what is not base64 ends the exchange too, both with 501.
    if line.count == 1, line[0] == UInt8(ascii: "*") { return abort(.authenticationCancelled) }
    guard let response = Base64.decode(line) else { return abort(.badBase64) }
    return .authenticationResponse(response)
  }

  mutating func abort(_ reply: SMTPReply) -> ServerStep {
    phase = .command
    errors += 1
    return errors > settings.limits.errors ? close(.tooManyErrors) : .authenticationAborted(reply)
  }

  /// The mechanism wants an answer to `challenge`.
  public mutating func challenge(_ challenge: [UInt8]) -> ServerStep {
    guard case .authenticating = phase else { return .wait }
    return .reply(.challenge(String(decoding: Base64.encode(challenge), as: UTF8.self)))
  }

  /// The log-in succeeded.
  public mutating func authenticated() -> ServerStep {
    guard case .authenticating = phase else { return .wait }
    phase = .command
    isAuthenticated = true
    authenticationFailures = 0
    return .reply(.authenticated)
  }

  /// The log-in failed: 535 for bad credentials, 454 when they could not be checked, 421 to close.
  public mutating func authenticationRefused(_ reply: SMTPReply = .badCredentials) -> ServerStep {
    guard case .authenticating = phase else { return .wait }
    phase = .command
    if reply.code == 421 { return close(reply) }
    guard reply.isPermanentFailure else { return .reply(reply) }
    authenticationFailures += 1
    // RFC 4954 §4: a server may close after several failures.
    if authenticationFailures >= settings.limits.authenticationFailures { return close(.tooManyErrors) }
    return fail(reply)
  }
}
