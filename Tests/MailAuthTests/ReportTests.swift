import DNS
import MailAuth
import TestKit
import Testing

@Suite struct ReportTests {
  @Test func readsReports() throws {
    func read(_ name: String) throws -> AggregateReport {
      try AggregateReport(xml: TestResources.bytes("dmarc/\(name).xml"))
    }
    let first = try read("001")
    #expect(first.organization == "Sample Reporter")
    #expect(first.version == "2.0")
    #expect((first.begin, first.end) == (161_212_415, 161_221_511))
    #expect(first.policy.policy == .quarantine)
    #expect(first.policy.subdomainPolicy == DMARCPolicy.none)
    #expect(first.records.map(\.count) == [123])
    #expect(first.records[0].row.sourceIP == "192.168.4.4")
    #expect(first.records[0].row.disposition == "quarantine")
    #expect(first.records[0].row.dkim.map(\.selector) == ["abc123"])
    #expect(try read("002").policy.percent == 100)
    let third = try read("003")
    #expect(third.records.count > 1)
    #expect(
      third.records[0].row.overrides == [
        .init(type: "trusted_forwarder", comment: "Policy ignored due to local white list")
      ])
    #expect(third.records[0].row.envelopeFrom == "jmap.bounce.topicbox.com")
    let fourth = try read("004")
    #expect(fourth.policy.method == .treeWalk)
    #expect(fourth.policy.nonexistentPolicy == DMARCPolicy.none)
    #expect(fourth.generator == "Example DMARC Aggregate Reporter v1.2")
    let fifth = try read("005")
    #expect(fifth.records[0].row.spf.map(\.scope) == ["helo"])
    #expect(fifth.records[0].row.overrides.map(\.type) == ["sampled_out"])
  }

  @Test func writesWhatItReads() throws {
    for name in ["001", "002", "003", "004", "005"] {
      var report = try AggregateReport(xml: TestResources.bytes("dmarc/\(name).xml"))
      if report.policy.subdomainPolicy == nil { report.policy.subdomainPolicy = report.policy.policy }
      #expect(try AggregateReport(xml: report.xml) == report)
    }
    var odd = AggregateReport()
    odd.organization = "A & B <c> \"d\" ]]> \u{1F600}"
    odd.policy.domain = "x"
    #expect(try AggregateReport(xml: odd.xml).organization == odd.organization)
  }

  @Test func collects() async throws {
    let dns = DMARCTests.dns(["example.com": "v=DMARC1; p=reject; np=quarantine; rua=mailto:r@example.com"])
    let pass = await DMARCTests.check("example.com", spf: "example.com", dns)
    let fail = await DMARCTests.check("example.com", dns)
    let spf = await SPFCheck(address: .v4(IPv4Address(192, 0, 2, 1)), helo: "h.example", mailFrom: "a@example.com")
      .checkMailFrom(dns)
    var collector = AggregateReportCollector(policy: .init(pass), limit: 2)
    for _ in 0..<3 {
      collector.add(source: "192.0.2.1", dmarc: pass, spf: [spf], dkim: [], envelopeFrom: "example.com", applied: .none)
    }
    collector.add(
      source: "2001:db8::1", dmarc: fail, spf: [spf], dkim: [], envelopeFrom: nil, applied: .none,
      overrides: [.init(type: "local_policy", comment: "arc=pass")])
    collector.add(source: "192.0.2.9", dmarc: fail, spf: [], dkim: [], envelopeFrom: nil, applied: .reject)
    let report = collector.report(
      organization: "Barid", email: "postmaster@mx.example", reportID: "r1", begin: 0, end: 86_399)
    #expect(report.records.map(\.count) == [3, 1])
    #expect(report.errors == ["1 messages are not in this report"])
    #expect(report.policy.method == .treeWalk)
    #expect(report.records[0].row.spfAligned == "pass")
    var again = try AggregateReport(xml: report.xml)
    again.policy.subdomainPolicy = nil
    #expect(again == report)
    #expect(report.fileName(receiver: "mx.example") == "mx.example!example.com!0!86399.xml")
    #expect(
      report.subject(submitter: "mx.example") == "Report Domain: example.com Submitter: mx.example Report-ID: <r1>")
  }

  @Test(arguments: [
    "", "<feedback>", "<feedback></other>", "<feedback", "</feedback>", "<!DOCTYPE x [<!ENTITY a \"b\">]><feedback/>",
    "<other/>", "nonsense", "<feedback a=\">", "<!-- <feedback/>", "<feedback><![CDATA[</feedback>",
  ])
  func refuses(_ xml: String) {
    #expect(throws: ReportError.self) { try AggregateReport(xml: Array(xml.utf8)) }
  }

  @Test func boundsNesting() {
    let xml = String(repeating: "<feedback>", count: 100_000)
    #expect(throws: ReportError.malformed) { try AggregateReport(xml: Array(xml.utf8)) }
  }

  @Test func readsFailureReports() throws {
    let types = ["001": "abuse", "002": "opt-out", "003": "auth-failure", "004": "auth-failure", "005": "auth-failure"]
    for (name, type) in types {
      let report = try FailureReport(message: TestResources.bytes("dmarc/arf/\(name).eml"))
      if name != "002" { #expect(report.type == type, "\(name)") }
      #expect(report["version"] != nil)
    }
    let report = try FailureReport(message: TestResources.bytes("dmarc/arf/003.eml"))
    #expect(report.failure == "bodyhash")
    #expect(report.sourceIP == "192.0.2.1")
    #expect(report.reportedDomains == ["example.net"])
    #expect(report.reportedHeader?.contains("Subject: This is a test") == true)
    #expect(throws: ReportError.notAReport) { try FailureReport(message: Array("From: x\r\n\r\nhi".utf8)) }
  }
}
