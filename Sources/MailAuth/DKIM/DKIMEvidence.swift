/// The result words for DKIM of RFC 8601 §2.7.1.
public enum DKIMResult: String, Hashable, Sendable, Codable, CaseIterable {
  /// The message is not signed.
  case none
  /// The signature and the hash of the body match.
  case pass
  /// The message was changed, or the signature is not the domain's.
  case fail
  /// Left unchecked by our own rules.
  case policy
  /// The DNS failed; a later check may succeed.
  case temperror
  /// The signature or its key can never be used.
  case permerror
}

/// The outcome for one DKIM-Signature field: evidence, not a verdict.
public struct DKIMEvidence: Hashable, Sendable, Codable {
  public var result: DKIMResult
  /// d= as A-labels: the domain that takes responsibility; "" where it could not be read. What DMARC aligns.
  public var domain: String = ""
  /// s=
  public var selector: String = ""
  /// i=
  public var identity: String = ""
  /// a=
  public var algorithm: String = ""
  /// Bits of the key; 0 when none was found.
  public var keyBits: Int = 0
  /// The first 8 characters of b=, which tell signatures apart (RFC 6008).
  public var signatureStart: String = ""
  /// Bytes at the end of the body that l= leaves unsigned: anyone may have added them (RFC 6376 §8.2).
  public var unsignedBytes: UInt64 = 0
  /// The key says t=y: the domain is testing, and a failure means nothing.
  public var isTesting = false
  /// Why, in plain words.
  public var reasons: [String] = []

  public init(
    result: DKIMResult, domain: String = "", selector: String = "", identity: String = "", algorithm: String = "",
    signatureStart: String = "", reasons: [String] = []
  ) {
    self.result = result
    self.domain = domain
    self.selector = selector
    self.identity = identity
    self.algorithm = algorithm
    self.signatureStart = signatureStart
    self.reasons = reasons
  }
}
