package import MailAuth

/// One message for the report to the owner of its author's domain (RFC 7489 §7.2).
package struct ReportedMessage: Sendable {
  /// Seconds since 1970 UTC.
  package var time: Int64
  /// The client's address.
  package var source: String
  package var dmarc: DMARCEvidence
  package var spf: [SPFEvidence]
  package var dkim: [DKIMEvidence]
  /// The domain of MAIL FROM; nil for the null sender.
  package var envelopeFrom: String?
  /// What was done with it.
  package var applied: DMARCPolicy
  package var overrides: [AggregateReport.Override]

  package init(
    time: Int64, source: String, dmarc: DMARCEvidence, spf: [SPFEvidence], dkim: [DKIMEvidence], envelopeFrom: String?,
    applied: DMARCPolicy, overrides: [AggregateReport.Override]
  ) {
    self.time = time
    self.source = source
    self.dmarc = dmarc
    self.spf = spf
    self.dkim = dkim
    self.envelopeFrom = envelopeFrom
    self.applied = applied
    self.overrides = overrides
  }
}
