/// The host of an address in brackets (RFC 5321 §4.1.3).
public enum AddressLiteral: Hashable, Sendable, CustomStringConvertible {
  /// Four octets.
  case ipv4([UInt8])
  /// Sixteen octets.
  case ipv6([UInt8])
  /// General-address-literal: a tag that is not "IPv6" and its content.
  case tagged(String, String)

  /// Reads what stands between the brackets. Error: badAddressLiteral.
  public init(_ text: String) throws(AddressError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 255 else { throw .badAddressLiteral }
    if let colon = bytes.firstIndex(of: 0x3A) {
      let tag = bytes[..<colon]
      let content = bytes[(colon + 1)...]
      if ASCII.equal(Array(tag), "ipv6") {
        guard let address = AddressLiteral.ipv6Octets(Array(content)) else { throw .badAddressLiteral }
        self = .ipv6(address)
        return
      }
      // An IPv6 address without its tag is a mistake, though "fe80" might be a tag by the grammar.
      guard AddressLiteral.ipv6Octets(bytes) == nil else { throw .badAddressLiteral }
      // Standardized-tag = Ldh-str; dcontent = %d33-90 / %d94-126.
      guard let last = tag.last, ASCII.isAlphanumeric(last), !content.isEmpty,
        tag.allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 0x2D }),
        content.allSatisfy({ ASCII.isVisible($0) && !(0x5B...0x5D).contains($0) })
      else { throw .badAddressLiteral }
      self = .tagged(String(decoding: tag, as: UTF8.self), String(decoding: content, as: UTF8.self))
      return
    }
    guard let address = AddressLiteral.ipv4Octets(bytes[...]) else { throw .badAddressLiteral }
    self = .ipv4(address)
  }

  /// With brackets, in the shortest usual form.
  public var description: String {
    switch self {
    case .ipv4(let octets): "[" + octets.map(String.init).joined(separator: ".") + "]"
    case .ipv6(let octets): "[IPv6:" + AddressLiteral.ipv6Text(octets) + "]"
    case .tagged(let tag, let content): "[\(tag):\(content)]"
    }
  }

  /// Snum = 1*3DIGIT, 0 to 255.
  static func ipv4Octets(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let pieces = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard pieces.count == 4 else { return nil }
    var octets: [UInt8] = []
    for piece in pieces {
      guard (1...3).contains(piece.count), piece.allSatisfy(ASCII.isDigit) else { return nil }
      let value = piece.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
      guard value <= 255 else { return nil }
      octets.append(UInt8(value))
    }
    return octets
  }

  /// RFC 5321 §4.1.3 IPv6-addr; "::" may stand for one group as RFC 4291 §2.2 allows.
  static func ipv6Octets(_ bytes: [UInt8]) -> [UInt8]? {
    var head: [UInt8] = []
    var tail: [UInt8]?
    var index = 0
    if bytes.starts(with: [0x3A, 0x3A]) {
      tail = []
      index = 2
    }
    while index < bytes.count {
      let start = index
      while index < bytes.count, bytes[index] != 0x3A { index += 1 }
      let piece = bytes[start..<index]
      guard head.count + (tail?.count ?? 0) < 16 else { return nil }
      guard let octets = group(piece, isLast: index == bytes.count) else { return nil }
      if tail == nil { head += octets } else { tail?.append(contentsOf: octets) }
      guard index < bytes.count else { break }
      index += 1
      if index < bytes.count, bytes[index] == 0x3A {
        guard tail == nil else { return nil }
        tail = []
        index += 1
      } else if index == bytes.count {
        return nil
      }
    }
    guard let tail else { return head.count == 16 ? head : nil }
    let missing = 16 - head.count - tail.count
    return missing >= 2 ? head + [UInt8](repeating: 0, count: missing) + tail : nil
  }

  /// One 16-bit group, or a dotted quad at the end.
  private static func group(_ piece: ArraySlice<UInt8>, isLast: Bool) -> [UInt8]? {
    if isLast, piece.contains(0x2E) { return ipv4Octets(piece) }
    guard (1...4).contains(piece.count) else { return nil }
    var value: UInt16 = 0
    for byte in piece {
      guard let digit = ASCII.hexValue(byte) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return [UInt8(value >> 8), UInt8(value & 0xFF)]
  }

  /// RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as "::".
  static func ipv6Text(_ octets: [UInt8]) -> String {
    guard octets.count == 16 else { return "" }
    let groups = (0..<8).map { UInt16(octets[$0 * 2]) << 8 | UInt16(octets[$0 * 2 + 1]) }
    var best = 0..<0
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, groups[end] == 0 { end += 1 }
      if end - index > max(best.count, 1) { best = index..<end }
      index = max(end, index + 1)
    }
    let text = { (range: Range<Int>) in range.map { String(groups[$0], radix: 16) }.joined(separator: ":") }
    return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
  }
}
