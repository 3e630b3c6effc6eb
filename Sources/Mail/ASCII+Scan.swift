extension ASCII {
  /// The offset of the first `byte` in `range`, or nil; eight bytes at a step.
  public static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let part = bytes.extracting(range)
    let found = part.withUnsafeBufferPointer { find(byte, UnsafeRawBufferPointer($0), 0) }
    return found < part.count ? range.lowerBound &+ found : nil
  }

  /// The offset behind the LF that ends the line at `start`, or `end` where no LF comes before it.
  public static func lineEnd(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    firstIndex(of: lf, in: bytes, start..<end).map { $0 &+ 1 } ?? end
  }

  /// The offset of the first CRLF in `range`, or nil. A bare CR or LF is not one.
  public static func firstCRLF(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var start = range.lowerBound
    while let found = firstIndex(of: lf, in: bytes, start..<range.upperBound) {
      if found > range.lowerBound, bytes[found &- 1] == cr { return found &- 1 }
      start = found &+ 1
    }
    return nil
  }

  /// How many bytes of `range` are `byte`.
  public static func count(of byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    bytes.extracting(range).withUnsafeBufferPointer { count(byte, UnsafeRawBufferPointer($0)) }
  }

  /// True when no byte is over 127.
  public static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      let raw = UnsafeRawBufferPointer(buffer)
      var index = 0
      while index &+ 8 <= raw.count {
        if raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & highBits != 0 { return false }
        index &+= 8
      }
      while index < raw.count {
        if raw[index] > 127 { return false }
        index &+= 1
      }
      return true
    }
  }

  // MARK: Kernels on raw memory; the ranges were checked by the callers' `extracting`.

  static var lowBits: UInt64 { 0x0101_0101_0101_0101 }
  static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// A word whose lowest set bit lies in the first byte of `word` that is zero; 0 when there is none.
  @inline(__always)
  static func zeroBytes(_ word: UInt64) -> UInt64 { (word &- lowBits) & ~word & highBits }

  /// The offset of the first `byte` at or behind `start`, or `raw.count`.
  @inline(__always)
  static func find(_ byte: UInt8, _ raw: UnsafeRawBufferPointer, _ start: Int) -> Int {
    let pattern = UInt64(byte) &* lowBits
    var index = start
    while index &+ 8 <= raw.count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
      let hit = zeroBytes(word)
      if hit != 0 { return index &+ hit.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < raw.count {
      if raw[index] == byte { return index }
      index &+= 1
    }
    return raw.count
  }

  static func count(_ byte: UInt8, _ raw: UnsafeRawBufferPointer) -> Int {
    var total = 0
    for value in raw where value == byte { total &+= 1 }
    return total
  }
}

extension ASCII {
  /// The start of the next line that begins with "--", at `start` or behind it, or nil; `start` must begin a line.
  ///
  /// Adds to `lines` the LF passed: all up to the found line, or up to the end.
  static func nextDashes(in bytes: Span<UInt8>, from start: Int, lines: inout Int) -> Int? {
    bytes.withUnsafeBufferPointer { buffer in
      let raw = UnsafeRawBufferPointer(buffer)
      var index = start
      while index < raw.count {
        if raw[index] == 0x2D, index &+ 1 < raw.count, raw[index &+ 1] == 0x2D { return index }
        let found = find(lf, raw, index)
        guard found < raw.count else { return nil }
        lines &+= 1
        index = found &+ 1
      }
      return nil
    }
  }

  /// True when the bytes at `offset` are `word`, which must fit.
  static func isSame(_ bytes: Span<UInt8>, at offset: Int, _ word: [UInt8]) -> Bool {
    bytes.extracting(offset..<offset &+ word.count).withUnsafeBufferPointer { left in
      word.withUnsafeBufferPointer { right in
        let left = UnsafeRawBufferPointer(left)
        let right = UnsafeRawBufferPointer(right)
        var index = 0
        while index &+ 8 <= right.count {
          if left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            != right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          {
            return false
          }
          index &+= 8
        }
        while index < right.count {
          if left[index] != right[index] { return false }
          index &+= 1
        }
        return true
      }
    }
  }
}
