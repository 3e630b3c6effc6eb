/// The bounds on what one message can make us do.
public struct AuthLimits: Hashable, Sendable {
  /// Bytes of header that are kept; a longer header makes every signature `permerror`.
  public var headerBytes = 2 << 20
  /// Fields of a header that are kept.
  public var headerFields = 10_000
  /// Bytes of one signature field; a longer one is `permerror`.
  public var signatureBytes = 64 << 10
  /// Signatures of a message that are checked; further ones are counted only.
  public var signatures = 16
  /// Different hashes of the body that are computed side by side.
  public var bodyHashes = 20
  /// Bytes of a key record that are read.
  public var keyRecordBytes = 16 << 10
  /// Seconds by which clocks may differ, for t= and x=.
  public var clockSkew: Int64 = 3600

  public init() {}
}
