/// One message for an aggregate report, as a line of text until the report is made.
public struct CollectedRow: Hashable, Sendable {
  /// Seconds since 1970.
  public var time: Int64
  public var policy: AggregateReport.Policy
  /// Where its owner wants reports.
  public var destinations: [DMARCReportURI]
  public var row: AggregateReport.Row

  public init(
    time: Int64, dmarc: DMARCEvidence, source: String, spf: [SPFEvidence], dkim: [DKIMEvidence], envelopeFrom: String?,
    applied: DMARCPolicy, overrides: [AggregateReport.Override] = []
  ) {
    self.time = time
    policy = .init(dmarc)
    destinations = dmarc.record?.aggregateURIs ?? []
    row = .init(
      source: source, dmarc: dmarc, spf: spf, dkim: dkim, envelopeFrom: envelopeFrom, applied: applied,
      overrides: overrides)
  }

  // MARK: The line

  private static let columns = 20

  /// The line with its line end: columns between tabs, lists between "|", their parts between ";", all else escaped.
  public var line: [UInt8] {
    var columns: [String] = ["1", String(time), policy.domain]
    columns += [policy.policy, policy.subdomainPolicy, policy.nonexistentPolicy].map { $0?.rawValue ?? "" }
    columns += [policy.dkimAlignment, policy.spfAlignment].map { $0?.rawValue ?? "" }
    columns += [policy.isTesting ? "y" : "", policy.failureOptions ?? "", policy.method?.rawValue ?? ""]
    columns = columns.map(Self.escaped)
    columns.append(destinations.map { Self.escaped($0.text) }.joined(separator: "|"))
    columns += [row.sourceIP, row.disposition, row.dkimAligned, row.spfAligned, row.headerFrom].map(Self.escaped)
    columns.append(row.envelopeFrom.map(Self.escaped) ?? "-")
    columns.append(
      row.overrides.map { Self.parts([$0.type, $0.comment ?? ""]) }.joined(separator: "|") + "\t"
        + row.dkim.map { Self.parts([$0.domain, $0.selector ?? "", $0.result, $0.humanResult ?? ""]) }
        .joined(separator: "|"))
    columns.append(row.spf.map { Self.parts([$0.domain, $0.scope ?? "", $0.result]) }.joined(separator: "|"))
    return Array((columns.joined(separator: "\t") + "\n").utf8)
  }

  /// Reads a line without its line end; nil: cut, or of another version.
  public init?(line: [UInt8]) {
    let columns = line.split(separator: 0x09, omittingEmptySubsequences: false).map { Array($0) }
    guard columns.count == Self.columns + 1, columns[0] == [UInt8(ascii: "1")], let time = Int64(Self.text(columns[1]))
    else { return nil }
    self.time = time
    policy = .init()
    policy.domain = Self.text(columns[2])
    policy.policy = DMARCPolicy(rawValue: Self.text(columns[3]))
    policy.subdomainPolicy = DMARCPolicy(rawValue: Self.text(columns[4]))
    policy.nonexistentPolicy = DMARCPolicy(rawValue: Self.text(columns[5]))
    policy.dkimAlignment = DMARCAlignment(rawValue: Self.text(columns[6]))
    policy.spfAlignment = DMARCAlignment(rawValue: Self.text(columns[7]))
    policy.isTesting = columns[8] == [UInt8(ascii: "y")]
    policy.failureOptions = Self.optional(Self.text(columns[9]))
    policy.method = DMARCDiscoveryMethod(rawValue: Self.text(columns[10]))
    destinations = Self.list(columns[11]).compactMap { DMARCReportURI(Self.text($0)) }
    row = .init()
    (row.sourceIP, row.disposition) = (Self.text(columns[12]), Self.text(columns[13]))
    (row.dkimAligned, row.spfAligned) = (Self.text(columns[14]), Self.text(columns[15]))
    row.headerFrom = Self.text(columns[16])
    row.envelopeFrom = columns[17] == [UInt8(ascii: "-")] ? nil : Self.text(columns[17])
    for parts in Self.list(columns[18]).map(Self.parts) where parts.count == 2 {
      row.overrides.append(.init(type: parts[0], comment: Self.optional(parts[1])))
    }
    for parts in Self.list(columns[19]).map(Self.parts) where parts.count == 4 {
      var dkim = AggregateReport.DKIM()
      (dkim.domain, dkim.selector, dkim.result) = (parts[0], Self.optional(parts[1]), parts[2])
      dkim.humanResult = Self.optional(parts[3])
      row.dkim.append(dkim)
    }
    for parts in Self.list(columns[20]).map(Self.parts) where parts.count == 3 {
      var spf = AggregateReport.SPF()
      (spf.domain, spf.scope, spf.result) = (parts[0], Self.optional(parts[1]), parts[2])
      row.spf.append(spf)
    }
  }

  private static func optional(_ text: String) -> String? { text.isEmpty ? nil : text }
  private static func list(_ column: [UInt8]) -> [[UInt8]] {
    column.split(separator: UInt8(ascii: "|")).map { Array($0) }
  }
  private static func parts(_ texts: [String]) -> String { texts.map(escaped).joined(separator: ";") }
  private static func parts(_ item: [UInt8]) -> [String] {
    item.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { text(Array($0)) }
  }

  /// What a peer chose can neither end a column nor a line, nor fill the file: at most 300 bytes of it count.
  private static func escaped(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8.prefix(300) {
      if byte > 0x20, byte != 0x7F, !"%|;".utf8.contains(byte) {
        result.append(byte)
      } else {
        let digits = Array("0123456789ABCDEF".utf8)
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: DMARCReportURI.percentDecoded(bytes), as: UTF8.self)
  }
}

extension AggregateReport {
  /// The reports over the findings of one span: one for each policy domain, in order of the domains, with its destinations.
  ///
  /// Where a domain changed its policy meanwhile the newest one is reported (RFC 7489 §7.2 leaves it open).
  public static func reports(
    over rows: [CollectedRow], organization: String, email: String, begin: Int64, end: Int64
  ) -> [(report: AggregateReport, destinations: [DMARCReportURI])] {
    var byDomain: [String: [CollectedRow]] = [:]
    for row in rows where row.time >= begin && row.time <= end { byDomain[row.policy.domain, default: []].append(row) }
    return byDomain.keys.sorted().compactMap { domain in
      guard let rows = byDomain[domain], let newest = rows.max(by: { $0.time < $1.time }) else { return nil }
      var collector = AggregateReportCollector(policy: newest.policy)
      for row in rows { collector.add(row.row) }
      // RFC 7489 §7.2.1.1: unique for this submitter, and the same when it is made again.
      let report = collector.report(
        organization: organization, email: email, reportID: "\(begin).\(domain)@\(organization)", begin: begin, end: end
      )
      return (report, newest.destinations)
    }
  }
}
