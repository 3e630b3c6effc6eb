import DNS

/// A block of addresses: "10.0.0.0/8", "2001:db8::/32", or one address. For services that do not know `DNS`.
package struct CIDR: Hashable, Sendable {
  private var block: IPNetwork

  /// Nil when the text is no address or the prefix is too long.
  package init?(_ text: String) {
    guard let block = IPNetwork(text) else { return nil }
    self.block = block
  }

  func contains(_ address: IPAddress) -> Bool { block.contains(address.unmapped) }

  /// True when the address, written as text, lies in the block.
  package func contains(_ address: String) -> Bool { IPAddress(address).map(contains) ?? false }
}
