internal import Mail

extension UInt8 {
  static var cr: UInt8 { 13 }
  static var lf: UInt8 { 10 }
  static var space: UInt8 { 32 }
  static var dot: UInt8 { 46 }
}

extension Span where Element == UInt8 {
  /// The octets of `range` as text, or nil when they are not UTF-8.
  func text(_ range: Range<Int>) -> String? {
    extracting(range).withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
  }

  func array(_ range: Range<Int>) -> [UInt8] { extracting(range).withUnsafeBufferPointer { Array($0) } }

  /// True when the octets of `range` are `word` in any case.
  func matches(_ word: StaticString, in range: Range<Int>) -> Bool {
    range.count == word.utf8CodeUnitCount && ASCII.equal(self, range, word)
  }

  func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// As many as fit, where digits say more; nil: not a number.
  func count(_ range: Range<Int>) -> Int? {
    if range.count <= 9 { return number(range) }
    for index in range where !ASCII.isDigit(self[index]) { return nil }
    return .max
  }

  /// A number of at most nine digits, or nil.
  func number(_ range: Range<Int>) -> Int? {
    guard (1...9).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      guard ASCII.isDigit(self[index]) else { return nil }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }
}
