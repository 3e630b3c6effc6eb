/// The bounds on one SPF check (RFC 7208 §4.6.4, §11.1).
public struct SPFLimits: Hashable, Sendable {
  /// Terms that ask the DNS; more give `permerror`.
  public var terms = 10
  /// Terms whose question found nothing; more give `permerror`.
  public var voids = 2
  /// Hosts of one "mx"; more give `permerror`.
  public var exchanges = 10
  /// Names of one "ptr"; further ones are ignored.
  public var pointers = 10
  /// Bytes of an explanation; a longer one is left out.
  public var explanation = 1024

  public init() {}
}
