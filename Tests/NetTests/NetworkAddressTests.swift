import Testing

@testable import Net

@Suite struct NetworkAddressTests {
  @Test(arguments: [
    ("10.1.2.3", "10.1.2.3", "10.1.2.0/24"),
    ("::ffff:10.1.2.3", "10.1.2.3", "10.1.2.0/24"),
    ("::1", "::1", "::/64"),
    ("::", "::", "::/64"),
    ("2001:db8:1:2:3::4", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
    ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "2001:db8::/64"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1::/64"),
    ("fe80::", "fe80::", "fe80::/64"),
  ])
  func text(_ address: String, _ text: String, _ network: String) throws {
    let parsed = try #require(NetworkAddress(address))
    #expect(parsed.text == text)
    #expect(parsed.networkKey == network)
  }

  @Test(arguments: [
    ("127.0.0.0/8", "127.9.9.9", true), ("127.0.0.0/8", "128.0.0.1", false), ("0.0.0.0/0", "9.9.9.9", true),
    ("0.0.0.0/0", "::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
    ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true), ("::1", "::2", false),
    ("2001:db8::/68", "2001:db8:0:0:0fff::", true), ("2001:db8::/68", "2001:db8:0:0:1fff::", false),
  ])
  func contains(_ block: String, _ address: String, _ isIn: Bool) throws {
    #expect(try #require(CIDR(block)).contains(address) == isIn)
  }

  @Test(arguments: ["", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0/8"])
  func noBlock(_ text: String) { #expect(CIDR(text) == nil) }
}
