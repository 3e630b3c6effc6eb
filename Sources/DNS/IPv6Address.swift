/// An IPv6 address, without a zone.
public struct IPv6Address: Hashable, Sendable {
  /// The first 64 bits.
  public var high: UInt64
  /// The last 64 bits.
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An address from its sixteen octets; nil when there are not sixteen.
  public init?(octets: some Collection<UInt8>) {
    guard octets.count == 16 else { return nil }
    high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads any text form of RFC 4291 §2.2: full, compressed with "::", or with dotted-quad last 32 bits.
  public init?(_ text: some StringProtocol) {
    guard let groups = Self.groups(of: Array(text.utf8)[...]) else { return nil }
    high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
  }

  /// The sixteen octets, first one first.
  public var octets: [UInt8] {
    [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
  }

  /// The eight groups of sixteen bits.
  public var groups: [UInt16] {
    [high, low].flatMap { half in (0..<4).map { UInt16(truncatingIfNeeded: half >> (48 - 16 * $0)) } }
  }

  /// The IPv4 address inside ::ffff:0:0/96, or nil (RFC 4291 §2.5.5.2).
  public var mappedIPv4: IPv4Address? {
    high == 0 && low >> 32 == 0xFFFF ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil
  }

  private static func groups(of text: ArraySlice<UInt8>) -> [UInt16]? {
    // The longest form is 45 bytes: six groups of four digits and a dotted quad.
    guard (2...45).contains(text.count) else { return nil }
    guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
      let all = side(text, mayEndInQuad: true)
      return all?.count == 8 ? all : nil
    }
    guard let head = side(text[..<gap], mayEndInQuad: false), let tail = side(text[(gap + 2)...], mayEndInQuad: true)
    else { return nil }
    // "::" stands for at least one group of zeros.
    let missing = 8 - head.count - tail.count
    guard missing >= 1 else { return nil }
    return head + [UInt16](repeating: 0, count: missing) + tail
  }

  /// The groups on one side of "::"; an empty side has none.
  private static func side(_ text: ArraySlice<UInt8>, mayEndInQuad: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: colon, omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var result: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if mayEndInQuad, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let quad = IPv4Address(utf8: part) else { return nil }
        result += [UInt16(quad.rawValue >> 16), UInt16(truncatingIfNeeded: quad.rawValue)]
      } else {
        guard let group = hexGroup(part) else { return nil }
        result.append(group)
      }
    }
    return result
  }

  private static func hexGroup(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for byte in text {
      guard let digit = hexDigit(byte) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension IPv6Address: CustomStringConvertible {
  /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as "::".
  public var description: String {
    if let mappedIPv4 { return "::ffff:\(mappedIPv4)" }
    let groups = groups
    var best = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || groups[index] != 0 {
      if index - start > best.count { best = start..<index }
      start = index + 1
    }
    let hex = groups.map { String($0, radix: 16) }
    guard best.count >= 2 else { return hex.joined(separator: ":") }
    return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
  }
}

private let colon = UInt8(ascii: ":")
