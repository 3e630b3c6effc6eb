/// The result words for DMARC (RFC 7489 §11.2).
public enum DMARCResult: String, Hashable, Sendable, Codable, CaseIterable {
  /// No policy is published.
  case none
  case pass, fail, temperror, permerror
}

/// The outcome of a DMARC check: evidence and what the domain owner asks for, not a verdict.
public struct DMARCEvidence: Hashable, Sendable, Codable {
  public var result: DMARCResult
  /// The author's domain (RFC5322.From), as A-labels.
  public var author: String
  public var organizationalDomain: String = ""
  /// Where the policy was found, and the record as read.
  public var policyDomain: String?
  public var record: DMARCRecord?
  /// The published policy that applies: p=, sp= or np=, whichever `policyTag` names.
  public var policy: DMARCPolicy?
  public var policyTag: String?
  /// What the domain owner asks to be done with this message: `none` when it passes; one step milder while testing.
  public var disposition = DMARCPolicy.none
  /// The SPF domain is aligned and passed.
  public var isSPFAligned = false
  /// A DKIM domain is aligned and passed.
  public var isDKIMAligned = false
  public var method: DMARCDiscoveryMethod
  /// Why, in plain words.
  public var reasons: [String] = []

  public init(
    result: DMARCResult, author: String, organizationalDomain: String = "", method: DMARCDiscoveryMethod,
    reasons: [String] = []
  ) {
    self.result = result
    self.author = author
    self.organizationalDomain = organizationalDomain
    self.method = method
    self.reasons = reasons
  }
}

extension AuthenticationResults.Method {
  /// RFC 7489 §11.1.
  public init(_ dmarc: DMARCEvidence) {
    var properties: [AuthenticationResults.Property] = []
    if !dmarc.author.isEmpty { properties.append(.init("header", "from", dmarc.author)) }
    if let policy = dmarc.policy {
      properties.append(.init("policy", "published-domain-policy", policy.rawValue))
      if dmarc.result == .fail { properties.append(.init("policy", "applied-disposition", dmarc.disposition.rawValue)) }
    }
    self.init("dmarc", dmarc.result.rawValue, properties)
  }
}
