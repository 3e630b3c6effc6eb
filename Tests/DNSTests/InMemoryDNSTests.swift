import DNS
import Testing

@Suite struct InMemoryDNSTests {
  let dns: InMemoryDNS = {
    var dns = InMemoryDNS([
      "example.com": [.a(IPv4Address(192, 0, 2, 1)), .mx(preference: 10, exchange: "mx.example.com")],
      "www.example.com": [.cname("Example.COM.")],
      "a.b.example.com": [.txt("deep")],
      "loop.example.com": [.cname("loop2.example.com")],
      "loop2.example.com": [.cname("loop.example.com")],
      "mixed.example.com": [.txt("x")],
      "dangling.example.com": [.cname("missing.example.com")],
    ])
    dns.fail("slow.example.com")
    dns.fail("mixed.example.com")
    dns.fail("example.com", .aaaa, with: .bogus)
    return dns
  }()

  @Test func answers() async {
    #expect(await dns.query("EXAMPLE.com.", .a) == .records([.a(IPv4Address(192, 0, 2, 1))], isSecure: false))
    #expect(await dns.query("www.example.com", .a).records.count == 1)
    #expect(await dns.query("example.com", .txt) == .noData)
    #expect(await dns.query("nothing.example.com", .txt) == .noName)
    #expect(await dns.query("b.example.com", .txt) == .noData)
    #expect(await dns.query("dangling.example.com", .txt) == .noName)
    #expect(await dns.query("slow.example.com", .txt).isTemporary)
    #expect(await dns.query("example.com", .aaaa) == .bogus("validation failed for example.com"))
    #expect(await dns.query("loop.example.com", .txt).isTemporary)
    #expect(await dns.query("mixed.example.com", .txt).records.count == 1)
    #expect(await dns.query("mixed.example.com", .a).isTemporary)
    #expect(await dns.query("a..b", .a) == .noName)
  }

  @Test func remembers() async {
    let lookup = RememberingLookup(dns, limit: 2)
    for _ in 0..<3 { _ = await lookup.query("example.com", .a) }
    _ = await lookup.query("Example.com.", .a)
    #expect(lookup.questionCount == 1)
    _ = await lookup.query("example.com", .mx)
    #expect(await lookup.query("example.com", .txt).isTemporary)
    #expect(lookup.questionCount == 2)
  }

  @Test func names() {
    #expect(DNSName.canonical("A.b.") == "a.b")
    #expect(DNSName.canonical("") == "")
    #expect(DNSName.canonical(".") == "")
    #expect(DNSName.canonical("a..b") == nil)
    #expect(DNSName.canonical(".a") == nil)
    #expect(DNSName.canonical("a..") == nil)
    #expect(DNSName.canonical("bücher.example") == nil)
    let label = String(repeating: "a", count: 63)
    #expect(DNSName.canonical(label) == label)
    #expect(DNSName.canonical(label + "a") == nil)
    #expect(DNSName.canonical([label, label, label, label].joined(separator: ".")) == nil)
  }

  @Test func texts() {
    #expect(RecordData.txt(String(repeating: "x", count: 600)).text?.count == 600)
    #expect(RecordData.txt("").text == [])
    #expect(RecordData.a(IPv4Address(1, 2, 3, 4)).text == nil)
    #expect(RecordData.aaaa(IPv6Address(high: 0, low: 1)).address?.description == "::1")
  }
}
