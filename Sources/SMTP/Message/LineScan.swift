/// Finds line ends eight octets at a time.
enum LineScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The index of the first CR or LF in `start..<end`, or `end`. Octets in front of it that are NUL or over 127 leave
  /// their marks: a set bit 7 somewhere in `nul` or `high`.
  @inline(__always)
  static func lineEnd(
    _ base: UnsafeRawPointer, from start: Int, to end: Int, nul: inout UInt64, high: inout UInt64
  ) -> Int {
    var index = start
    while index &+ 8 <= end {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      // (x - 0x01…) & ~x has bit 7 set in the lowest zero octet of x; above that one it may err, below it never does.
      let cr = word ^ (ones &* 13)
      let lf = word ^ (ones &* 10)
      let hit = ((cr &- ones) & ~cr | (lf &- ones) & ~lf) & highs
      if hit != 0 {
        let offset = hit.trailingZeroBitCount >> 3
        let before = (UInt64(1) << UInt64(offset &* 8)) &- 1
        high |= word & before & highs
        let masked = word | ~before
        nul |= (masked &- ones) & ~masked & highs
        return index &+ offset
      }
      high |= word & highs
      nul |= (word &- ones) & ~word & highs
      index &+= 8
    }
    while index < end {
      let byte = base.load(fromByteOffset: index, as: UInt8.self)
      if byte == 13 || byte == 10 { return index }
      if byte >= 0x80 { high |= highs }
      if byte == 0 { nul |= highs }
      index &+= 1
    }
    return end
  }
}
