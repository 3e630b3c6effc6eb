/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)

  /// Reads the text form of either family; nil for anything else (no zone, no brackets, no port).
  public init?(_ text: some StringProtocol) {
    if let address = IPv4Address(text) {
      self = .v4(address)
    } else if let address = IPv6Address(text) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  /// An address from its four or sixteen octets; nil for any other count.
  public init?(octets: some Collection<UInt8>) {
    if octets.count == 4 {
      self = .v4(IPv4Address(rawValue: octets.reduce(0) { $0 << 8 | UInt32($1) }))
    } else if let address = IPv6Address(octets: octets) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  /// The four or sixteen octets, first one first.
  public var octets: [UInt8] {
    switch self {
    case .v4(let address): address.octets
    case .v6(let address): address.octets
    }
  }

  /// The number of bits: 32 or 128.
  public var bitCount: Int {
    switch self {
    case .v4: 32
    case .v6: 128
    }
  }

  /// The same address with an IPv4-mapped IPv6 address turned into the IPv4 address that it stands for.
  public var unmapped: IPAddress {
    if case .v6(let address) = self, let mapped = address.mappedIPv4 { return .v4(mapped) }
    return self
  }

  /// The address with all bits after the first `length` set to zero; `length` is clamped to the family's bits.
  public func masked(to length: Int) -> IPAddress {
    switch self {
    case .v4(let address):
      return .v4(
        IPv4Address(rawValue: UInt32(truncatingIfNeeded: Self.mask(UInt64(address.rawValue) << 32, length) >> 32)))
    case .v6(let address):
      return .v6(IPv6Address(high: Self.mask(address.high, length), low: Self.mask(address.low, length - 64)))
    }
  }

  private static func mask(_ bits: UInt64, _ length: Int) -> UInt64 {
    length <= 0 ? 0 : length >= 64 ? bits : bits & ~(UInt64.max >> UInt64(length))
  }

  /// True: `self` and `other` are of one family and agree in their first `length` bits.
  public func isInNetwork(_ other: IPAddress, length: Int) -> Bool {
    bitCount == other.bitCount && masked(to: length) == other.masked(to: length)
  }

  /// The name under which a PTR record stands: "4.3.2.1.in-addr.arpa" or 32 nibbles and "ip6.arpa", without a last dot
  /// (RFC 1035 §3.5, RFC 3596 §2.5).
  public var reverseName: String {
    switch self {
    case .v4: "\(reversedLabels).in-addr.arpa"
    case .v6: "\(reversedLabels).ip6.arpa"
    }
  }

  /// The reversed octets or nibbles with dots between, as block lists use them (RFC 5782 §2.1, §2.4).
  public var reversedLabels: String {
    switch self {
    case .v4(let address): address.octets.reversed().map(String.init).joined(separator: ".")
    case .v6: dottedNibbles.reversed().map(String.init).joined(separator: ".")
    }
  }

  /// The octets (decimal) or nibbles (hexadecimal, lower case), first one first: SPF's dotted form.
  public var dottedLabels: [String] {
    switch self {
    case .v4(let address): address.octets.map(String.init)
    case .v6: dottedNibbles.map(String.init)
    }
  }

  private var dottedNibbles: [Character] {
    octets.flatMap { octet in [octet >> 4, octet & 15].map { Character(String($0, radix: 16)) } }
  }
}

extension IPAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}
