internal import CIDN

/// An internet domain name, kept as its lower-case A-label form (RFC 5321 §4.1.2 Domain, RFC 5890 §2.3.2.1).
///
/// Two domains are equal when their A-label forms are. At most 255 octets, labels of 1 to 63.
public struct Domain: Hashable, Sendable, CustomStringConvertible {
  /// ASCII, lower case, A-labels, no final dot.
  public let ascii: String

  /// Reads a name in ASCII or Unicode form. Errors: emptyDomain, domainTooLong, badDomain, badUTF8.
  public init(_ text: String) throws(AddressError) { self.ascii = try Domain.convert(text) }

  /// The lower-case A-label form of a domain name, or nil where it is not one.
  public static func normalized(_ text: String) -> String? {
    do { return try convert(text) } catch { return nil }
  }

  /// The name with U-labels where they are valid, otherwise the ASCII form.
  public var unicode: String {
    guard ascii.utf8.count <= 255, ascii.contains("xn--") else { return ascii }
    var output: UnsafeMutablePointer<CChar>?
    guard idn2_to_unicode_8z8z(ascii, &output, 0) == Int32(IDN2_OK.rawValue), let output else { return ascii }
    defer { idn2_free(output) }
    return String(validatingCString: output) ?? ascii
  }

  public var description: String { ascii }

  private static func convert(_ text: String) throws(AddressError) -> String {
    guard !text.isEmpty else { throw .emptyDomain }
    // A U-label is never longer in UTF-8 than four times its A-label, so this refuses only what could not fit.
    guard text.utf8.count <= 1020 else { throw .domainTooLong }
    if text.utf8.allSatisfy({ $0 < 128 }) {
      let lower = ASCII.lowercased(text)
      try check(lower)
      return lower
    }
    guard !text.utf8.contains(0) else { throw .badDomain }
    var output: UnsafeMutablePointer<UInt8>?
    // RFC 5891 §5: lookup; input is brought to NFC, case is mapped, ß and ZWJ keep their meaning (non-transitional).
    let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
    let bytes = Array(text.utf8) + [0]
    let status = idn2_lookup_u8(bytes, &output, flags)
    guard status == Int32(IDN2_OK.rawValue), let output else {
      let isTooLong =
        status == Int32(IDN2_TOO_BIG_DOMAIN.rawValue) || status == Int32(IDN2_TOO_BIG_LABEL.rawValue)
      throw isTooLong ? .domainTooLong : .badDomain
    }
    defer { idn2_free(output) }
    let lower = ASCII.lowercased(String(cString: output))
    try check(lower)
    return lower
  }

  /// RFC 5321 §4.1.2: sub-domain = Let-dig [Ldh-str], joined by dots.
  private static func check(_ name: String) throws(AddressError) {
    guard name.utf8.count <= 255 else { throw .domainTooLong }
    var length = 0
    var previous: UInt8 = 0x2E
    for byte in name.utf8 {
      if byte == 0x2E {
        guard length > 0, previous != 0x2D else { throw .badDomain }
        length = 0
      } else {
        guard ASCII.isAlphanumeric(byte) || (byte == 0x2D && length > 0) else { throw .badDomain }
        length += 1
        guard length <= 63 else { throw .domainTooLong }
      }
      previous = byte
    }
    guard length > 0, previous != 0x2D else { throw .badDomain }
  }
}
