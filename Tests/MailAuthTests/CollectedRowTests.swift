import DNS
import MailAuth
import Testing

@Suite struct CollectedRowTests {
  static func row(_ time: Int64, source: String = "192.0.2.1", comment: String? = nil) async -> CollectedRow {
    let dns = DMARCTests.dns([
      "example.com":
        "v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; t=y; fo=1:d; rua=mailto:a%2Cb@example.com!10m,mailto:c@d.example"
    ])
    let dmarc = await DMARCTests.check("example.com", spf: "other.example", dns)
    let spf = SPFEvidence(result: .pass, identity: .mailfrom, domain: "other.example", sender: "x@other.example")
    let dkim = DKIMEvidence(
      result: .fail, domain: "d.example", selector: "s\t|;%", reasons: ["changed\nafter; signing | 100 %"])
    return CollectedRow(
      time: time, dmarc: dmarc, source: source, spf: [spf], dkim: [dkim, dkim], envelopeFrom: "other.example",
      applied: .none, overrides: [.init(type: "policy_test_mode", comment: comment)])
  }

  @Test func roundTrips() async throws {
    for comment in [nil, "arc=pass; d=\u{628}\u{631}\u{64A}\u{62F}.example"] {
      let row = await Self.row(1_800_000_000, comment: comment)
      let line = row.line
      #expect(line.last == 0x0A)
      #expect(line.dropLast().allSatisfy { $0 >= 0x20 || $0 == 0x09 })
      let again = try #require(CollectedRow(line: Array(line.dropLast())))
      #expect(again == row)
      // Cut anywhere, it is no line.
      for count in [0, 1, 10, line.count / 2] { #expect(CollectedRow(line: Array(line.prefix(count))) == nil) }
    }
  }

  @Test func makesReports() async throws {
    let rows = [
      await Self.row(100), await Self.row(200), await Self.row(90_000), await Self.row(300, source: "2001:db8::1"),
    ]
    let reports = AggregateReport.reports(
      over: rows, organization: "mx.example.test", email: "postmaster@mx.example.test", begin: 0, end: 86_399)
    #expect(reports.count == 1)
    let (report, destinations) = try #require(reports.first)
    #expect(report.records.map(\.count) == [2, 1])
    #expect(destinations.map(\.address) == ["a,b@example.com", "c@d.example"])
    #expect(destinations.map(\.maximumSize) == [10 << 20, nil])
    #expect(report.policy.isTesting)
    #expect(report.policy.method == .treeWalk)
    let again = try AggregateReport(xml: report.xml)
    #expect(again.records.map(\.count) == [2, 1])
    #expect(again.records.map(\.row.sourceIP) == ["192.0.2.1", "2001:db8::1"])
    #expect(again.policy.policy == .reject)
  }
}
