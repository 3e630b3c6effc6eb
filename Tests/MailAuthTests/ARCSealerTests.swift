import DNS
import MailAuth
import Testing

@Suite struct ARCSealerTests {
  static let message = DKIMSignerTests.message

  static func results(_ arc: String) -> AuthenticationResults {
    AuthenticationResults(
      authservID: "mx.example.org",
      methods: [.init("spf", "pass", [.init("smtp", "mailfrom", "a@example.com")]), .init("arc", arc)])
  }

  static func hop(_ message: [UInt8], _ key: String, _ selector: String, _ dns: InMemoryDNS) async throws -> (
    message: [UInt8], before: ARCEvidence
  ) {
    let scanned = MessageScanner.scan(message, alsoHash: [.relaxed])
    let chain = await ARCValidator(time: 2000).validate(scanned, dns)
    let sealer = ARCSealer(domain: "example.com", selector: selector, key: try DKIMFixtures.key(key))
    let set = try sealer.seal(scanned, chain, results(chain.result.rawValue), time: 2000)
    return ((set ?? []) + message, chain)
  }

  @Test func sealsAndValidates() async throws {
    let dns = try DKIMFixtures.dns()
    var message = Self.message
    for (index, hop) in [("test.private", "test"), ("ed25519test.key", "brisbane"), ("test.private", "test")]
      .enumerated()
    {
      let (next, before) = try await Self.hop(message, hop.0, hop.1, dns)
      #expect(before.result == (index == 0 ? ARCResult.none : .pass), "\(before)")
      #expect(before.instance == index)
      message = next
    }
    var evidence = await ARCValidator(time: 2000).validate(MessageScanner.scan(message), dns)
    #expect(evidence.result == .pass, "\(evidence)")
    #expect(evidence.links.map(\.instance) == [1, 2, 3])
    #expect(evidence.links[0].results.hasPrefix("mx.example.org;"))
    for line in message.split(separator: 0x0A) { #expect(line.count <= 79) }

    // A hop that changes the body and then seals keeps the chain; without a seal it breaks.
    let changed = message + Array("footer\r\n".utf8)
    evidence = await ARCValidator(time: 2000).validate(MessageScanner.scan(changed), dns)
    #expect(evidence.result == .fail)
    // RFC 8617 §5.1.2: the broken chain is marked as such, and nothing can be added after that.
    let (marked, before) = try await Self.hop(changed, "test.private", "test", dns)
    #expect(before.result == .fail)
    evidence = await ARCValidator(time: 2000).validate(MessageScanner.scan(marked), dns)
    #expect(evidence.result == .fail)
    #expect(evidence.isTerminated)
    #expect(evidence.instance == 4)
    #expect(try await Self.hop(marked, "test.private", "test", dns).message == marked)
  }

  @Test func dnsTroubleIsFailure() async throws {
    var dns = try DKIMFixtures.dns()
    let (message, _) = try await Self.hop(Self.message, "test.private", "test", dns)
    dns = InMemoryDNS()
    dns.fail("test._domainkey.example.com")
    let evidence = await ARCValidator(time: 2000).validate(MessageScanner.scan(message), dns)
    #expect(evidence.result == .fail)
    #expect(evidence.isTemporary)
  }
}

@Suite struct InspectionTests {
  @Test func linesBeginWithTheResult() async throws {
    let dns = InMemoryDNS([
      "example.com": [.txt("v=spf1 -all exp=e.example.com")], "e.example.com": [.txt("go away")],
      "_dmarc.example.com": [.txt("v=DMARC1; p=reject")],
    ])
    let spf = await Inspections.spf(
      address: .v4(IPv4Address(1, 2, 3, 4)), helo: "h.example", mailFrom: "a@example.com", time: 0, dns)
    #expect(Array(spf.lines.prefix(2)) == ["fail", "exp=go away"])
    #expect(spf.lines.count > 2)
    let helo = await Inspections.spf(
      address: .v4(IPv4Address(1, 2, 3, 4)), helo: "example.com", mailFrom: nil, time: 0, dns)
    #expect(helo.evidence.identity == .helo)
    #expect(await Inspections.dkim(message: Array("From: a@b.c\r\n\r\n".utf8), time: 0, dns).lines.first == "none")
    #expect(await Inspections.arc(message: Array("From: a@b.c\r\n\r\n".utf8), time: 0, dns).lines.first == "none")
    for (spf, dkim, result) in [
      ("example.com", [], "pass"), ("pass:a.example.com", [], "pass"), ("fail:example.com", [], "fail"),
      ("example.org=pass", ["fail:example.com"], "fail"), ("none", ["example.com=pass"], "pass"),
      ("softfail", ["temperror:example.com"], "temperror"), ("a@example.com", [], "pass"),
    ] as [(String, [String], String)] {
      #expect(await Inspections.dmarc(from: "x@example.com", spf: spf, dkim: dkim, dns).lines.first == result, "\(spf)")
    }
  }

  @Test(arguments: ["\n", "\r\n"]) func signsFilesWithTheirOwnLineEnds(_ end: String) async throws {
    let message = Array("From: a@example.com\(end)Subject: x\(end)\(end)body\(end)".utf8)
    let key = try DKIMFixtures.key("test.private")
    let signed = try Inspections.sign(message: message, domain: "example.com", selector: "test", key: key, time: 5)
    #expect(signed.contains(0x0D) == (end == "\r\n"))
    #expect(await Inspections.dkim(message: signed, time: 10, try DKIMFixtures.dns()).result == "pass")
  }
}
