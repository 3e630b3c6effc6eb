/// The kinds of record that a mail server asks for; the raw value is the number on the wire.
public enum RecordType: UInt16, Hashable, Sendable, CaseIterable {
  case a = 1
  case ns = 2
  case cname = 5
  case soa = 6
  case ptr = 12
  case mx = 15
  case txt = 16
  case aaaa = 28
  case srv = 33
  case tlsa = 52

  /// The type's name in zone files, such as "AAAA".
  public var mnemonic: String {
    switch self {
    case .a: "A"
    case .ns: "NS"
    case .cname: "CNAME"
    case .soa: "SOA"
    case .ptr: "PTR"
    case .mx: "MX"
    case .txt: "TXT"
    case .aaaa: "AAAA"
    case .srv: "SRV"
    case .tlsa: "TLSA"
    }
  }
}
