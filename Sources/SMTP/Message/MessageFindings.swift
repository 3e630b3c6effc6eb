/// What a reader saw in a message while it passed by.
public struct MessageFindings: Hashable, Sendable {
  /// Octets handed out so far, with their CRLFs.
  public internal(set) var octets = 0
  /// Octets of the longest line without its line end, after a stuffed dot was removed.
  public internal(set) var longestLine = 0
  public internal(set) var hasNUL = false
  /// An octet over 127 was seen.
  public internal(set) var has8Bit = false
  /// A CR that no LF followed was seen, and made a CRLF (RFC 5321 §2.3.8).
  public internal(set) var hasBareCR = false
  /// An LF that no CR preceded was seen, and made a CRLF (RFC 5321 §2.3.8).
  public internal(set) var hasBareLF = false
  /// The message is longer than allowed; nothing is handed out from there on.
  public internal(set) var isTooLarge = false

  public init() {}
}
