/// The chain validation status (RFC 8617 §4.4).
public enum ARCResult: String, Hashable, Sendable, Codable, CaseIterable {
  /// There is no chain.
  case none
  /// The chain is whole.
  case pass
  /// The chain is broken; DNS failures count too (RFC 8617 §5.2.1).
  case fail
}
