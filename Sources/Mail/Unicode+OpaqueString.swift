extension Unicode {
  /// A password as RFC 8265 §4.2.2 prepares it, so that one typed on two systems is one: spaces of all scripts as ASCII spaces, then
  /// normalization form C; case stays. Octets that are not UTF-8 stay as they are.
  ///
  /// (OpaqueString follows SASLprep, which RFC 4616 §2 and RFC 6856 §2.2 name.) What the profile forbids is left in.
  public static func opaqueString(_ octets: [UInt8]) -> [UInt8] {
    guard octets.contains(where: { $0 >= 128 }), let text = String(validating: octets, as: UTF8.self) else {
      return octets
    }
    let spaced = text.unicodeScalars.map { $0.properties.generalCategory == .spaceSeparator ? " " : $0 }
    return Array(normalizedNFC(String(String.UnicodeScalarView(spaced))).utf8)
  }
}
