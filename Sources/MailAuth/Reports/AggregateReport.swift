/// A DMARC aggregate report (RFC 7489 Appendix C; the successor's elements too).
public struct AggregateReport: Hashable, Sendable, Codable {
  /// policy_published
  public struct Policy: Hashable, Sendable, Codable {
    public var domain = ""
    public var policy: DMARCPolicy?
    public var subdomainPolicy: DMARCPolicy?
    public var nonexistentPolicy: DMARCPolicy?
    public var dkimAlignment: DMARCAlignment?
    public var spfAlignment: DMARCAlignment?
    public var isTesting = false
    /// pct= of old reports.
    public var percent: Int?
    public var failureOptions: String?
    public var method: DMARCDiscoveryMethod?

    public init() {}

    /// What a check found published.
    public init(_ evidence: DMARCEvidence) {
      domain = evidence.policyDomain ?? evidence.author
      policy = evidence.record?.policy
      subdomainPolicy = evidence.record?.subdomainPolicy
      nonexistentPolicy = evidence.record?.nonexistentPolicy
      dkimAlignment = evidence.record?.dkimAlignment
      spfAlignment = evidence.record?.spfAlignment
      isTesting = evidence.record?.isTesting ?? false
      failureOptions = evidence.record?.failureOptions
      method = evidence.method
    }
  }

  /// Why another policy was applied than the published one.
  public struct Override: Hashable, Sendable, Codable {
    /// "forwarded", "local_policy", "mailing_list", "sampled_out", "trusted_forwarder", "policy_test_mode" or "other".
    public var type: String
    public var comment: String?

    public init(type: String, comment: String? = nil) {
      self.type = type
      self.comment = comment
    }
  }

  /// auth_results/dkim
  public struct DKIM: Hashable, Sendable, Codable {
    public var domain = ""
    public var selector: String?
    public var result = ""
    public var humanResult: String?

    public init() {}
    public init(_ evidence: DKIMEvidence) {
      domain = evidence.domain
      selector = evidence.selector
      result = evidence.result.rawValue
      humanResult = evidence.result == .pass ? nil : evidence.reasons.first
    }
  }

  /// auth_results/spf
  public struct SPF: Hashable, Sendable, Codable {
    public var domain = ""
    /// "mfrom" or "helo"
    public var scope: String?
    public var result = ""
    public var humanResult: String?

    public init() {}
    public init(_ evidence: SPFEvidence) {
      domain = evidence.domain
      scope = evidence.identity == .mailfrom ? "mfrom" : "helo"
      result = evidence.result.rawValue
    }
  }

  /// What makes two messages one row.
  public struct Row: Hashable, Sendable, Codable {
    /// As text; parsed reports may hold anything.
    public var sourceIP = ""
    /// "none", "quarantine", "reject"; the successor has "pass" too.
    public var disposition = "none"
    /// "pass" or "fail": aligned.
    public var dkimAligned = "fail"
    public var spfAligned = "fail"
    public var overrides: [Override] = []
    public var headerFrom = ""
    public var envelopeFrom: String?
    public var envelopeTo: String?
    public var dkim: [DKIM] = []
    public var spf: [SPF] = []

    public init() {}

    /// `applied`: what was really done with the message; `overrides`: why that differs from the policy.
    public init(
      source: String, dmarc: DMARCEvidence, spf: [SPFEvidence], dkim: [DKIMEvidence], envelopeFrom: String?,
      applied: DMARCPolicy, overrides: [Override] = []
    ) {
      sourceIP = source
      disposition = applied.rawValue
      dkimAligned = dmarc.isDKIMAligned ? "pass" : "fail"
      spfAligned = dmarc.isSPFAligned ? "pass" : "fail"
      self.overrides = overrides
      headerFrom = dmarc.author
      self.envelopeFrom = envelopeFrom
      self.dkim = dkim.filter { $0.result != .none && !$0.domain.isEmpty }.map { .init($0) }
      self.spf = spf.map { .init($0) }
    }
  }

  public struct Record: Hashable, Sendable, Codable {
    public var row: Row
    public var count: Int

    public init(_ row: Row, count: Int) {
      self.row = row
      self.count = count
    }
  }

  /// "1.0" of RFC 7489; absent in old reports.
  public var version: String?
  public var organization = ""
  public var email = ""
  public var contact: String?
  public var reportID = ""
  /// The span, seconds since 1970.
  public var begin: Int64 = 0
  public var end: Int64 = 0
  public var errors: [String] = []
  public var generator: String?
  public var policy = Policy()
  public var records: [Record] = []

  public init() {}
}

/// Collects the messages of one policy domain for one span into rows.
public struct AggregateReportCollector: Sendable {
  public private(set) var policy: AggregateReport.Policy
  private var counts: [AggregateReport.Row: Int] = [:]
  private var order: [AggregateReport.Row] = []
  /// The most different rows that are kept; messages that would need another are counted in `lost`.
  public let limit: Int
  public private(set) var lost = 0

  public init(policy: AggregateReport.Policy, limit: Int = 50_000) {
    self.policy = policy
    self.limit = limit
  }

  public var isEmpty: Bool { order.isEmpty }

  /// Counts one message. `applied`: what was really done with it; `override`: why that differs from the policy.
  public mutating func add(
    source: String, dmarc: DMARCEvidence, spf: [SPFEvidence], dkim: [DKIMEvidence], envelopeFrom: String?,
    applied: DMARCPolicy, overrides: [AggregateReport.Override] = []
  ) {
    add(
      .init(
        source: source, dmarc: dmarc, spf: spf, dkim: dkim, envelopeFrom: envelopeFrom, applied: applied,
        overrides: overrides))
  }

  /// Counts one message.
  public mutating func add(_ row: AggregateReport.Row) {
    if counts[row] == nil {
      guard order.count < limit else {
        lost += 1
        return
      }
      order.append(row)
    }
    counts[row, default: 0] += 1
  }

  /// The report over everything that was counted.
  public func report(
    organization: String, email: String, reportID: String, begin: Int64, end: Int64
  ) -> AggregateReport {
    var report = AggregateReport()
    report.version = "1.0"
    (report.organization, report.email, report.reportID) = (organization, email, reportID)
    (report.begin, report.end) = (begin, end)
    report.policy = policy
    report.records = order.map { .init($0, count: counts[$0] ?? 0) }
    if lost > 0 { report.errors = ["\(lost) messages are not in this report"] }
    return report
  }
}
