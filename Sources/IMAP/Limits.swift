/// What one IMAP command may cost, checked where each length is read.
///
/// The framer checks its limits before it asks for a `+` continuation, so an oversized literal is never invited.
public struct Limits: Sendable, Equatable {
  /// Bytes of one command line without its literals. RFC 7162 §4 asks servers to take at least 8,192; clients with large
  /// folders send longer UID sets.
  public var line: Int = 65_536
  /// Bytes of one literal that is not the message of APPEND or REPLACE.
  public var literal: Int = 65_536
  /// Bytes of one non-synchronizing literal. RFC 7888 §5: 4,096 under LITERAL-; `Int.max` under LITERAL+.
  public var nonSynchronizingLiteral: Int = 4_096
  /// Bytes of one message that APPEND or REPLACE sends (the APPENDLIMIT of RFC 7889); 0: none before log-in.
  public var message: Int = 64 << 20
  /// Bytes of one whole command with its literals, messages left out.
  public var command: Int = 262_144
  /// Bytes of a refused non-synchronizing literal or of an endless line that are read and thrown away before BYE.
  public var discard: Int = 128 << 20
  /// How deep parentheses, NOT, FUZZY and an OR as the first key of another may nest in a search.
  public var nesting: Int = 64
  /// How many keys `OR a OR b OR c …` may have, which is no nesting.
  public var alternatives: Int = 500
  /// How many ranges one sequence set may hold.
  public var ranges: Int = 100_000
  /// How many items one parenthesized list (flags, fetch items, patterns, metadata entries) may hold.
  public var listItems: Int = 1_000

  public init() {}

  /// The limits of a session that has not logged in: nothing it may send is large.
  public static var beforeLogIn: Limits {
    var limits = Limits()
    limits.line = 16_384
    limits.literal = 4_096
    limits.command = 32_768
    limits.discard = 1 << 20
    return limits
  }
}
