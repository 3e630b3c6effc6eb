/// A tag-list (RFC 6376 §3.2): name=value pairs between semicolons, values as offsets.
struct TagList {
  struct Tag {
    var name: [UInt8]
    /// Between "=" and ";" with the white space around the value.
    var whole: Range<Int>
    /// Without white space at the ends.
    var value: Range<Int>
  }

  let bytes: [UInt8]
  private(set) var tags: [Tag] = []

  enum Flaw: Error { case syntax, duplicate }

  /// Reads the list in `range` of `bytes`. Throws for what is no tag-list and for a tag that appears twice.
  init(_ bytes: [UInt8], _ range: Range<Int>) throws(Flaw) {
    self.bytes = bytes
    var start = range.lowerBound
    var names: Set<[UInt8]> = []
    while start < range.upperBound {
      let end = bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: ";")) ?? range.upperBound
      let piece = Self.trimmed(bytes, start..<end)
      // tag-list = tag-spec *( ";" tag-spec ) [ ";" ]: nothing but white space may follow the last semicolon.
      if piece.isEmpty {
        guard end == range.upperBound, !tags.isEmpty else { throw .syntax }
        return
      }
      let tag = try Self.tag(bytes, piece, end)
      guard names.insert(tag.name).inserted else { throw .duplicate }
      tags.append(tag)
      start = end + 1
    }
  }

  private static func tag(_ bytes: [UInt8], _ piece: Range<Int>, _ end: Int) throws(Flaw) -> Tag {
    guard let equals = bytes[piece].firstIndex(of: UInt8(ascii: "=")) else { throw .syntax }
    let name = bytes[trimmed(bytes, piece.lowerBound..<equals)]
    guard let first = name.first, (0x61...0x7A).contains(first | 0x20),
      name.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") })
    else { throw .syntax }
    let whole = (equals + 1)..<end
    let value = trimmed(bytes, whole)
    // tval: visible characters and folding white space; RFC 8616 adds UTF-8.
    guard bytes[value].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || isBlank($0) }) else { throw .syntax }
    return Tag(name: Array(name), whole: whole, value: value)
  }

  func tag(_ name: StaticString) -> Tag? {
    tags.first { tag in name.withUTF8Buffer { tag.name.elementsEqual($0) } }
  }

  /// The value of a tag as it stands; nil: no such tag.
  subscript(name: StaticString) -> ArraySlice<UInt8>? { tag(name).map { bytes[$0.value] } }

  /// The value of a tag as text.
  func text(_ name: StaticString) -> String? { self[name].map { String(decoding: $0, as: UTF8.self) } }

  /// The value without any white space: for base64 and lists.
  func compact(_ name: StaticString) -> [UInt8]? { self[name].map { $0.filter { !Self.isBlank($0) } } }

  /// The value as a number; nil when it is not 1 to `digits` digits.
  func number(_ name: StaticString, digits: Int) -> UInt64? {
    guard let value = self[name], (1...digits).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    var number: UInt64 = 0
    for digit in value {
      let (product, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(digit - 0x30))
      // Larger than anything that it could be compared with.
      if overflows || carries { return .max }
      number = sum
    }
    return number
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }
}
