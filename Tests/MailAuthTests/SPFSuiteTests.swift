import DNS
import MailAuth
import TestKit
import Testing

/// The openspf RFC 7208 suite: every `Tests/Resources/spf/*.txt` that Scripts/convert-spf-suite.py made.
@Suite struct SPFSuiteTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var scenario: String
    var fields: [String]
    var dns: InMemoryDNS
    var testDescription: String { "\(scenario): \(fields[1])" }
  }

  static let cases: [Case] = (try? load()) ?? []

  static func load() throws -> [Case] {
    var result: [Case] = []
    var scenario = ""
    var dns = InMemoryDNS()
    for row in try LineTable.rows("spf/cases.txt") {
      switch row[0] {
      case "scenario": (scenario, dns) = (row[1], InMemoryDNS())
      case "timeout": dns.fail(row[1], row.count > 2 ? type(row[2]) : nil)
      case "record": if let record = record(row) { dns.add(record, to: row[1]) }
      default: result.append(Case(scenario: scenario, fields: row, dns: dns))
      }
    }
    return result
  }

  static func type(_ name: String) -> RecordType? { RecordType.allCases.first { $0.mnemonic == name } }

  static func record(_ row: [String]) -> RecordData? {
    let values = row.dropFirst(3)
    switch row[2] {
    case "A": return values.first.flatMap { IPv4Address($0) }.map { .a($0) }
    case "AAAA": return values.first.flatMap { IPv6Address($0) }.map { .aaaa($0) }
    case "MX": return .mx(preference: UInt16(row[3]) ?? 0, exchange: row[4])
    case "TXT": return .txt(values.map { Array($0.utf8) })
    case "PTR": return .ptr(row[3])
    case "CNAME": return .cname(row[3])
    default: return nil
    }
  }

  @Test func isComplete() { #expect(Self.cases.count >= 96) }

  @Test(arguments: cases) func agrees(_ test: Case) async throws {
    let address = try #require(IPAddress(test.fields[2]))
    let check = SPFCheck(address: address, helo: test.fields[3], mailFrom: test.fields[4])
    let evidence = await check.checkMailFrom(test.dns)
    let allowed = test.fields[5].split(separator: ",").map(String.init)
    #expect(allowed.contains(evidence.result.rawValue), "\(evidence)")
    if test.fields.count > 6 {
      let expected = test.fields[6] == "DEFAULT" ? nil : test.fields[6]
      #expect(evidence.explanation == expected)
    }
    #expect(!evidence.reasons.isEmpty)
  }
}
