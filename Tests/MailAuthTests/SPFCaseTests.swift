import DNS
import MailAuth
import Testing

/// Cases of our own from RFC 7208's text, beside the openspf suite. One zone for all.
@Suite struct SPFCaseTests {
  static let zone: InMemoryDNS = {
    var dns = InMemoryDNS([
      "host.example": [.a(IPv4Address(1, 2, 3, 99)), .aaaa(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 0x99))],
      "mx.example": [.mx(preference: 10, exchange: "host.example")],
      "nullmx.example": [.mx(preference: 0, exchange: "")],
      "none.example": [.txt("hello")],
      "bad.example": [.txt("v=spf1 moo -all")],
      "soft.example": [.txt("v=spf1 ~all")],
      "pass.example": [.txt("v=spf1 +all")],
      "two.example": [.txt("v=spf1 +all"), .txt("v=spf1 -all")],
      "e1.example": [.txt("%{i} is not %{d}'s; see http://x.example/?s=%{S}")],
      "e2.example": [.txt("one"), .txt("two")],
      "e3.example": [.txt("caf\u{E9}")],
      "d.example.com.b.c.a.macro.example": [.a(IPv4Address(127, 0, 0, 2))],
      "user.x.example": [.a(IPv4Address(127, 0, 0, 2))],
      "4.3.2.1.in-addr.arpa": (0..<11).map { .ptr($0 == 10 ? "ok.ptr.example" : "n\($0).other.example") },
      "ok.ptr.example": [.a(IPv4Address(1, 2, 3, 4))],
      "5.3.2.1.in-addr.arpa": [.ptr("liar.ptr.example"), .ptr("OK5.PTR.example")],
      "liar.ptr.example": [.a(IPv4Address(9, 9, 9, 9))], "ok5.ptr.example": [.a(IPv4Address(1, 2, 3, 5))],
    ])
    dns.fail("slow.example")
    dns.fail("bogus.example", with: .bogus)
    return dns
  }()

  /// record | client | result | explanation
  @Test(arguments: [
    // §5.3, §5.6: both lengths.
    "v=spf1 a:host.example/24 -all | 1.2.3.4 | pass", "v=spf1 a:host.example/25 -all | 1.2.3.200 | fail",
    "v=spf1 a:host.example/24//64 -all | 2001:db8::1 | pass", "v=spf1 a:host.example/24//128 -all | 2001:db8::1 | fail",
    "v=spf1 a:host.example//64 -all | 2001:db8::1 | pass", "v=spf1 a:host.example/0 -all | 200.1.1.1 | pass",
    "v=spf1 a:host.example/0 -all | 2001:db9::1 | fail", "v=spf1 mx:mx.example//64 -all | 2001:db8::1 | pass",
    "v=spf1 mx:mx.example/24 -all | 1.2.3.4 | pass", "v=spf1 mx:nullmx.example -all | 1.2.3.4 | fail",
    "v=spf1 mx:host.example -all | 1.2.3.99 | fail", "v=spf1 ip4:1.2.3.4 -all | ::ffff:1.2.3.4 | pass",
    "v=spf1 ip6:::ffff:1.2.3.4 -all | 1.2.3.4 | fail", "v=spf1 ip4:1.2.3.4/8 -all | 1.9.9.9 | pass",
    // §4.5, §4.6.1: case, blanks, versions.
    "V=sPf1 IP4:1.2.3.4 -ALL | 1.2.3.4 | pass", "v=spf1   ip4:1.2.3.4    -all   | 1.2.3.4 | pass",
    "v=spf1 A:HOST.example/24 -all | 1.2.3.4 | pass", "v=spf10 +all | 1.2.3.4 | none", "v=spf1 | 1.2.3.4 | neutral",
    "v=spf1. +all | 1.2.3.4 | none", "v=spf1 all -all | 1.2.3.4 | pass", "v=spf1 -all moo | 1.2.3.4 | permerror",
    "v=spf1 \u{E9} +all | 1.2.3.4 | permerror", "v=spf1 x=\u{E9} +all | 1.2.3.4 | permerror",
    // §5.2: what an include turns into.
    "v=spf1 include:pass.example -all | 1.2.3.4 | pass", "v=spf1 include:soft.example -all | 1.2.3.4 | fail",
    "v=spf1 -include:pass.example +all | 1.2.3.4 | fail", "v=spf1 include:none.example +all | 1.2.3.4 | permerror",
    "v=spf1 include:missing.example +all | 1.2.3.4 | permerror",
    "v=spf1 include:bad.example +all | 1.2.3.4 | permerror",
    "v=spf1 include:two.example +all | 1.2.3.4 | permerror", "v=spf1 include:slow.example +all | 1.2.3.4 | temperror",
    "v=spf1 include:bogus.example +all | 1.2.3.4 | temperror",
    "v=spf1 ip4:1.2.3.4 include:slow.example | 1.2.3.4 | pass",
    // §6.1: redirect.
    "v=spf1 redirect=pass.example | 1.2.3.4 | pass", "v=spf1 redirect=none.example | 1.2.3.4 | permerror",
    "v=spf1 redirect=slow.example | 1.2.3.4 | temperror", "v=spf1 redirect=bad.example | 1.2.3.4 | permerror",
    "v=spf1 redirect=none.example ?all | 1.2.3.4 | neutral",
    "v=spf1 redirect=pass.example ip4:9.9.9.9 | 1.2.3.4 | pass",
    "v=spf1 -all redirect=%{d | 1.2.3.4 | permerror",
    "v=spf1 redirect=soft.example exp=e1.example | 1.2.3.4 | softfail",
    // §6.2: an explanation that cannot be had is none, never an error.
    "v=spf1 -all exp=e1.example | 1.2.3.4 | fail | 1.2.3.4 is not test.example's; see http://x.example/?s=user%40test.example",
    "v=spf1 -all exp=e2.example | 1.2.3.4 | fail | -", "v=spf1 -all exp=e3.example | 1.2.3.4 | fail | -",
    "v=spf1 -all exp=slow.example | 1.2.3.4 | fail | -", "v=spf1 -all exp=missing.example | 1.2.3.4 | fail | -",
    "v=spf1 ~all exp=e1.example | 1.2.3.4 | softfail | -", "v=spf1 -all exp= | 1.2.3.4 | permerror",
    // §4.6.4: two void questions are free, a third is not; eleven PTR names are ten.
    "v=spf1 a:n1.example exists:n2.example ip4:1.2.3.4 | 1.2.3.4 | pass",
    "v=spf1 a:n1.example exists:n2.example mx:n3.example ip4:1.2.3.4 | 1.2.3.4 | permerror",
    "v=spf1 ptr:ptr.example -all | 1.2.3.4 | fail", "v=spf1 ptr:ptr.example -all | 1.2.3.5 | pass",
    "v=spf1 ptr:PTR.EXAMPLE -all | 1.2.3.5 | pass", "v=spf1 ptr:tr.example -all | 1.2.3.5 | fail",
    "v=spf1 ptr:ptr.example ip4:1.2.3.6 -all | 1.2.3.6 | pass",
    // §5.7: an A record, also for clients with IPv6.
    "v=spf1 exists:%{l}.x.example -all | 2001:db8::1 | pass", "v=spf1 exists:%{L}.x.example -all | 1.2.3.4 | pass",
    "v=spf1 exists:slow.example +all | 1.2.3.4 | temperror",
    // §7: transformers and their delimiters.
    "v=spf1 exists:%{o4r+-}.macro.example -all | 1.2.3.4 | fail", "v=spf1 a:%{h}.nowhere.example -all | 1.2.3.4 | fail",
    "v=spf1 exists:%{l2}.x.example -all | 1.2.3.4 | pass", "v=spf1 exists:%{l0}.x.example +all | 1.2.3.4 | permerror",
    "v=spf1 exists:%{l999999999999999999999}.x.example -all | 1.2.3.4 | pass",
    "v=spf1 exists:%{p}.x.example -all | 1.2.3.7 | fail", "v=spf1 exists:%%{l}.x.example -all | 1.2.3.4 | fail",
    // §5.1: zone troubles.
    "v=spf1 a:slow.example +all | 1.2.3.4 | temperror", "v=spf1 mx:slow.example +all | 1.2.3.4 | temperror",
  ])
  func agrees(_ line: String) async throws {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { text -> String in
      var text = text[...]
      while text.hasPrefix(" ") { text = text.dropFirst() }
      return String(text)
    }
    func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }
    var dns = Self.zone
    // The blanks before the bar belong to the line, those before them to the record.
    dns.add(.txt(String(parts[0].dropLast())), to: "test.example")
    let evidence = try await SPFTests.check(trimmed(parts[1]), "user@test.example", dns)
    #expect(evidence.result.rawValue == trimmed(parts[2]), "\(evidence)")
    if parts.count > 3 {
      let expected = trimmed(parts[3])
      #expect(evidence.explanation == (expected == "-" ? nil : expected))
    }
  }

  /// "%{d4r+-}": cut at "+" and "-" only, turned round, joined with dots.
  @Test func delimiters() async throws {
    var dns = Self.zone
    dns.add(.txt("v=spf1 exists:%{l4r+-}.macro.example -all"), to: "test.example")
    let evidence = try await SPFTests.check("1.2.3.4", "a-b.c+d.example.com@test.example", dns)
    #expect(evidence.result == .pass)
  }
}
