internal import Mail

/// Octet classes of RFC 5321 §4.1.2 and RFC 5234 appendix B.
extension UInt8 {
  var isDigit: Bool { self &- 0x30 < 10 }
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  var isLetterOrDigit: Bool { isDigit || isLetter }
  var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
  var uppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }

  /// RFC 5322 §3.2.3 atext.
  var isAtomText: Bool { ASCII.isAtext(self) }

  static var cr: UInt8 { 13 }
  static var lf: UInt8 { 10 }
  static var space: UInt8 { 32 }
  static var dot: UInt8 { 46 }
}

extension Span where Element == UInt8 {
  /// The octets of `range` as text; octets that are not UTF-8 become U+FFFD.
  func text(_ range: Range<Int>) -> String {
    extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  func array(_ range: Range<Int>) -> [UInt8] { extracting(range).withUnsafeBufferPointer { Array($0) } }

  /// True when the octets of `range` are `word` (given in upper case) in any case.
  func matches(_ word: StaticString, in range: Range<Int>) -> Bool {
    guard word.utf8CodeUnitCount == range.count else { return false }
    return word.withUTF8Buffer { expected in
      for (offset, byte) in expected.enumerated() where self[range.lowerBound + offset].uppercased != byte {
        return false
      }
      return true
    }
  }

  /// True when the text at `index` begins with `word` (given in upper case) in any case.
  func hasPrefix(_ word: StaticString, at index: Int) -> Bool {
    let end = index + word.utf8CodeUnitCount
    return end <= count && matches(word, in: index..<end)
  }

  func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// The range without blanks at both ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, self[low] == 0x20 || self[low] == 0x09 { low += 1 }
    while high > low, self[high - 1] == 0x20 || self[high - 1] == 0x09 { high -= 1 }
    return low..<high
  }

  /// A number of at most `digits` digits, or `nil`.
  func number(_ range: Range<Int>, digits: Int) -> Int? {
    guard !range.isEmpty, range.count <= digits else { return nil }
    var value = 0
    for index in range {
      guard self[index].isDigit else { return nil }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }
}
