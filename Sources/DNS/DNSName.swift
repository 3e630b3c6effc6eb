/// Rules for names that are asked.
public enum DNSName {
  /// The longest name, in bytes without the last dot (RFC 1035 §2.3.4).
  public static let maximumLength = 253
  /// The longest label, in bytes (RFC 1035 §2.3.4).
  public static let maximumLabelLength = 63

  /// The form under which a name is asked and compared: lower case, without the last dot; "" is the root. nil when the name
  /// cannot exist: an empty label, a label or a name too long, or a byte that is not ASCII (A-labels are the asker's work).
  public static func canonical(_ name: some StringProtocol) -> String? {
    var bytes = Array(name.utf8)
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    guard bytes.count <= maximumLength else { return nil }
    if bytes.isEmpty { return name.isEmpty || name == "." ? "" : nil }
    var label = 0
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "."):
        if label == 0 { return nil }
        label = 0
        continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes[index] |= 0x20
      case 0x80...: return nil
      default: break
      }
      label += 1
      if label > maximumLabelLength { return nil }
    }
    return label == 0 ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
