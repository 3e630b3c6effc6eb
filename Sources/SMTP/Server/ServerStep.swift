/// What the service does next for a client.
public enum ServerStep: Hashable, Sendable {
  /// From `advance`: no whole command in the input, wait for more. From a verb that answers: nothing to write, call `advance`.
  case wait
  /// Write the reply and go on.
  case reply(SMTPReply)
  /// Write the replies in order and go on (LMTP after a message: one for each recipient).
  case replies([SMTPReply])
  /// Decide, then tell the machine: `accept` or `refuse`.
  case ask(ServerQuestion)
  /// Write the reply if there is one, then feed a `DotReader`; at its end call `finishMessage`.
  case readMessage(SMTPReply)
  /// Feed a `ChunkReader` with the octets that follow the command; then call `finishChunk`, or for the last `finishMessage`.
  case readChunk(MessageChunk)
  /// Begin the mechanism; then call `challenge`, `authenticated` or `authenticationRefused`.
  case authenticate(mechanism: String, initialResponse: [UInt8]?)
  /// The client's answer to a challenge, for the mechanism under way.
  case authenticationResponse([UInt8])
  /// The exchange ended without a verdict: drop the mechanism, write the reply and go on.
  case authenticationAborted(SMTPReply)
  /// Write the reply, begin TLS, call `secured` after the handshake. Input that came with the command is not allowed.
  case startTLS(SMTPReply)
  /// Write the reply if there is one, and close.
  case close(SMTPReply?)
}

/// What only policy can answer.
public enum ServerQuestion: Hashable, Sendable {
  /// The client named itself.
  case hello(ClientName)
  indirect case sender(SMTPCommand.Sender)
  indirect case recipient(SMTPCommand.Recipient)
  /// DATA or the first BDAT: may the message come?
  case message
  case verify(SMTPCommand.Lookup)
  case expand(SMTPCommand.Lookup)
}

/// A chunk of a message: `size` octets follow (RFC 3030 §2).
public struct MessageChunk: Hashable, Sendable {
  public var size: Int
  public var isFirst: Bool
  public var isLast: Bool
}
