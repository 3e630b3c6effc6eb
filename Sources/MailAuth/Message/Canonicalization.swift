/// How a header or body is made comparable before it is hashed (RFC 6376 §3.4).
public enum Canonicalization: String, Hashable, Sendable, Codable, CaseIterable {
  /// Almost nothing may change on the way.
  case simple
  /// White space may change.
  case relaxed
}
