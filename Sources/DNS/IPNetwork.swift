/// A block of addresses: those that agree with `address` in their first `length` bits.
public struct IPNetwork: Hashable, Sendable {
  /// The first address of the block.
  public let address: IPAddress
  /// The number of fixed bits.
  public let length: Int

  /// nil when `length` is negative or more than the address has bits. Bits after `length` are cleared.
  public init?(_ address: IPAddress, length: Int) {
    guard (0...address.bitCount).contains(length) else { return nil }
    self.address = address.masked(to: length)
    self.length = length
  }

  /// Reads "192.0.2.0/24", "2001:db8::/32", or one address without a length.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let address = IPAddress(first) else { return nil }
    guard parts.count == 2 else {
      self.init(address, length: address.bitCount)
      return
    }
    guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let length = Int(parts[1])
    else { return nil }
    self.init(address, length: length)
  }

  public func contains(_ other: IPAddress) -> Bool { other.isInNetwork(address, length: length) }
}

extension IPNetwork: CustomStringConvertible {
  public var description: String { "\(address)/\(length)" }
}
