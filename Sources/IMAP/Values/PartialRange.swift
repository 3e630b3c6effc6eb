/// The `PARTIAL 1:100` of RFC 9394 §3.1 (and RFC 5267 §4.4): results by position, counted from the first or, written
/// with minus signs, from the last.
public struct PartialRange: Hashable, Sendable {
  public var isFromEnd: Bool
  /// Positions from 1, ascending whatever the order written.
  public var positions: ClosedRange<UInt32>

  public init(isFromEnd: Bool = false, _ positions: ClosedRange<UInt32>) {
    self.isFromEnd = isFromEnd
    self.positions = positions
  }

  /// The indices meant in an ascending list of `count` results; empty when none has such a position.
  public func indices(in count: Int) -> Range<Int> {
    let low = Int(positions.lowerBound) - 1
    let high = min(Int(positions.upperBound), count)
    guard low < high else { return 0..<0 }
    return isFromEnd ? (count - high)..<(count - low) : low..<high
  }
}

extension CommandReader {
  mutating func partialRange() throws(SyntaxError) -> PartialRange {
    let isFromEnd = skip(0x2D)
    let first = try nzNumber()
    try expect(0x3A, "Expected a colon in a partial range")
    guard skip(0x2D) == isFromEnd else { throw error("Both ends of a partial range need the same sign") }
    let last = try nzNumber()
    return PartialRange(isFromEnd: isFromEnd, min(first, last)...max(first, last))
  }
}
