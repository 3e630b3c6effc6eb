/// A mailbox as SMTP names it: local part and domain or address literal (RFC 5321 §4.1.2, RFC 6531 §3.3).
///
/// Equality is of the parts as given; compare `canonical` to find an account. Limits: local part 64 octets where nothing else is
/// said, domain 255 (RFC 5321 §4.5.3.1); a whole path in its brackets 256.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  /// RFC 5321 §4.5.3.1.1: octets of a local part as it is written, quotes included. An address that others made (VERP, SRS) may be
  /// longer, and §4.5.3.1 asks receivers to take it: see `longestLocalPart` of `parse`.
  public static let localPartLimit = 64
  /// No local part is longer: the path's own limit with a domain of one octet.
  public static let pathLocalPartLimit = 252

  /// What stands behind the "@".
  public enum Host: Hashable, Sendable {
    case domain(Domain)
    case literal(AddressLiteral)
  }

  /// The local part without quoting: `"a b"@x` has the local part `a b`.
  public let localPart: String
  public let host: Host

  /// Takes an unquoted local part and a domain, or an address literal in brackets.
  public init(localPart: String, domain: String) throws(AddressError) {
    try EmailAddress.check(localPart)
    if domain.hasPrefix("[") {
      guard domain.hasSuffix("]"), domain.utf8.count >= 2 else { throw .badAddressLiteral }
      self.host = .literal(try AddressLiteral(String(domain.dropFirst().dropLast())))
    } else {
      self.host = .domain(try Domain(domain))
    }
    self.localPart = localPart
    try checkLengths(Self.localPartLimit)
  }

  /// Takes an unquoted local part of at most `longestLocalPart` octets, and a host.
  public init(
    localPart: String, host: Host, longestLocalPart: Int = EmailAddress.localPartLimit
  ) throws(AddressError) {
    try EmailAddress.check(localPart)
    self.localPart = localPart
    self.host = host
    try checkLengths(longestLocalPart)
  }

  /// RFC 5321 §4.5.3.1.3: a path has at most 256 octets with its two brackets.
  ///
  /// RFC 5321 §4.5.3.1.1: the local part counts as it is written, with the quotes that it needs.
  private func checkLengths(_ longestLocalPart: Int) throws(AddressError) {
    guard quotedLocalPart.utf8.count <= longestLocalPart else { throw .localPartTooLong }
    guard quotedLocalPart.utf8.count + 1 + hostText.utf8.count <= 254 else { throw .pathTooLong }
  }

  /// The domain, or nil for an address literal.
  public var domain: Domain? {
    if case .domain(let domain) = host { return domain }
    return nil
  }

  /// The domain in ASCII, or the address literal with its brackets.
  public var hostText: String {
    switch host {
    case .domain(let domain): domain.ascii
    case .literal(let literal): literal.description
    }
  }

  /// The address as it is written in a path, the local part quoted where it must be (RFC 5321 §4.1.2).
  public var description: String { quotedLocalPart + "@" + hostText }

  /// The address for people and logs: the domain with its U-labels where they are valid (RFC 5890 §2.3.2.1).
  public var displayText: String { quotedLocalPart + "@" + (domain?.unicode ?? hostText) }

  /// The local part as a dot-string, or as a quoted string where it is none.
  public var quotedLocalPart: String {
    if EmailAddress.isDotString(localPart) { return localPart }
    var text = "\""
    for scalar in localPart.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  /// The key under which an address is looked up: NFC and lower-case local part, A-label lower-case domain.
  ///
  /// RFC 5321 §2.4 leaves a local part's case to its host: Barid's accounts do not distinguish it.
  public var canonical: String {
    let local = Unicode.normalizedNFC(Unicode.normalizedNFC(localPart).lowercased())
    return (EmailAddress.isDotString(local) ? local : "\"\(local)\"") + "@" + hostText
  }

  /// True when the address cannot travel without SMTPUTF8 (RFC 6531); a domain alone never needs it.
  public var needsSMTPUTF8: Bool { !localPart.utf8.allSatisfy { $0 < 128 } }

  /// RFC 5321 §4.1.2 Dot-string, with RFC 6531 §3.3 UTF8-non-ascii.
  static func isDotString(_ text: String) -> Bool {
    var previous: UInt8 = 0x2E
    for byte in text.utf8 {
      guard byte >= 128 || ASCII.isAtext(byte) || (byte == 0x2E && previous != 0x2E) else { return false }
      previous = byte
    }
    return previous != 0x2E
  }

  private static func check(_ localPart: String) throws(AddressError) {
    guard !localPart.isEmpty else { throw .emptyLocalPart }
    // qtextSMTP and quoted-pairSMTP: no control characters.
    guard !localPart.utf8.contains(where: ASCII.isControl) else { throw .badLocalPart }
  }
}
