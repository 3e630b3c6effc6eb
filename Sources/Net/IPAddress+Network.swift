import DNS
import NIOCore

extension IPAddress {
  /// The address of a socket, an IPv4-mapped one as IPv4; nil for a Unix socket.
  init?(_ address: SocketAddress) {
    // Where sockaddr_in and sockaddr_in6 keep their address: after family and port (and flow label).
    let place: Range<Int>
    switch address {
    case .v4: place = 4..<8
    case .v6: place = 8..<24
    case .unixDomainSocket: return nil
    }
    let octets = address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[place]) }
    guard let found = IPAddress(octets: octets) else { return nil }
    self = found.unmapped
  }

  /// True for 127.0.0.0/8 and ::1.
  var isLoopback: Bool {
    switch unmapped {
    case .v4(let address): address.rawValue >> 24 == 127
    case .v6(let address): address.high == 0 && address.low == 1
    }
  }

  /// The first address of the network that the limits of strangers count by: the /24 or /64.
  var network: IPAddress { masked(to: networkLength) }

  /// The same as text: "192.0.2.0/24".
  var networkKey: String { "\(network)/\(networkLength)" }

  private var networkLength: Int { bitCount == 32 ? 24 : 64 }
}
