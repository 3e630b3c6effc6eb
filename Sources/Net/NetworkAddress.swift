import NIOCore

/// An IP address as its bytes: 4 of IPv4 (also for IPv4-mapped IPv6) or 16 of IPv6.
struct NetworkAddress: Hashable, Sendable {
  /// The address in the upper bits of 128; IPv4 in the upper 32.
  var high: UInt64
  var low: UInt64
  var isIPv4: Bool

  /// The address written as text; nil when it is none.
  init?(_ text: String) {
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    self.init(address)
  }

  /// The address of a socket; nil for a Unix socket.
  init?(_ address: SocketAddress) {
    // Where sockaddr_in and sockaddr_in6 keep their address: after family and port (and flow label).
    let place: Range<Int>
    switch address {
    case .v4: place = 4..<8
    case .v6: place = 8..<24
    case .unixDomainSocket: return nil
    }
    self.init(bytes: address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[place]) })
  }

  /// The address of 4 or 16 bytes in network order.
  init?(bytes: some Collection<UInt8>) {
    func word(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4:
      (high, low, isIPv4) = (word(bytes) << 32, 0, true)
    case 16:
      (high, low, isIPv4) = (word(bytes.prefix(8)), word(bytes.dropFirst(8)), false)
      // RFC 4291 §2.5.5.2: ::ffff:a.b.c.d is the IPv4 address.
      if high == 0, low >> 32 == 0xffff { (high, low, isIPv4) = (low << 32, 0, true) }
    default:
      return nil
    }
  }

  /// The network of the leading `prefix` bits.
  func masked(_ prefix: Int) -> NetworkAddress {
    var copy = self
    copy.high = prefix >= 64 ? high : prefix <= 0 ? 0 : high & ~(UInt64.max >> UInt64(prefix))
    copy.low = prefix >= 128 ? low : prefix <= 64 ? 0 : low & ~(UInt64.max >> UInt64(prefix - 64))
    return copy
  }

  var isLoopback: Bool { isIPv4 ? high >> 56 == 127 : high == 0 && low == 1 }

  /// What the limits of strangers count by: the /24 or /64.
  var network: NetworkAddress { masked(isIPv4 ? 24 : 64) }

  var networkKey: String { "\(network.text)/\(isIPv4 ? 24 : 64)" }

  /// The usual text form (RFC 5952 for IPv6).
  var text: String {
    if isIPv4 {
      let bytes = [56, 48, 40, 32].map { (shift: UInt64) -> UInt64 in high >> shift & 0xff }
      return bytes.map { String($0) }.joined(separator: ".")
    }
    let groups = [high, low].flatMap { (half: UInt64) -> [UInt64] in
      [half >> 48, half >> 32 & 0xffff, half >> 16 & 0xffff, half & 0xffff]
    }
    // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes "::".
    var best = 0..<0
    var start = 0
    while start < 8 {
      let end = groups[start...].firstIndex { $0 != 0 } ?? 8
      if end - start > max(best.count, 1) { best = start..<end }
      start = end + 1
    }
    func hex(_ part: ArraySlice<UInt64>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    return best.isEmpty ? hex(groups[...]) : hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
  }
}

/// A block of addresses: "10.0.0.0/8", "2001:db8::/32", or one address.
package struct CIDR: Hashable, Sendable {
  private var network: NetworkAddress
  private var prefix: Int

  /// Nil when the text is no address or the prefix is too long.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = NetworkAddress(String(parts[0])) else { return nil }
    let bits = address.isIPv4 ? 32 : 128
    guard parts.count == 1 || Int(parts[1]) != nil else { return nil }
    prefix = parts.count == 2 ? Int(parts[1]) ?? -1 : bits
    guard (0...bits).contains(prefix) else { return nil }
    network = address.masked(prefix)
  }

  func contains(_ address: NetworkAddress) -> Bool {
    address.isIPv4 == network.isIPv4 && address.masked(prefix) == network
  }

  /// True when the address, written as text, lies in the block.
  package func contains(_ address: String) -> Bool { NetworkAddress(address).map(contains) ?? false }
}
