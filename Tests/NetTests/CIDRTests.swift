import DNS
import Testing

@testable import Net

@Suite struct CIDRTests {
  @Test(arguments: [
    ("10.1.2.3", "10.1.2.0/24"), ("::ffff:10.1.2.3", "10.1.2.0/24"), ("::1", "::/64"),
    ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
  ])
  func network(_ address: String, _ network: String) throws {
    #expect(try #require(IPAddress(address)).unmapped.networkKey == network)
  }

  @Test(arguments: [
    ("127.0.0.0/8", "127.9.9.9", true), ("127.0.0.0/8", "128.0.0.1", false), ("0.0.0.0/0", "9.9.9.9", true),
    ("0.0.0.0/0", "::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true), ("::1", "::1", true),
    ("127.0.0.0/8", "::ffff:127.0.0.1", true),
  ])
  func contains(_ block: String, _ address: String, _ isIn: Bool) throws {
    #expect(try #require(CIDR(block)).contains(address) == isIn)
  }

  @Test(arguments: ["", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129"])
  func noBlock(_ text: String) { #expect(CIDR(text) == nil) }
}
