internal import Mail

/// A DMARC policy record (RFC 7489 §6.3 and its successor).
public struct DMARCRecord: Hashable, Sendable, Codable {
  /// psd=: is the domain a public suffix?
  public enum PublicSuffixFlag: String, Hashable, Sendable, Codable {
    case yes = "y"
    case no = "n"
    case unknown = "u"
  }

  /// p=; nil when it is missing or no policy.
  public var policy: DMARCPolicy?
  /// sp= and np=; nil when missing.
  public var subdomainPolicy: DMARCPolicy?
  public var nonexistentPolicy: DMARCPolicy?
  public var dkimAlignment = DMARCAlignment.relaxed
  public var spfAlignment = DMARCAlignment.relaxed
  public var publicSuffix = PublicSuffixFlag.unknown
  /// t=y, or pct=0 where there is no t=: the policy is to be applied one step milder.
  public var isTesting = false
  /// fo=, as it stands.
  public var failureOptions = "0"
  /// rua= and ruf=: only those that can be used.
  public var aggregateURIs: [DMARCReportURI] = []
  public var failureURIs: [DMARCReportURI] = []
  /// Tags whose value is no valid one.
  public var flaws: [String] = []

  /// False: nothing may be done but sending reports; see `effective`.
  var hasValidPolicies: Bool { policy != nil && !flaws.contains("sp") && !flaws.contains("np") }

  /// The record as it counts: an unusable policy becomes p=none where someone wants reports, or nil: no DMARC
  /// (RFC 7489 §6.6.3, step 6).
  var effective: DMARCRecord? {
    if hasValidPolicies { return self }
    if aggregateURIs.isEmpty { return nil }
    var record = self
    (record.policy, record.subdomainPolicy, record.nonexistentPolicy) = (DMARCPolicy.none, nil, nil)
    return record
  }

  /// Reads the text of a TXT record. nil: not a DMARC record. Unknown tags and broken values are passed over. Of a tag that
  /// appears twice the first counts.
  public init?(_ text: [UInt8]) {
    guard text.count <= 16 << 10 else { return nil }
    var tags = text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { Self.tag($0) }[...]
    // v=DMARC1 comes first and is case-sensitive.
    guard let version = tags.popFirst(), let version, version.name == "v", version.value == "DMARC1" else { return nil }
    var seen: Set<String> = []
    var percentIsZero = false
    var testing: Bool?
    for case (let name, let value)? in tags where seen.insert(name).inserted {
      switch name {
      case "p": policy = policy(value, "p")
      case "sp": subdomainPolicy = policy(value, "sp")
      case "np": nonexistentPolicy = policy(value, "np")
      case "adkim": dkimAlignment = alignment(value, "adkim")
      case "aspf": spfAlignment = alignment(value, "aspf")
      case "psd": publicSuffix = PublicSuffixFlag(rawValue: value.lowercased()) ?? flawed("psd", .unknown)
      case "t": testing = value.lowercased() == "y"
      case "pct": percentIsZero = value == "0"
      case "fo": failureOptions = value.lowercased()
      case "rua": aggregateURIs = DMARCReportURI.list(value)
      case "ruf": failureURIs = DMARCReportURI.list(value)
      default: break
      }
    }
    isTesting = testing ?? percentIsZero
  }

  private static func tag(_ piece: ArraySlice<UInt8>) -> (name: String, value: String)? {
    guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = String(decoding: lowercase(trimmed(piece[..<equals])), as: UTF8.self)
    return (name, String(decoding: trimmed(piece[(equals + 1)...]), as: UTF8.self))
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes.drop { ASCII.isFWS($0) }
    while let last = rest.last, ASCII.isFWS(last) { rest = rest.dropLast() }
    return rest
  }

  private mutating func policy(_ value: String, _ name: String) -> DMARCPolicy? {
    DMARCPolicy(rawValue: value.lowercased()) ?? flawed(name, nil)
  }

  private mutating func alignment(_ value: String, _ name: String) -> DMARCAlignment {
    DMARCAlignment(rawValue: value.lowercased()) ?? flawed(name, .relaxed)
  }

  private mutating func flawed<T>(_ name: String, _ value: T) -> T {
    flaws.append(name)
    return value
  }
}

/// One address of rua= or ruf=: "mailto:" and perhaps a size limit (RFC 7489 §6.2).
public struct DMARCReportURI: Hashable, Sendable, Codable {
  /// local-part@domain
  public var address: String
  /// The domain of the address, as A-labels: the destination host.
  public var host: String
  /// The largest report that is wanted, in bytes; nil: any.
  public var maximumSize: UInt64?

  /// The most addresses of one tag that are looked at.
  static let maximumCount = 10

  /// As rua= has it: "mailto:reports@example.org!10m" (the size in bytes).
  public var text: String {
    let escaped = address.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "%"): "%25"
      case UInt8(ascii: "!"): "%21"
      case UInt8(ascii: ","): "%2C"
      case UInt8(ascii: "?"): "%3F"
      default: String(decoding: [byte], as: UTF8.self)
      }
    }
    let plain = address.utf8.allSatisfy { $0 < 0x80 } ? escaped.joined() : address
    return "mailto:\(plain)" + (maximumSize.map { "!\($0)" } ?? "")
  }

  /// The usable addresses of a comma-separated list; other schemes than mailto are left out.
  static func list(_ text: String) -> [DMARCReportURI] {
    text.split(separator: ",").prefix(maximumCount).compactMap { DMARCReportURI(String($0)) }
  }

  init?(_ text: String) {
    var text = String(text.drop { $0 == " " || $0 == "\t" })
    while text.hasSuffix(" ") || text.hasSuffix("\t") { text.removeLast() }
    guard text.lowercased().hasPrefix("mailto:") else { return nil }
    text.removeFirst("mailto:".count)
    // "!" and "," in the address itself are percent-encoded.
    if let mark = text.lastIndex(of: "!") {
      guard let size = Self.size(text[text.index(after: mark)...]) else { return nil }
      maximumSize = size
      text = String(text[..<mark])
    }
    if let query = text.firstIndex(of: "?") { text = String(text[..<query]) }
    let bytes = Self.percentDecoded(Array(text.utf8))
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, bytes.count <= 320,
      bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let host = signatureDomain(bytes[(at + 1)...]), host.contains(".")
    else { return nil }
    self.host = host
    address = String(decoding: bytes[..<at], as: UTF8.self) + "@" + host
  }

  /// 1*DIGIT [ "k" / "m" / "g" / "t" ]
  private static func size(_ text: Substring) -> UInt64? {
    var digits = text
    var shift: UInt64 = 0
    if let unit = text.last?.lowercased(), let index = ["k", "m", "g", "t"].firstIndex(of: unit) {
      digits = text.dropLast()
      shift = UInt64(index + 1) * 10
    }
    guard (1...12).contains(digits.utf8.count), let number = UInt64(digits) else { return nil }
    return number.multipliedReportingOverflow(by: 1 << shift).overflow ? .max : number << shift
  }

  static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = ASCII.hexValue(bytes[index + 1]),
        let low = ASCII.hexValue(bytes[index + 2])
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }
}
