/// What the service does next for a client. Message indices count from 0 in the session's snapshot of the maildrop.
public enum ServerStep: Hashable, Sendable {
  /// From `advance`: no whole command in the input, wait for more. From a verb that answers: nothing to write.
  case wait
  /// Write the reply and go on.
  case reply(POP3Reply)
  /// Write the reply, the lines with dots stuffed (none of them needs it), and the end of a multi-line reply.
  case list(POP3Reply, [String])
  /// Check USER and PASS; then call `opened` or `logInRefused`.
  case logIn(name: String, password: [UInt8])
  /// Check APOP against `settings.apopTimestamp`; then call `opened` or `logInRefused`.
  case logInByDigest(name: String, digest: [UInt8])
  /// Begin the mechanism; then call `challenge`, `opened` or `logInRefused`.
  case authenticate(mechanism: String, initialResponse: [UInt8]?)
  /// The client's answer to a challenge, for the mechanism under way.
  case authenticationResponse([UInt8])
  /// The exchange ended without a verdict: drop the mechanism, write the reply and go on.
  case authenticationAborted(POP3Reply)
  /// Write the reply, begin TLS, call `secured` after the handshake.
  case startTLS(POP3Reply)
  /// Reply with count and octets of the messages that are not deleted.
  case stat
  /// Reply with the scan listing of the messages that are not deleted.
  case scanAll
  /// Reply with one scan listing.
  case scan(Int)
  /// Reply with the unique-id listing of the messages that are not deleted.
  case uniqueIDs
  /// Reply with one unique-id listing.
  case uniqueID(Int)
  /// Send the message through a `DotWriter`; then call `sent`.
  case retrieve(Int)
  /// Send its headers and that many lines of its body (`TopCutter`, `DotWriter`); then call `sent`.
  case top(Int, lines: Int)
  /// QUIT after log-in: enter the UPDATE state, remove `deleted`, then call `updated`.
  case update
  /// Write the reply if there is one, and close. Nothing is deleted.
  case close(POP3Reply?)
}
