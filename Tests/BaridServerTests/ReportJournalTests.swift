import Glibc
import Logging
import MailAuth
import SMTPServer
import Store
import TestKit
import Testing

@testable import BaridServer

@Suite struct ReportJournalTests {
  static let day: Int64 = 20_000

  static func message(_ time: Int64) -> ReportedMessage {
    var dmarc = DMARCEvidence(result: .fail, author: "example.com", method: .treeWalk)
    dmarc.policyDomain = "example.com"
    dmarc.record = DMARCRecord(Array("v=DMARC1; p=reject; rua=mailto:r@example.com".utf8))
    return ReportedMessage(
      time: time, source: "192.0.2.1", dmarc: dmarc, spf: [], dkim: [], envelopeFrom: nil, applied: .reject,
      overrides: [])
  }

  static func folder() -> String {
    var template = Array("/tmp/barid-reports-XXXXXX".utf8CString)
    return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/barid-reports"
  }

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test func keepsDays() throws {
    let folder = Self.folder() + "/dmarc"
    let journal = ReportJournal(folder, logger: Self.logger)
    for index in 0..<3 { journal.add(Self.message(Self.day * 86_400 + Int64(index))) }
    // Without closing: a killed process loses nothing that was added.
    #expect(try ReportJournal.rows(of: Self.day, in: folder).count == 3)
    journal.add(Self.message((Self.day + 1) * 86_400))
    #expect(ReportJournal.days(in: folder) == [Self.day, Self.day + 1])
    journal.close()
    // A line that a crash cut is passed over, and does not swallow the next.
    let path = "\(folder)/\(Self.day + 1).rows"
    let size = try FileBytes.read(path, limit: 1 << 20).count
    #expect(truncate(path, size - 10) == 0)
    let again = ReportJournal(folder, logger: Self.logger)
    again.add(Self.message((Self.day + 1) * 86_400 + 5))
    #expect(try ReportJournal.rows(of: Self.day + 1, in: folder).map(\.time) == [(Self.day + 1) * 86_400 + 5])
    again.add(Self.message((Self.day + 16) * 86_400))
    #expect(ReportJournal.days(in: folder) == [Self.day + 16])
    again.close()
    _ = system("rm -r '\(folder)'")
  }

  /// What others' mail brings: gzip and zip, in several shapes (Tests/Resources/dkim/corpus, see its licence).
  @Test(arguments: [
    "mailauth_mox_dmarc-reports_google.eml", "mailauth_mox_dmarc-reports_mailru.eml",
    "mailauth_mox_dmarc-reports_outlook.eml", "mailauth_mox_dmarc-reports_xs4all.eml",
    "mailauth_mox_dmarc-reports_yahoo.eml",
  ])
  func readsMail(_ name: String) throws {
    let reports = try ReceivedReport.read(TestResources.bytes("dkim/corpus/\(name)"))
    #expect(reports.count == 1)
    guard case .aggregate(let report)? = reports.first else {
      Issue.record("no aggregate report")
      return
    }
    #expect(!report.organization.isEmpty)
    #expect(!report.records.isEmpty)
    #expect(report.begin > 0 && report.end >= report.begin)
    // The same packed by us.
    let packed = try #require(report.packed(receiver: "mx.example.test"))
    #expect(packed.name.hasSuffix(".xml.gz"))
    guard case .aggregate(let again)? = try ReceivedReport.read(packed.bytes).first else {
      Issue.record("not read back")
      return
    }
    #expect(again.records == report.records)
  }

  @Test func readsFailureReports() throws {
    guard case .failure(let report)? = try ReceivedReport.read(TestResources.bytes("dmarc/arf/003.eml")).first else {
      Issue.record("no failure report")
      return
    }
    #expect(report.failure == "bodyhash")
  }

  @Test func refuses() throws {
    let bomb = try #require(Deflate.gzip([UInt8](repeating: 0x20, count: AggregateReport.maximumSize + 1)))
    let cut = try #require(Deflate.gzip(Array("<feedback/>".utf8))).dropLast(9)
    for bytes in [
      bomb, Array(cut), Array("PK\u{3}\u{4}".utf8), [], Array("hello".utf8), [0x1F, 0x8B], Array("<x/>".utf8),
    ] {
      #expect(throws: ReportError.self) { try ReceivedReport.read(bytes) }
    }
  }
}
