extension ASCII {
  /// True when `bytes[range]` is `word` without regard to ASCII case.
  ///
  /// `word` must be ASCII.
  public static func equal(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount, range.upperBound <= bytes.count else { return false }
    return word.withUTF8Buffer { word in
      for offset in 0..<word.count
      where lowercased(bytes[range.lowerBound &+ offset]) != lowercased(word[offset]) { return false }
      return true
    }
  }

  /// True when all of `bytes` is `word` without regard to ASCII case.
  public static func equal(_ bytes: Span<UInt8>, _ word: StaticString) -> Bool { equal(bytes, 0..<bytes.count, word) }

  /// True when all of `bytes` is `word` without regard to ASCII case.
  public static func equal(_ bytes: [UInt8], _ word: StaticString) -> Bool { equal(bytes.span, word) }

  /// True when `bytes[range]` is `word` without regard to ASCII case.
  public static func equal(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: [UInt8]) -> Bool {
    guard range.count == word.count, range.upperBound <= bytes.count else { return false }
    for offset in 0..<word.count
    where lowercased(bytes[range.lowerBound &+ offset]) != lowercased(word[offset]) { return false }
    return true
  }

  /// True when the bytes at `offset` begin with `word` without regard to ASCII case.
  public static func hasPrefix(_ bytes: Span<UInt8>, at offset: Int = 0, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard offset >= 0, count <= bytes.count &- offset else { return false }
    return equal(bytes, offset..<offset &+ count, word)
  }

  /// True when two strings are the same without regard to ASCII case; other characters compare exactly.
  public static func equal(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
      && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
  }

  /// The bytes in lower case; bytes over 127 unchanged.
  public static func lowercased(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    for index in range { result.append(lowercased(bytes[index])) }
    return result
  }

  /// The text with A–Z made lower case and nothing else.
  public static func lowercased(_ text: String) -> String {
    String(decoding: text.utf8.map(lowercased), as: UTF8.self)
  }

  /// The text with a–z made upper case and nothing else.
  public static func uppercased(_ text: String) -> String {
    String(decoding: text.utf8.map(uppercased), as: UTF8.self)
  }

  /// The range of `range` without spaces, tabs, CR and LF at its ends.
  public static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, isFWS(bytes[start]) { start &+= 1 }
    while end > start, isFWS(bytes[end &- 1]) { end &-= 1 }
    return start..<end
  }

  /// A copy of `bytes[range]`.
  public static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    bytes.extracting(range).withUnsafeBufferPointer { [UInt8]($0) }
  }

  /// The text of `bytes[range]`, with malformed UTF-8 repaired to U+FFFD.
  public static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// The unsigned number that `bytes[range]` spells, or nil where it is empty, not all digits or too large.
  public static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty else { return nil }
    var value: UInt64 = 0
    for index in range {
      guard isDigit(bytes[index]) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] &- 0x30))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
