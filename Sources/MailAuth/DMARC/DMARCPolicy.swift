/// What a domain owner asks to be done with mail that fails (RFC 7489 §6.3).
public enum DMARCPolicy: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case none, quarantine, reject

  /// The same request one step milder: what a domain in testing gets (t=y, pct=0; RFC 7489 §6.6.4).
  public var milder: DMARCPolicy {
    switch self {
    case .none, .quarantine: .none
    case .reject: .quarantine
    }
  }

  public static func < (left: DMARCPolicy, right: DMARCPolicy) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .none: 0
    case .quarantine: 1
    case .reject: 2
    }
  }
}

/// How closely an authenticated domain must match the author's (RFC 7489 §3.1).
public enum DMARCAlignment: String, Hashable, Sendable, Codable {
  case relaxed = "r"
  case strict = "s"
}

/// How the organizational domain is found.
public enum DMARCDiscoveryMethod: String, Hashable, Sendable, Codable {
  /// By questions to the DNS, label by label (DMARCbis).
  case treeWalk = "treewalk"
  /// By the public suffix list (RFC 7489).
  case publicSuffix = "psl"
}
