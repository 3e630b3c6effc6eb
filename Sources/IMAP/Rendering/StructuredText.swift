/// Strings inside of ready ENVELOPE and BODYSTRUCTURE text: valid whatever session they are sent to.
enum StructuredText {
  static func appendNIL(to text: inout [UInt8]) { text.append(contentsOf: [0x4E, 0x49, 0x4C]) }

  /// nstring: quoted when it is clean ASCII, else a literal; NUL, which neither may hold, is left out.
  static func append(_ value: [UInt8]?, to text: inout [UInt8]) {
    guard let value else { return appendNIL(to: &text) }
    if IMAPText.isQuotable(value, utf8: false) { return IMAPText.appendQuoted(value, to: &text) }
    let clean = value.filter { $0 != 0 }
    if IMAPText.isQuotable(clean, utf8: false) { return IMAPText.appendQuoted(clean, to: &text) }
    text.append(OctetClass.brace)
    text.appendDecimal(UInt64(clean.count))
    text.append(contentsOf: [0x7D, OctetClass.carriageReturn, OctetClass.lineFeed])
    text.append(contentsOf: clean)
  }

  /// A group's name cannot be NIL; an empty one is shown as a space.
  static func nonEmpty(_ value: [UInt8]) -> [UInt8] { value.isEmpty ? [0x20] : value }
}
