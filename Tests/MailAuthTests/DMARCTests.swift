import DNS
import MailAuth
import TestKit
import Testing

@Suite struct DMARCTests {
  static func dns(_ records: [String: String]) -> InMemoryDNS {
    var dns = InMemoryDNS()
    for (name, text) in records { dns.add(.txt(text), to: "_dmarc.\(name)") }
    return dns
  }

  static func check(
    _ author: String, spf: String? = nil, dkim: [String] = [], _ dns: InMemoryDNS, _ suffixes: PublicSuffixList? = nil
  ) async -> DMARCEvidence {
    await DMARCCheck(authors: [author], spfDomain: spf, dkimDomains: dkim, suffixes: suffixes).evaluate(dns)
  }

  static let suffixes =
    (try? PublicSuffixList(TestResources.bytes("psl/public_suffix_list.dat"))) ?? PublicSuffixList([])

  /// RFC 7489 Appendix B.1 and §3.1: alignment in both modes; the tree walk and the public suffix list agree.
  @Test(arguments: [
    // author, record, SPF domain, DKIM domain, SPF aligned, DKIM aligned
    ("example.com", "", "example.com", "", true, false),
    ("example.com", "", "child.example.com", "", true, false),
    ("example.com", "aspf=s", "child.example.com", "", false, false),
    ("example.com", "aspf=s", "EXAMPLE.com", "", true, false),
    ("example.com", "", "example.net", "", false, false),
    ("example.com", "", "badexample.com", "", false, false),
    ("example.com", "", "", "example.com", false, true),
    ("child.example.com", "", "", "example.com", false, true),
    ("child.example.com", "adkim=s", "", "example.com", false, false),
    ("child.example.com", "", "", "other.example.com", false, true),
    ("example.com", "adkim=s", "", "sample.net", false, false),
    ("example.com", "adkim=s; aspf=r", "a.b.example.com", "b.example.com", true, false),
    ("example.com", "", "com", "com", false, false),
    ("example.com", "adkim=R; aspf=S", "a.example.com", "a.example.com", false, true),
    ("example.com", "adkim=x", "", "a.example.com", false, true),
  ])
  func alignment(
    _ author: String, _ tags: String, _ spf: String, _ dkim: String, _ spfAligned: Bool, _ dkimAligned: Bool
  )
    async
  {
    let dns = Self.dns(["example.com": "v=DMARC1; p=reject; \(tags)"])
    for suffixes in [nil, Self.suffixes] {
      let evidence = await Self.check(
        author, spf: spf.isEmpty ? nil : spf, dkim: dkim.isEmpty ? [] : ["unrelated.org", dkim], dns, suffixes)
      #expect(evidence.isSPFAligned == spfAligned)
      #expect(evidence.isDKIMAligned == dkimAligned)
      #expect(evidence.result == (spfAligned || dkimAligned ? .pass : .fail), "\(evidence)")
      #expect(evidence.organizationalDomain == "example.com")
      #expect(evidence.disposition == (evidence.result == .fail ? .reject : .none))
    }
  }

  /// Which name is the organizational domain, by the tree walk of DMARCbis.
  @Test(arguments: [
    ("a.mail.example.com", ["example.com": ""], "example.com"),
    ("a.mail.example.com", ["mail.example.com": "", "example.com": ""], "example.com"),
    ("a.mail.example.com", ["mail.example.com": "psd=n", "example.com": ""], "mail.example.com"),
    ("a.mail.example.com", [:], "a.mail.example.com"),
    ("a.example.bank", ["bank": "psd=y"], "example.bank"),
    ("bank", ["bank": "psd=y"], "bank"),
    ("giant.bank.example", ["giant.bank.example": "", "bank.example": "psd=y", "example": ""], "giant.bank.example"),
    ("a.giant.bank.example", ["bank.example": "psd=y"], "giant.bank.example"),
    ("a.example.com", ["example.com": "", "com": "psd=y"], "example.com"),
    ("a.example.com", ["a.example.com": "psd=y", "example.com": ""], "a.example.com"),
    ("a.example.com", ["example.com": "psd=u", "com": ""], "com"),
    ("a.b.c.d.e.f.g.h.i.example.com", ["example.com": ""], "example.com"),
    ("a.b.c.d.e.f.g.h.i.example.com", ["h.i.example.com": "psd=n"], "h.i.example.com"),
    // Names between the first and the seven last labels are not asked.
    ("a.b.c.d.e.f.g.h.i.example.com", ["d.e.f.g.h.i.example.com": "psd=n"], "a.b.c.d.e.f.g.h.i.example.com"),
  ])
  func organizationalDomain(_ author: String, _ records: [String: String], _ expected: String) async {
    var dns = InMemoryDNS()
    for (name, tags) in records { dns.add(.txt("v=DMARC1; p=none; \(tags)"), to: "_dmarc.\(name)") }
    let counter = RememberingLookup(dns)
    let evidence = await DMARCCheck(authors: [author], spfDomain: nil, dkimDomains: []).evaluate(counter)
    #expect(evidence.organizationalDomain == expected)
    #expect(counter.questionCount <= 9)
  }

  /// Which policy applies, and what is asked for in the end.
  @Test(arguments: [
    ("example.com", "p=reject; sp=none; np=quarantine", DMARCPolicy.reject, "p", DMARCPolicy.reject),
    ("www.example.com", "p=reject; sp=none; np=quarantine", .none, "sp", .none),
    ("nothing.example.com", "p=reject; sp=none; np=quarantine", .quarantine, "np", .quarantine),
    ("nothing.example.com", "p=none; np=reject", .reject, "np", .reject),
    ("nothing.example.com", "p=none; sp=reject", .reject, "sp", .reject),
    ("www.example.com", "p=quarantine", .quarantine, "p", .quarantine),
    ("example.com", "p=reject; t=y", .reject, "p", .quarantine),
    ("example.com", "p=quarantine; t=y", .quarantine, "p", .none),
    ("example.com", "p=reject; pct=0", .reject, "p", .quarantine),
    ("example.com", "p=reject; pct=0; t=n", .reject, "p", .reject),
    ("example.com", "p=reject; pct=50", .reject, "p", .reject),
    ("example.com", "P=Reject; unknown=1;", .reject, "p", .reject),
    ("example.com", "p=oops; rua=mailto:a@example.com", .none, "p", .none),
    ("example.com", "rua=mailto:a@example.com", .none, "p", .none),
    ("www.example.com", "p=reject; sp=oops; rua=mailto:a@example.com", .none, "p", .none),
  ])
  func policy(_ author: String, _ tags: String, _ policy: DMARCPolicy, _ tag: String, _ disposition: DMARCPolicy) async
  {
    var dns = Self.dns(["example.com": "v=DMARC1; \(tags)"])
    dns.add(.a(IPv4Address(1, 2, 3, 4)), to: "www.example.com")
    for suffixes in [nil, Self.suffixes] {
      let evidence = await Self.check(author, spf: "other.org", dns, suffixes)
      #expect(evidence.result == .fail)
      #expect(evidence.policy == policy)
      #expect(evidence.policyTag == tag)
      #expect(evidence.disposition == disposition)
      #expect(evidence.policyDomain == "example.com")
    }
  }

  @Test(arguments: [
    "v=DMARC1", "v=DMARC1;", "v=DMARC1; p=oops", "v=DMARC1; p=none; np=oops", "v=DMARC2; p=none", "p=none; v=DMARC1",
    "v=dmarc1; p=reject", "v=spf1 -all", "v=DMARC1 p=none", "v=DMARC1; rua=mailto:nobody", "",
  ])
  func noPolicy(_ record: String) async {
    #expect(await Self.check("example.com", Self.dns(["example.com": record])).result == .none)
  }

  @Test func severalRecordsAreNone() async {
    var dns = Self.dns(["example.com": "v=DMARC1; p=reject"])
    dns.add(.txt("some other text"), to: "_dmarc.example.com")
    #expect(await Self.check("example.com", dns).result == .fail)
    dns.add(.txt("v=DMARC1; p=none"), to: "_dmarc.example.com")
    #expect(await Self.check("example.com", dns).result == .none)
  }

  @Test func publicSuffixDomainPolicy() async {
    // RFC 9091 and DMARCbis: the public suffix speaks for organizations that do not.
    let dns = Self.dns(["bank": "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y"])
    let evidence = await Self.check("mail.example.bank", dkim: ["example.bank"], dns)
    #expect(evidence.organizationalDomain == "example.bank")
    #expect(evidence.policyDomain == "bank")
    #expect(evidence.result == .pass)
    let failing = await Self.check("mail.example.bank", dkim: ["other.bank"], dns)
    #expect(failing.result == .fail)
    #expect(failing.policyTag == "np")
    #expect(failing.disposition == .reject)
  }

  @Test func psdNSeparates() async {
    let dns = Self.dns(["example.com": "v=DMARC1; p=reject", "own.example.com": "v=DMARC1; p=reject; psd=n"])
    #expect(await Self.check("own.example.com", dkim: ["example.com"], dns).result == .fail)
    #expect(await Self.check("example.com", dkim: ["own.example.com"], dns).result == .fail)
    #expect(await Self.check("own.example.com", dkim: ["a.own.example.com"], dns).result == .pass)
  }

  @Test func temporary() async {
    var dns = Self.dns(["example.com": "v=DMARC1; p=reject"])
    dns.fail("_dmarc.a.example.com")
    #expect(await Self.check("a.example.com", dns).result == .temperror)
    #expect(await Self.check("a.example.com", spf: "a.example.com", dns).result == .pass)
    dns = InMemoryDNS()
    dns.fail("_dmarc.example.com")
    #expect(await Self.check("example.com", dns).result == .temperror)
    var check = DMARCCheck(authors: ["example.com"], spfDomain: nil, dkimDomains: [])
    check.isSPFTemporary = true
    #expect(await check.evaluate(Self.dns(["example.com": "v=DMARC1; p=reject"])).result == .temperror)
  }

  @Test func authors() async {
    func domains(_ header: String) -> [String] {
      AuthorDomains.domains(of: MessageScanner.scan(Array("\(header)\r\n\r\n".utf8)))
    }
    #expect(domains("From: \"x@bad.org\" <a@Example.COM>") == ["example.com"])
    #expect(domains("From: a@example.com, b@example.org") == ["example.com", "example.org"])
    // Most programs show the second one.
    #expect(domains("From: a@example.com <b@example.org>") == ["example.com", "example.org"])
    #expect(domains("From: a@example.com <A@Example.com>") == ["example.com"])
    #expect(domains("From: a@example.com\r\nFrom: b@example.org") == ["example.com", "example.org"])
    #expect(domains("From: (c@d.org) a@b\u{FC}cher.example") == ["xn--bcher-kva.example"])
    #expect(domains("Subject: x") == [])
    #expect(domains("From: <>") == [])
    let dns = Self.dns(["example.com": "v=DMARC1; p=reject", "example.org": "v=DMARC1; p=none"])
    let both = await DMARCCheck(authors: ["example.com", "example.org"], spfDomain: "example.org", dkimDomains: [])
      .evaluate(dns)
    #expect(both.disposition == .reject)
    #expect(await DMARCCheck(authors: [], spfDomain: nil, dkimDomains: []).evaluate(dns).result == .permerror)
    #expect(
      await DMARCCheck(authors: ["[1.2.3.4]"], spfDomain: nil, dkimDomains: []).evaluate(dns).result == .permerror)
    let many = (0..<9).map { "d\($0).example" }
    #expect(await DMARCCheck(authors: many, spfDomain: nil, dkimDomains: []).evaluate(dns).result == .permerror)
  }

  @Test func reportURIs() throws {
    let record = try #require(
      DMARCRecord(
        Array(
          "v=DMARC1;p=none; rua=mailto:a@example.com!10m , mailto:b%21c@example.org,https://x.org/,mailto:x, MAILTO:d@E.net!5"
            .utf8)))
    #expect(record.aggregateURIs.map(\.address) == ["a@example.com", "b!c@example.org", "d@e.net"])
    #expect(record.aggregateURIs.map(\.maximumSize) == [10 << 20, nil, 5])
  }

  /// RFC 7489 §7.1.
  @Test func externalDestinations() async throws {
    var dns = Self.dns(["example.com": "v=DMARC1; p=none"])
    dns.add(.txt("v=DMARC1"), to: "example.com._report._dmarc.agreed.net")
    dns.add(.txt("v=DMARC1; rua=mailto:other@over.net"), to: "example.com._report._dmarc.over.net")
    dns.add(.txt("v=DMARC1; rua=mailto:other@elsewhere.net"), to: "example.com._report._dmarc.bad.net")
    dns.add(.txt("v=DMARC1;"), to: "*._report._dmarc.any.net")
    dns.fail("example.com._report._dmarc.slow.net")
    let hosts = [
      "example.com", "sub.example.com", "agreed.net", "over.net", "bad.net", "any.net", "slow.net", "no.net",
    ]
    let list = hosts.map { "mailto:r@\($0)" }.joined(separator: ",")
    let record = try #require(DMARCRecord(Array("v=DMARC1; p=none; rua=\(list)".utf8)))
    let (accepted, refused) = await DMARCReportDestinations().verify(
      record.aggregateURIs, policyDomain: "example.com", dns)
    #expect(
      accepted.map(\.address) == ["r@example.com", "r@sub.example.com", "r@agreed.net", "other@over.net", "r@any.net"])
    #expect(refused.map(\.uri.host) == ["bad.net", "slow.net", "no.net"])
  }
}

@Suite struct PublicSuffixTests {
  /// The list's own vectors, both files.
  @Test func vectors() throws {
    let list = DMARCTests.suffixes
    var count = 0
    for line in try TestResources.text("psl/tests.txt").split(separator: "\n") where !line.hasPrefix("//") {
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count == 2, parts[0] != "null" else { continue }
      try compare(list, parts[0], parts[1] == "null" ? nil : parts[1])
      count += 1
    }
    for line in try TestResources.text("psl/test_psl.txt").split(separator: "\n")
    where line.hasPrefix("checkPublicSuffix(") {
      let quoted = line.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
      guard quoted.count >= 3 else { continue }
      try compare(list, quoted[1], quoted.count >= 5 ? quoted[3] : nil)
      count += 1
    }
    #expect(count > 150)
  }

  private func compare(_ list: PublicSuffixList, _ name: String, _ expected: String?) throws {
    let expected = expected.flatMap { expected in
      expected.utf8.allSatisfy { $0 < 0x80 }
        ? expected : list.publicSuffix(of: "x.\(expected)").flatMap { _ in ascii(expected) }
    }
    #expect(list.organizationalDomain(of: name) == expected, "\(name)")
  }

  /// The A-label form, by way of the From field.
  private func ascii(_ name: String) -> String? {
    AuthorDomains.domains(of: MessageScanner.scan(Array("From: a@\(name)\r\n\r\n".utf8))).first
  }
}
