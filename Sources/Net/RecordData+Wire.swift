import DNS

extension RecordData {
  /// A record from its data on the wire, names not compressed; nil when the bytes are not such a record.
  init?(type: RecordType, wire: [UInt8]) {
    var reader = WireReader(bytes: wire[...])
    guard let record = reader.record(type), reader.isAtEnd else { return nil }
    self = record
  }
}

/// Reads the data of one record (RFC 1035 §3.3).
private struct WireReader {
  var bytes: ArraySlice<UInt8>

  var isAtEnd: Bool { bytes.isEmpty }

  mutating func record(_ type: RecordType) -> RecordData? {
    switch type {
    case .a: address(4).flatMap { $0.address4 }.map(RecordData.a)
    case .aaaa: address(16).flatMap { $0.address6 }.map(RecordData.aaaa)
    case .mx: mx()
    case .txt: strings().map(RecordData.txt)
    case .ptr: name().map(RecordData.ptr)
    case .cname: name().map(RecordData.cname)
    case .ns: name().map(RecordData.ns)
    case .tlsa: tlsa()
    case .srv: srv()
    case .soa: .other(type: type.rawValue, data: Array(take(bytes.count) ?? []))
    }
  }

  private mutating func mx() -> RecordData? {
    guard let preference = number(), let exchange = name() else { return nil }
    return .mx(preference: preference, exchange: exchange)
  }

  /// RFC 6698 §2.1.
  private mutating func tlsa() -> RecordData? {
    guard let head = take(3), let data = take(bytes.count), !data.isEmpty else { return nil }
    let fields = Array(head)
    return .tlsa(usage: fields[0], selector: fields[1], matching: fields[2], data: Array(data))
  }

  /// RFC 2782.
  private mutating func srv() -> RecordData? {
    guard let priority = number(), let weight = number(), let port = number(), let target = name() else { return nil }
    return .srv(priority: priority, weight: weight, port: port, target: target)
  }

  private mutating func address(_ count: Int) -> IPAddress? { take(count).flatMap { IPAddress(octets: $0) } }

  /// RFC 1035 §3.3.14: one or more character strings, each with its length before it.
  private mutating func strings() -> [[UInt8]]? {
    var strings: [[UInt8]] = []
    while let length = bytes.popFirst() {
      guard let string = take(Int(length)) else { return nil }
      strings.append(Array(string))
    }
    return strings.isEmpty ? nil : strings
  }

  /// A name without its last dot. A label with a dot or a byte that is not ASCII cannot be written so, and is no host.
  private mutating func name() -> String? {
    var name: [UInt8] = []
    while let length = bytes.popFirst() {
      if length == 0 { return String(decoding: name, as: UTF8.self) }
      guard length <= DNSName.maximumLabelLength, let label = take(Int(length)),
        !label.contains(where: { $0 == UInt8(ascii: ".") || $0 >= 0x80 })
      else { return nil }
      if !name.isEmpty { name.append(UInt8(ascii: ".")) }
      name += label
    }
    return nil
  }

  private mutating func number() -> UInt16? { take(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } } }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard bytes.count >= count else { return nil }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }
}

extension IPAddress {
  fileprivate var address4: IPv4Address? { if case .v4(let address) = self { address } else { nil } }
  fileprivate var address6: IPv6Address? { if case .v6(let address) = self { address } else { nil } }
}
