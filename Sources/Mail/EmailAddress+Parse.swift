extension EmailAddress {
  /// Reads a whole mailbox: nothing may follow it.
  ///
  /// `smtputf8` false refuses every byte over 127 (RFC 6531 §3.1 asks for the parameter first).
  public static func parse(_ bytes: Span<UInt8>, smtputf8: Bool) throws(AddressError) -> EmailAddress {
    var index = 0
    let address = try parse(bytes, at: &index, smtputf8: smtputf8)
    guard index == bytes.count else { throw .trailingText }
    return address
  }

  /// Reads a whole mailbox: nothing may follow it.
  public static func parse(_ bytes: [UInt8], smtputf8: Bool) throws(AddressError) -> EmailAddress {
    try parse(bytes.span, smtputf8: smtputf8)
  }

  /// Reads a whole mailbox, non-ASCII allowed.
  public static func parse(_ text: String) throws(AddressError) -> EmailAddress {
    try parse(Array(text.utf8), smtputf8: true)
  }

  /// Reads the mailbox at `index` and moves `index` behind it: for a path, whose ">" follows.
  ///
  /// Mailbox = Local-part "@" ( Domain / address-literal ), RFC 5321 §4.1.2. `index` is undefined after an error.
  /// - Parameter longestLocalPart: octets; more than 64 only for addresses that need not be kept, such as a reverse-path.
  public static func parse(
    _ bytes: Span<UInt8>, at index: inout Int, smtputf8: Bool, longestLocalPart: Int = EmailAddress.localPartLimit
  ) throws(AddressError) -> EmailAddress {
    let local = try parseLocalPart(bytes, &index, longestLocalPart)
    guard index < bytes.count, bytes[index] == 0x40 else { throw local.isEmpty ? .emptyLocalPart : .missingAt }
    guard !local.isEmpty else { throw .emptyLocalPart }
    index += 1
    guard let localText = String(validating: local, as: UTF8.self) else { throw .badUTF8 }
    guard smtputf8 || local.allSatisfy({ $0 < 128 }) else { throw .notASCII }
    let host = try parseHost(bytes, &index, smtputf8: smtputf8)
    return try EmailAddress(localPart: localText, host: host, longestLocalPart: longestLocalPart)
  }

  private static func parseLocalPart(
    _ bytes: Span<UInt8>, _ index: inout Int, _ longest: Int
  ) throws(AddressError) -> [UInt8] {
    guard index < bytes.count, bytes[index] == ASCII.quote else { return try parseDotString(bytes, &index, longest) }
    index += 1
    var local: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case ASCII.quote:
        // `""@x` is a Quoted-string by the grammar; an empty local part names nobody, so it is refused.
        return local
      case ASCII.backslash:
        guard index < bytes.count, (0x20...0x7E).contains(bytes[index]) else { throw .badLocalPart }
        local.append(bytes[index])
        index += 1
      default:
        guard byte >= 0x20, byte != ASCII.delete else { throw .badLocalPart }
        local.append(byte)
      }
      guard local.count <= longest else { throw .localPartTooLong }
    }
    throw .badLocalPart
  }

  private static func parseDotString(
    _ bytes: Span<UInt8>, _ index: inout Int, _ longest: Int
  ) throws(AddressError) -> [UInt8] {
    var local: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      let isDot = byte == 0x2E
      guard isDot || byte >= 128 || ASCII.isAtext(byte) else { break }
      if isDot, local.isEmpty || local.last == 0x2E { throw .badLocalPart }
      local.append(byte)
      guard local.count <= longest else { throw .localPartTooLong }
      index += 1
    }
    guard local.last != 0x2E else { throw .badLocalPart }
    return local
  }

  private static func parseHost(
    _ bytes: Span<UInt8>, _ index: inout Int, smtputf8: Bool
  ) throws(AddressError) -> Host {
    let start = index
    if index < bytes.count, bytes[index] == 0x5B {
      guard let end = ASCII.firstIndex(of: 0x5D, in: bytes, start..<bytes.count) else { throw .badAddressLiteral }
      guard end - start <= 255 else { throw .domainTooLong }
      index = end + 1
      guard ASCII.isASCII(bytes.extracting(start..<end)) else { throw .badAddressLiteral }
      return .literal(try AddressLiteral(ASCII.text(bytes, start + 1..<end)))
    }
    while index < bytes.count {
      let byte = bytes[index]
      guard ASCII.isAlphanumeric(byte) || byte == 0x2D || byte == 0x2E || byte >= 128 else { break }
      index += 1
    }
    guard index > start else { throw .emptyDomain }
    guard index - start <= 1020 else { throw .domainTooLong }
    let name = ASCII.copy(bytes, start..<index)
    guard smtputf8 || name.allSatisfy({ $0 < 128 }) else { throw .notASCII }
    guard let text = String(validating: name, as: UTF8.self) else { throw .badUTF8 }
    return .domain(try Domain(text))
  }
}
