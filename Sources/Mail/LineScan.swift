/// Finds line ends eight octets at a time.
public enum LineScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The index of the first CR or LF in `start..<end`, or `end`.
  public static func lineEnd(_ base: UnsafeRawPointer, from start: Int, to end: Int) -> Int {
    var index = start
    while index &+ 8 <= end {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      // (x - 0x01…) & ~x has bit 7 set in the lowest zero octet of x; above that one it may err, below it never does.
      let cr = word ^ (ones &* 13)
      let lf = word ^ (ones &* 10)
      let hit = ((cr &- ones) & ~cr | (lf &- ones) & ~lf) & highs
      if hit != 0 { return index &+ hit.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < end {
      let byte = base.load(fromByteOffset: index, as: UInt8.self)
      if byte == ASCII.cr || byte == ASCII.lf { return index }
      index &+= 1
    }
    return end
  }
}
