import DNS
import MailAuth
import Testing

/// The ARC test suite of dmarc.org (ValiMail), converted by Scripts/convert-arc-suite.py.
@Suite struct ARCSuiteTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var scenario: String
    var name: String
    var status: String
    var message: [UInt8]
    var dns: InMemoryDNS
    var testDescription: String { "\(scenario): \(name)" }
  }

  static let cases: [Case] = (try? load()) ?? []

  static func load() throws -> [Case] {
    var result: [Case] = []
    var scenario = ""
    var dns = InMemoryDNS()
    for row in try LineTable.rows("arc/cases.txt") {
      switch row[0] {
      case "scenario": (scenario, dns) = (row[1], InMemoryDNS())
      case "record": dns.add(.txt(row[3]), to: row[1])
      default:
        result.append(Case(scenario: scenario, name: row[1], status: row[2], message: Array(row[3].utf8), dns: dns))
      }
    }
    return result
  }

  @Test func isComplete() { #expect(Self.cases.count >= 78) }

  @Test(arguments: cases) func agrees(_ test: Case) async {
    let evidence = await ARCValidator(time: 1_500_000_000).validate(MessageScanner.scan(test.message), test.dns)
    // An empty status: the suite says that the chain ended there; RFC 8617 §5.2 step 2 calls that "fail".
    #expect(evidence.result.rawValue == (test.status.isEmpty ? "fail" : test.status), "\(evidence)")
    #expect(evidence.isTerminated == test.status.isEmpty)
    #expect(!evidence.reasons.isEmpty)
  }

  /// A message cut anywhere into two pieces is scanned the same.
  @Test func drips() async throws {
    let test = try #require(Self.cases.first { $0.name == "cv_pass_i2_2" })
    let whole = MessageScanner.scan(test.message)
    for cut in 0...test.message.count {
      var scanner = MessageScanner()
      scanner.append(test.message[..<cut])
      scanner.append(test.message[cut...])
      #expect(scanner.finish() == whole)
    }
  }
}
