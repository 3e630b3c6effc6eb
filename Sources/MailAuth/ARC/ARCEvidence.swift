/// The outcome of ARC validation: evidence, not a verdict.
public struct ARCEvidence: Hashable, Sendable, Codable {
  /// One set of the chain, as its seal tells it.
  public struct Link: Hashable, Sendable, Codable {
    public var instance: Int
    /// d= and s= of the seal.
    public var domain: String
    public var selector: String
    /// What the sealer saw: the payload of its ARC-Authentication-Results, behind the instance. At most 8 KiB.
    public var results: String

    public init(instance: Int, domain: String, selector: String, results: String) {
      self.instance = instance
      self.domain = domain
      self.selector = selector
      self.results = results
    }
  }

  public var result: ARCResult
  /// The number of sets found; 0 without a chain.
  public var instance = 0
  /// True: the newest seal itself says cv=fail, so nothing may be added (RFC 8617 §5.1.3).
  public var isTerminated = false
  /// True: the chain failed only because the DNS did (RFC 8617 §5.2.1 counts that as a failure).
  public var isTemporary = false
  /// The links, oldest first; only when the chain passes.
  public var links: [Link] = []
  /// Why, in plain words.
  public var reasons: [String] = []

  public init(
    result: ARCResult, instance: Int = 0, isTerminated: Bool = false, reasons: [String] = []
  ) {
    self.result = result
    self.instance = instance
    self.isTerminated = isTerminated
    self.reasons = reasons
  }
}
