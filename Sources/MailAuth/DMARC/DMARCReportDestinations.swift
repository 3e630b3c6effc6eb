public import DNS

/// Where the reports of a domain may be sent: external destinations must have agreed (RFC 7489 §7.1).
public struct DMARCReportDestinations: Sendable {
  /// Given: RFC 7489's organizational domains. nil: those of the tree walk.
  public var suffixes: PublicSuffixList?

  public init(suffixes: PublicSuffixList? = nil) { self.suffixes = suffixes }

  /// The addresses of `uris` that may be used for `policyDomain`, and those refused, with the reason for our log.
  /// A destination whose DNS fails is refused for now.
  public func verify(
    _ uris: [DMARCReportURI], policyDomain: String, _ dns: any DNSLookup
  ) async -> (accepted: [DMARCReportURI], refused: [(uri: DMARCReportURI, reason: String)]) {
    var finder = DMARCFinder(dns, suffixes)
    var accepted: [DMARCReportURI] = []
    var refused: [(uri: DMARCReportURI, reason: String)] = []
    let own = await finder.discover(policyDomain).organizationalDomain
    for uri in uris.prefix(DMARCReportURI.maximumCount) {
      if await finder.discover(uri.host).organizationalDomain == own {
        accepted.append(uri)
        continue
      }
      let answer = await dns.query("\(policyDomain)._report._dmarc.\(uri.host)", .txt)
      let records = answer.records.compactMap(\.text).compactMap { DMARCRecord($0) }
      guard let record = records.first else {
        let reason = answer.isTemporary ? "the DNS does not answer" : "has not agreed"
        refused.append((uri, "\(uri.host) \(reason) to receive reports for \(policyDomain)"))
        continue
      }
      // Step 8: the receiver may name other addresses, of the same host only.
      if record.aggregateURIs.isEmpty {
        accepted.append(uri)
      } else if record.aggregateURIs.allSatisfy({ $0.host == uri.host }) {
        accepted += record.aggregateURIs
      } else {
        refused.append((uri, "\(uri.host) names an address of another host"))
      }
    }
    return (accepted, refused)
  }
}
