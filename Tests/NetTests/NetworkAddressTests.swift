import Testing

@testable import Net

@Suite struct NetworkAddressTests {
  @Test(arguments: [("10.1.2.3", "10.1.2.0/24"), ("::1", "::/64"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")])
  func network(_ address: String, _ key: String) throws {
    #expect(try #require(NetworkAddress(address)).networkKey == key)
  }
}
