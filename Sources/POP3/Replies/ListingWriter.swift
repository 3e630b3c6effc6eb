/// Writes scan and unique-id listings (RFC 1939 §5 LIST, §7 UIDL). Fast: no text is made for a number.
public enum ListingWriter {
  /// `number value CRLF`: a line of LIST.
  public static func line(_ number: Int, _ value: Int, into output: inout [UInt8]) {
    decimal(number, into: &output)
    output.append(.space)
    decimal(value, into: &output)
    output.append(.cr)
    output.append(.lf)
  }

  /// `number id CRLF`: a line of UIDL. An id is 1 to 70 octets from 0x21 to 0x7E.
  public static func line(_ number: Int, id: [UInt8], into output: inout [UInt8]) {
    decimal(number, into: &output)
    output.append(.space)
    output.append(contentsOf: id)
    output.append(.cr)
    output.append(.lf)
  }

  /// The line that ends every multi-line reply.
  public static func end(into output: inout [UInt8]) {
    output.append(.dot)
    output.append(.cr)
    output.append(.lf)
  }

  private static func decimal(_ value: Int, into output: inout [UInt8]) {
    let value = value.magnitude
    var unit: UInt = 1
    while value / unit >= 10 { unit *= 10 }
    while unit > 0 {
      output.append(UInt8(truncatingIfNeeded: 0x30 + value / unit % 10))
      unit /= 10
    }
  }
}
