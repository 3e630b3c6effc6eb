/// The outcome of one SPF check: evidence for whoever decides, not a verdict.
public struct SPFEvidence: Hashable, Sendable, Codable {
  /// Which name was checked (RFC 7208 §2.3, §2.4).
  public enum Identity: String, Hashable, Sendable, Codable {
    case helo, mailfrom
  }

  public var result: SPFResult
  public var identity: Identity
  /// The domain whose record was asked for first, as A-labels; what DMARC aligns.
  public var domain: String
  /// The sender that was checked, with "postmaster" where there was no local part.
  public var sender: String
  /// The text that the domain publishes for those it refuses (exp=); only with `fail`. Third-party words, printable ASCII,
  /// at most `SPFLimits.explanation` bytes.
  public var explanation: String?
  /// The term that decided, such as "-all", and the domain of its record.
  public var term: String?
  /// Why, in plain words, one sentence each, in the order of discovery.
  public var reasons: [String]
  /// How many DNS questions were asked.
  public var questions: Int

  public init(
    result: SPFResult, identity: Identity, domain: String, sender: String, explanation: String? = nil,
    term: String? = nil, reasons: [String] = [], questions: Int = 0
  ) {
    self.result = result
    self.identity = identity
    self.domain = domain
    self.sender = sender
    self.explanation = explanation
    self.term = term
    self.reasons = reasons
    self.questions = questions
  }
}
