/// What one DNS record says. Names in it carry no last dot; the root is the empty string.
public enum RecordData: Hashable, Sendable {
  case a(IPv4Address)
  case aaaa(IPv6Address)
  case mx(preference: UInt16, exchange: String)
  /// The character strings of one record, each at most 255 bytes; SPF, DKIM and DMARC join them without a space.
  case txt([[UInt8]])
  case ptr(String)
  case cname(String)
  case ns(String)
  /// RFC 6698 §2.1.
  case tlsa(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8])
  /// RFC 2782.
  case srv(priority: UInt16, weight: UInt16, port: UInt16, target: String)
  /// Any other record, as it came.
  case other(type: UInt16, data: [UInt8])

  /// A TXT record with `text` cut into strings of at most 255 bytes.
  public static func txt(_ text: String) -> RecordData {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return .txt([[]]) }
    return .txt(stride(from: 0, to: bytes.count, by: 255).map { Array(bytes[$0..<min($0 + 255, bytes.count)]) })
  }

  /// The number of the record's type on the wire.
  public var typeNumber: UInt16 {
    switch self {
    case .a: RecordType.a.rawValue
    case .aaaa: RecordType.aaaa.rawValue
    case .mx: RecordType.mx.rawValue
    case .txt: RecordType.txt.rawValue
    case .ptr: RecordType.ptr.rawValue
    case .cname: RecordType.cname.rawValue
    case .ns: RecordType.ns.rawValue
    case .tlsa: RecordType.tlsa.rawValue
    case .srv: RecordType.srv.rawValue
    case .other(let type, _): type
    }
  }

  /// The joined strings of a TXT record; nil for any other record.
  public var text: [UInt8]? {
    guard case .txt(let strings) = self else { return nil }
    return strings.count == 1 ? strings[0] : Array(strings.joined())
  }

  /// The address of an A or AAAA record; nil for any other record.
  public var address: IPAddress? {
    switch self {
    case .a(let address): .v4(address)
    case .aaaa(let address): .v6(address)
    default: nil
    }
  }
}
