/// How much of a message is looked at; what lies beyond is kept as bytes but not described.
///
/// No limit makes parsing fail. Units stand at each property.
public struct MailLimits: Sendable, Hashable {
  /// Header fields listed of one header block.
  public var headerFields = 10_000
  /// Depth of nested multiparts and messages; below it everything is one part.
  public var depth = 100
  /// Parts of one message.
  public var parts = 10_000
  /// Bytes of a boundary. RFC 2046 §5.1.1 allows 70; some senders use more.
  public var boundaryLength = 998
  /// Parameters of one header field.
  public var parameters = 200
  /// Bytes of one header field's value that are interpreted.
  public var fieldLength = 256 * 1024
  /// Mailboxes and groups of one address field.
  public var addresses = 10_000
  /// Depth of nested comments.
  public var commentDepth = 50

  public init() {}
}
