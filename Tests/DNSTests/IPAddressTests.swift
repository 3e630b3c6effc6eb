import DNS
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("1.2.3.4", "1.2.3.4"), ("255.255.255.255", "255.255.255.255"), ("0.0.0.0", "0.0.0.0"), ("::", "::"),
    ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("fe80::", "fe80::"),
  ])
  func readsAndWrites(_ text: String, _ expected: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == expected)
    #expect(IPAddress(address.description) == address)
    #expect(IPAddress(octets: address.octets) == address)
  }

  @Test(arguments: [
    "", ".", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1.2.3.+4", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4", ":",
    ":::",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "[::1]", ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::١", "1.2.3.4\0",
  ])
  func refuses(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test(arguments: [
    ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("0.0.0.0/0", "9.9.9.9", true),
    ("0.0.0.0/0", "::1", false), ("192.0.2.1/32", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
    ("2001:db8::/65", "2001:db8::7fff:0:0:0", true), ("::/0", "1::", true), ("1::/128", "1::1", false),
    ("10.0.0.0/7", "11.1.1.1", true),
  ])
  func tellsNetworks(_ network: String, _ address: String, _ expected: Bool) throws {
    #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == expected)
  }

  @Test(arguments: ["1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::/129", "::/1/2", "/8", "1.2.3.4/+8"])
  func refusesNetworks(_ text: String) { #expect(IPNetwork(text) == nil) }

  @Test func reverseNames() {
    #expect(IPAddress("192.0.2.1")?.reverseName == "1.2.0.192.in-addr.arpa")
    #expect(
      IPAddress("2001:db8::cb01")?.reverseName
        == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
    #expect(IPAddress("::ffff:1.2.3.4")?.unmapped == IPAddress("1.2.3.4"))
    #expect(IPAddress("1.2.3.255")?.masked(to: 25).description == "1.2.3.128")
    #expect(IPNetwork("1.2.3.255/25")?.description == "1.2.3.128/25")
  }
}
