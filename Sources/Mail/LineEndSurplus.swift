/// How many octets a text grows when every line end becomes CRLF and the last line gets one: what POP3 sends (RFC 1939 §3)
/// against what is stored. 0 for all mail that came over SMTP.
public enum LineEndSurplus {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  public static func count(_ text: UnsafeRawBufferPointer) -> Int {
    guard let base = text.baseAddress, text.count > 0 else { return 0 }
    let count = text.count
    var surplus = 0
    var index = 0
    while true {
      index = lineEnd(base, index, count)
      guard index < count else { break }
      let isCR = base.load(fromByteOffset: index, as: UInt8.self) == 13
      if isCR, index + 1 < count, base.load(fromByteOffset: index + 1, as: UInt8.self) == 10 {
        index += 2
      } else {
        // A bare CR or LF becomes two octets.
        surplus += 1
        index += 1
      }
    }
    let last = base.load(fromByteOffset: count - 1, as: UInt8.self)
    return last == 10 || last == 13 ? surplus : surplus + 2
  }

  /// The index of the first CR or LF from `start`, or `end`: eight octets at a time.
  @inline(__always)
  private static func lineEnd(_ base: UnsafeRawPointer, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index &+ 8 <= end {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      // (x - 0x01…) & ~x has bit 7 set in the lowest zero octet of x.
      let cr = word ^ (ones &* 13)
      let lf = word ^ (ones &* 10)
      let hit = ((cr &- ones) & ~cr | (lf &- ones) & ~lf) & highs
      if hit != 0 { return index &+ hit.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < end {
      let byte = base.load(fromByteOffset: index, as: UInt8.self)
      if byte == 13 || byte == 10 { return index }
      index &+= 1
    }
    return end
  }
}
