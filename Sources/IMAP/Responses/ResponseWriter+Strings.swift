public import Mail

extension ResponseWriter {
  /// string: quoted when that is short and clean, else a literal.
  public mutating func string(_ octets: some Collection<UInt8>) {
    if IMAPText.isQuotable(octets, utf8: usesUTF8) { quoted(octets) } else { literal(octets) }
  }

  public mutating func string(_ text: String) { string(text.utf8) }

  /// nstring
  public mutating func nstring(_ octets: (some Collection<UInt8>)?) {
    if let octets { string(octets) } else { write("NIL") }
  }

  public mutating func nstring(_ text: String?) { nstring(text?.utf8) }

  /// astring: an atom where possible.
  public mutating func astring(_ octets: some Collection<UInt8>) {
    // NIL as an atom could be taken for nil.
    let isNIL = octets.count == 3 && octets.elementsEqual("NIL".utf8) { OctetClass.uppercased($0) == $1 }
    if !octets.isEmpty, !isNIL, octets.allSatisfy(OctetClass.isAString) {
      bytes.append(contentsOf: octets)
    } else {
      string(octets)
    }
  }

  public mutating func astring(_ text: String) { astring(text.utf8) }

  mutating func quoted(_ octets: some Collection<UInt8>) { IMAPText.appendQuoted(octets, to: &bytes) }

  /// literal: `{n}` CRLF octets. NUL is not allowed in it (RFC 9051 §9); see `IMAPText.appendWithoutNUL`.
  public mutating func literal(_ octets: some Collection<UInt8>) {
    literalHeader(size: octets.count)
    IMAPText.appendWithoutNUL(octets, to: &bytes)
  }

  /// `{n}` CRLF: the caller sends exactly `size` octets after it, none of them NUL.
  public mutating func literalHeader(size: Int) {
    bytes.append(OctetClass.brace)
    bytes.appendDecimal(UInt64(size))
    bytes.append(0x7D)
    endLine()
  }

  /// Octets of a literal whose header was written before; NUL is replaced.
  public mutating func literalOctets(_ octets: some Collection<UInt8>) { IMAPText.appendWithoutNUL(octets, to: &bytes) }

  /// literal8 (RFC 3516): may hold NUL. Only for BINARY[…] of a client that asked.
  public mutating func literal8(_ octets: some Collection<UInt8>) {
    literal8Header(size: octets.count)
    bytes.append(contentsOf: octets)
  }

  /// `~{n}` CRLF: the caller sends exactly `size` octets after it.
  public mutating func literal8Header(size: Int) {
    bytes.append(OctetClass.tilde)
    literalHeader(size: size)
  }

  /// A mailbox name in the session's form.
  public mutating func mailbox(_ name: MailboxName) {
    if usesUTF8 { astring(name.text) } else { astring(name.modifiedUTF7) }
  }

  /// `(\Seen $Junk)`; `allowsNew` adds `\*`.
  public mutating func flagList(_ flags: some Sequence<IMAPFlag>, allowsNew: Bool = false) {
    bytes.append(OctetClass.open)
    var isFirst = true
    for flag in flags {
      if !isFirst { bytes.append(0x20) }
      isFirst = false
      if let name = flag.systemName { write(name) } else { write(flag.name) }
    }
    if allowsNew {
      if !isFirst { bytes.append(0x20) }
      write("\\*")
    }
    bytes.append(OctetClass.close)
  }

  /// date-time: `"17-Jul-1996 02:44:25 -0700"` in the zone of the date.
  public mutating func dateTime(_ date: MailDate) {
    let (day, hour, minute, second) = date.civil
    bytes.append(OctetClass.quote)
    if day.day < 10 { bytes.append(0x20) } else { bytes.append(0x30 + UInt8(day.day / 10)) }
    bytes.append(0x30 + UInt8(day.day % 10))
    bytes.append(0x2D)
    write(CivilDate.monthNames[day.month - 1])
    bytes.append(0x2D)
    let year = max(0, min(9_999, day.year))
    pair(year / 100)
    pair(year % 100)
    bytes.append(0x20)
    pair(hour)
    bytes.append(0x3A)
    pair(minute)
    bytes.append(0x3A)
    pair(second)
    write(date.zoneMinutes < 0 ? " -" : " +")
    let zone = abs(date.zoneMinutes)
    pair(zone / 60)
    pair(zone % 60)
    bytes.append(OctetClass.quote)
  }

  private mutating func pair(_ number: Int) {
    bytes.append(0x30 + UInt8(number / 10 % 10))
    bytes.append(0x30 + UInt8(number % 10))
  }
}

/// How strings are put on the wire, shared by the writer and the ready texts of the store.
enum IMAPText {
  /// Longer strings are literals: RFC 9051 §4.3 gives quoted strings no limit, but lines have one.
  static let longestQuoted = 1_024

  /// Whether octets can be a quoted string: no CR, LF or NUL, and 7-bit, or valid UTF-8 where the session knows it.
  static func isQuotable(_ octets: some Collection<UInt8>, utf8: Bool) -> Bool {
    guard octets.count <= longestQuoted else { return false }
    var isASCII = true
    for octet in octets {
      if octet == 0 || octet == OctetClass.carriageReturn || octet == OctetClass.lineFeed { return false }
      if octet >= 0x80 { isASCII = false }
    }
    return isASCII || (utf8 && String(validating: octets, as: UTF8.self) != nil)
  }

  static func appendQuoted(_ octets: some Collection<UInt8>, to bytes: inout [UInt8]) {
    bytes.append(OctetClass.quote)
    for octet in octets {
      if octet == OctetClass.quote || octet == OctetClass.backslash { bytes.append(OctetClass.backslash) }
      bytes.append(octet)
    }
    bytes.append(OctetClass.quote)
  }

  /// RFC 9051 §9: NUL never travels outside of literal8. It becomes 0x80, as other servers do it, so sizes stay true.
  static func appendWithoutNUL(_ octets: some Collection<UInt8>, to bytes: inout [UInt8]) {
    let start = bytes.count
    // As one piece of memory, not octet by octet through the collection's own ways.
    if octets.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
      bytes.append(contentsOf: octets)
    }
    bytes.withUnsafeMutableBytes { replaceNUL(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
  }

  /// 64 octets at a time: whole messages go through here.
  private static func replaceNUL(_ octets: UnsafeMutableRawBufferPointer) {
    var at = 0
    while at < octets.count {
      if at &+ 64 <= octets.count {
        var zeros: UInt64 = 0
        for word in 0..<8 {
          let word = octets.loadUnaligned(fromByteOffset: at &+ word &* 8, as: UInt64.self)
          // The high bits are zero exactly when no octet of the word is.
          zeros |= (word &- 0x0101_0101_0101_0101) & ~word
        }
        if zeros & 0x8080_8080_8080_8080 == 0 {
          at &+= 64
          continue
        }
      }
      let end = min(at &+ 64, octets.count)
      while at < end {
        if octets[at] == 0 { octets[at] = 0x80 }
        at &+= 1
      }
    }
  }
}
