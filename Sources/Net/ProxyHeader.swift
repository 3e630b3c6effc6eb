import DNS

/// The header of the PROXY protocol (haproxy's proxy-protocol.txt, versions 1 and 2), read from the front of a connection.
struct ProxyHeader: Equatable {
  /// The real ends; nil when the proxy speaks for itself (v1 UNKNOWN, v2 LOCAL) or for a Unix socket.
  var ends: Ends?
  /// Bytes that the header took.
  var length: Int

  struct Ends: Equatable {
    var source: Endpoint
    var destination: Endpoint
  }

  enum Parsed: Equatable {
    case needMore
    case invalid
    case header(ProxyHeader)
  }

  /// §2.1: "a 108-byte buffer is always enough" (107 and a NUL).
  static let longestVersion1 = 107
  /// Addresses of at most 36 bytes, the rest type-length-values that we skip; §2.2 allows 65,535, nobody sends that.
  static let longestVersion2 = 16 + 4_096
  private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
  private static let word = Array("PROXY ".utf8)

  static func parse(_ bytes: [UInt8]) -> Parsed {
    if bytes.prefix(signature.count).elementsEqual(signature.prefix(bytes.count)) {
      return bytes.count < 16 ? .needMore : parseVersion2(bytes)
    }
    if bytes.prefix(word.count).elementsEqual(word.prefix(bytes.count)) { return parseVersion1(bytes) }
    return .invalid
  }

  /// "PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n"
  private static func parseVersion1(_ bytes: [UInt8]) -> Parsed {
    guard let end = bytes.prefix(longestVersion1).firstIndex(of: 0x0A) else {
      return bytes.count < longestVersion1 ? .needMore : .invalid
    }
    guard end > 0, bytes[end - 1] == 0x0D else { return .invalid }
    let text = String(decoding: bytes[..<(end - 1)], as: UTF8.self)
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    // §2.1: after UNKNOWN the rest of the line is to be ignored.
    if words.count >= 2, words[1] == "UNKNOWN" { return .header(ProxyHeader(ends: nil, length: end + 1)) }
    guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6",
      let source = endpoint(words[2], words[4], isIPv4: words[1] == "TCP4"),
      let destination = endpoint(words[3], words[5], isIPv4: words[1] == "TCP4")
    else { return .invalid }
    return .header(ProxyHeader(ends: Ends(source: source, destination: destination), length: end + 1))
  }

  private static func endpoint(_ address: Substring, _ port: Substring, isIPv4: Bool) -> Endpoint? {
    guard let parsed = IPAddress(address)?.unmapped, address.contains(":") != isIPv4,
      port.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), port == "0" || port.first != "0",
      let number = Int(port), number <= 65_535
    else { return nil }
    return Endpoint(address: parsed, port: number)
  }

  private static func parseVersion2(_ bytes: [UInt8]) -> Parsed {
    let command = bytes[12] & 0x0F
    guard bytes[12] >> 4 == 2, command <= 1 else { return .invalid }
    let length = 16 + (Int(bytes[14]) << 8 | Int(bytes[15]))
    guard length <= longestVersion2 else { return .invalid }
    guard bytes.count >= length else { return .needMore }
    let alone = Parsed.header(ProxyHeader(ends: nil, length: length))
    if command == 0 { return alone }
    let size: Int
    switch bytes[13] {
    case 0x11: size = 4
    case 0x21: size = 16
    // UNSPEC, Unix sockets, datagrams: the connection's own addresses hold.
    default: return alone
    }
    let body = bytes[16..<length]
    guard body.count >= 2 * size + 4,
      let source = IPAddress(octets: body.prefix(size)),
      let destination = IPAddress(octets: body.dropFirst(size).prefix(size))
    else { return .invalid }
    let ports = body.dropFirst(2 * size).prefix(4).map(Int.init)
    return .header(
      ProxyHeader(
        ends: Ends(
          source: Endpoint(address: source.unmapped, port: ports[0] << 8 | ports[1]),
          destination: Endpoint(address: destination.unmapped, port: ports[2] << 8 | ports[3])),
        length: length))
  }
}
