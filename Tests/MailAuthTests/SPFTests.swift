import DNS
import MailAuth
import Testing

@Suite struct SPFTests {
  static func check(
    _ address: String, _ mailFrom: String, helo: String = "mail.example.com", _ dns: any DNSLookup
  ) async throws -> SPFEvidence {
    await SPFCheck(
      address: try #require(IPAddress(address)), helo: helo, mailFrom: mailFrom, receiver: "mx.example.org", time: 1234
    ).checkMailFrom(dns)
  }

  /// Records that are refused as a whole (RFC 7208 §4.6), tried with a term before that would match.
  @Test(arguments: [
    "all:x", "-all.", "all/8", "include", "include:", "include:x", "include:example.com/24", "a:", "a:museum",
    "a:museum.",
    "a:example.com:8080", "a:111.222.33.44", "a:abc.123", "a:example.-com", "a:example.com-", "a/33", "a//129",
    "a/24/64",
    "a/", "a//", "a/032", "a:%{d}bar", "a:%{d}.", "a:%{c}", "a:%{r}.example.com", "a:%{t}.com", "a:%{a}.com", "a:%{d0}",
    "a:%{dr2}", "a:%{d", "a:%", "a:%(ir).com", "a:%{d!}", "a:%{}", "mx:abc.123", "mx/33", "mx:", "ptr:", "ptr/0",
    "ptr:x", "exists", "exists:", "exists:mail.example.com/24", "ip4", "ip4:", "ip4:1.2.3", "ip4:1.2.3.4/33",
    "ip4:1.2.3.4/032", "ip4:1.2.3.4//32", "ip4:1.2.3.4:80", "ip4:::1", "ip6", "ip6::CAFE::BABE", "ip6:::1/129",
    "ip6:::1//33", "ip6:1.2.3.4", "redirect:a.com", "redirect=", "redirect=x", "redirect=a.com redirect=a.com", "exp=",
    "exp=-all", "exp=a.com exp=a.com", "=all", "1up=foo", "foo=%abc", "foo=%{x}", "moo", "+-all", "a\tmx", "-",
    "+exp=a.com",
    "a:foo.b\u{FC}cher.com",
  ])
  func refuses(_ term: String) async throws {
    let dns = InMemoryDNS(["example.com": [.txt("v=spf1 ip4:1.2.3.4 \(term)")]])
    let evidence = try await Self.check("1.2.3.4", "a@example.com", dns)
    #expect(evidence.result == .permerror, "\(evidence)")
  }

  @Test(arguments: [
    "a:%{d}", "a:foo.%{d2r-}", "a:%{o}", "a:foo.com.", "a:a.b-c", "a:foo%%.com", "a:%{i}._spf.%{d}", "a:_x.com", "a/0",
    "a/24//64", "a//0", "mx/0//128", "A:X.COM", "foo=%{c}%{r}%{t}", "moo.cow-far_out=man:dog/cat", "default=pass",
    "a:%{dR}",
    "exists:%{l1r+-}._spf.%{d}", "exp=%{d}", "unknown=", "a:.com", "a:a.b.c0m", "a:foo:bar/baz.com/24",
  ])
  func accepts(_ term: String) async throws {
    let dns = InMemoryDNS(["example.com": [.txt("v=spf1 ip4:1.2.3.4 \(term)")]])
    #expect(try await Self.check("1.2.3.4", "a@example.com", dns).result == .pass)
  }

  /// RFC 7208 §7.4, by way of an explanation.
  @Test(arguments: [
    ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"), ("%{d}", "email.example.com"),
    ("%{d4}", "email.example.com"), ("%{d3}", "email.example.com"), ("%{d2}", "example.com"), ("%{d1}", "com"),
    ("%{dr}", "com.example.email"), ("%{d2r}", "example.email"), ("%{l}", "strong-bad"), ("%{l-}", "strong.bad"),
    ("%{lr}", "strong-bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
    ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
    ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
    ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
    ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
    ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"), ("%{c}", "192.0.2.3"),
    ("%{r}", "mx.example.org"), ("%{t}", "1234"), ("%{h}", "mail.example.com"), ("%%%_%-", "% %20"),
    ("%{S}", "strong-bad%40email.example.com"), ("%{p}", "unknown"), ("two  blanks.", "two  blanks."),
  ])
  func macros(_ text: String, _ expansion: String) async throws {
    let dns = InMemoryDNS([
      "email.example.com": [.txt("v=spf1 -all exp=e.example.com")], "e.example.com": [.txt(text)],
    ])
    let evidence = try await Self.check("192.0.2.3", "strong-bad@email.example.com", dns)
    #expect(evidence.explanation == expansion)
  }

  @Test func ipv6Macro() async throws {
    let dns = InMemoryDNS([
      "email.example.com": [.txt("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all")],
      "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com": [
        .a(IPv4Address(127, 0, 0, 2))
      ],
    ])
    #expect(try await Self.check("2001:db8::cb01", "x@email.example.com", dns).result == .pass)
  }

  /// Explanations that do not count (RFC 7208 §6.2).
  @Test(arguments: ["%{x}", "caf\u{E9}", "line\nend", "%{l} said", "%", ""]) func noExplanation(_ text: String)
    async throws
  {
    let dns = InMemoryDNS(["example.com": [.txt("v=spf1 -all exp=e.example.com")], "e.example.com": [.txt(text)]])
    let evidence = try await Self.check("192.0.2.3", "a\r\nb@example.com", dns)
    #expect(evidence.result == .fail)
    #expect(evidence.explanation == nil)
  }

  @Test func limits() async throws {
    var dns = InMemoryDNS([
      "void2.example": [.txt("v=spf1 a:n1.example a:n2.example ?all")],
      "void3.example": [.txt("v=spf1 a:n1.example a:n2.example a:n3.example ?all")],
      "mx.example": [.txt("v=spf1 mx -all")],
      "a6.example": [.txt("v=spf1 mx:dual.example mx:dual2.example mx:dual.example ip6:::/0 -all")],
      "dual.example": [.mx(preference: 1, exchange: "v4.example"), .mx(preference: 2, exchange: "v6.example")],
      "dual2.example": [.mx(preference: 1, exchange: "v4.example"), .mx(preference: 2, exchange: "v6.example")],
      "v4.example": [.a(IPv4Address(1, 1, 1, 1))], "v6.example": [.aaaa(IPv6Address(high: 1, low: 1))],
      "ten.example": [.txt("v=spf1 " + String(repeating: "a:v4.example ", count: 10) + "+all")],
      "eleven.example": [.txt("v=spf1 " + String(repeating: "a:v4.example ", count: 11) + "+all")],
      "self.example": [.txt("v=spf1 include:self.example -all")],
      "again.example": [.txt("v=spf1 redirect=again.example")],
    ])
    for index in 0..<11 { dns.add(.mx(preference: UInt16(index), exchange: "v4.example"), to: "mx.example") }
    for (name, result) in [
      ("void2", SPFResult.neutral), ("void3", .permerror), ("mx", .permerror), ("ten", .pass), ("eleven", .permerror),
      ("self", .permerror), ("again", .permerror),
    ] {
      #expect(try await Self.check("9.9.9.9", "a@\(name).example", dns).result == result, "\(name)")
    }
    #expect(try await Self.check("2::2", "a@a6.example", dns).result == .pass)
    #expect(try await Self.check("2::2", "a@void3.example", dns).result == .permerror)
  }

  @Test func identities() async throws {
    let dns = InMemoryDNS([
      "helo.example": [.txt("v=spf1 ip4:192.0.2.1 -all")], "from.example": [.txt("v=spf1 ip4:192.0.2.2 -all")],
      "xn--bcher-kva.example": [.txt("v=spf1 ip4:192.0.2.3 exists:%{l}.x.example -all")],
      "caf\u{E9}.x.example": [.a(IPv4Address(1, 1, 1, 1))],
    ])
    let check = SPFCheck(address: .v4(IPv4Address(192, 0, 2, 1)), helo: "helo.example", mailFrom: "a@from.example")
    #expect(await check.checkHelo(dns).result == .pass)
    #expect(await check.checkHelo(dns).identity == .helo)
    #expect(await check.checkMailFrom(dns).result == .fail)
    // RFC 7208 §2.4: the null reverse-path is postmaster at the HELO name.
    let bounce = try await Self.check("192.0.2.1", "", helo: "helo.example", dns)
    #expect(bounce.result == .pass)
    #expect(bounce.sender == "postmaster@helo.example")
    // RFC 8616: U-labels become A-labels, a local part that is not ASCII matches nothing.
    #expect(try await Self.check("192.0.2.3", "a@b\u{FC}cher.example", dns).result == .pass)
    #expect(try await Self.check("192.0.2.9", "caf\u{E9}@b\u{FC}cher.example", dns).result == .fail)
    for bad in ["[192.0.2.1]", "localhost", "a..b", "", "x y.example"] {
      #expect(try await Self.check("192.0.2.1", "", helo: bad, dns).result == .none)
    }
  }

  @Test func failures() async throws {
    var dns = InMemoryDNS([
      "a.example": [.txt("v=spf1 a:slow.example -all")], "i.example": [.txt("v=spf1 include:slow.example -all")],
      "p.example": [.txt("v=spf1 ptr -all")],
    ])
    dns.fail("slow.example")
    dns.fail("bogus.example", with: .bogus)
    dns.fail("4.3.2.1.in-addr.arpa")
    for name in ["a", "i", "slow", "bogus"] {
      #expect(try await Self.check("1.2.3.4", "x@\(name).example", dns).result == .temperror)
    }
    // RFC 7208 §5.5: a DNS error while looking up PTR means no match.
    #expect(try await Self.check("1.2.3.4", "x@p.example", dns).result == .fail)
  }
}
