/// A set of message numbers or UIDs as sorted, disjoint, non-adjacent ranges.
public struct NumberSet: Hashable, Sendable {
  /// Invariant: ascending, and between two ranges at least one number is missing.
  public private(set) var ranges: [ClosedRange<UInt32>]

  public init() { ranges = [] }

  /// From ranges in any order; overlaps are merged. O(n log n), O(n) when already sorted.
  public init(_ unsorted: some Sequence<ClosedRange<UInt32>>) {
    var sorted = Array(unsorted)
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
      sorted.sort { $0.lowerBound < $1.lowerBound }
    }
    ranges = []
    ranges.reserveCapacity(sorted.count)
    for range in sorted { append(range) }
  }

  /// From numbers in any order.
  public init(_ numbers: some Sequence<UInt32>) {
    self.init(numbers.map { $0...$0 })
  }

  /// From numbers that ascend, without the detour over ranges; a number that does not ascend is ignored.
  public init(ascending numbers: some Sequence<UInt32>) {
    ranges = []
    for number in numbers { append(number...number) }
  }

  /// Adds a range whose lower bound is not below that of any range in the set.
  public mutating func append(_ range: ClosedRange<UInt32>) {
    guard let last = ranges.last else {
      ranges.append(range)
      return
    }
    guard range.lowerBound >= last.lowerBound else { return }
    if range.lowerBound <= last.upperBound || range.lowerBound - last.upperBound == 1 {
      if range.upperBound > last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound...range.upperBound
      }
    } else {
      ranges.append(range)
    }
  }

  public var isEmpty: Bool { ranges.isEmpty }

  /// How many numbers it holds.
  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  public var first: UInt32? { ranges.first?.lowerBound }
  public var last: UInt32? { ranges.last?.upperBound }

  /// Whether it holds `number`; O(log n).
  public func contains(_ number: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= number
  }

  /// The numbers in both; O(n + m).
  public func intersection(_ other: NumberSet) -> NumberSet {
    var result = NumberSet()
    var left = 0
    var right = 0
    while left < ranges.count, right < other.ranges.count {
      let low = max(ranges[left].lowerBound, other.ranges[right].lowerBound)
      let high = min(ranges[left].upperBound, other.ranges[right].upperBound)
      if low <= high { result.append(low...high) }
      if ranges[left].upperBound < other.ranges[right].upperBound { left += 1 } else { right += 1 }
    }
    return result
  }

  /// The numbers in either.
  public func union(_ other: NumberSet) -> NumberSet { NumberSet(ranges + other.ranges) }

  /// The numbers one by one, ascending.
  public var numbers: some Sequence<UInt32> { ranges.lazy.flatMap { $0 } }

  /// Appends the compact form of RFC 9051 §9, `1:3,5`, to `bytes`; nothing for the empty set.
  public func write(to bytes: inout [UInt8]) {
    var isFirst = true
    for range in ranges {
      if !isFirst { bytes.append(0x2C) }
      isFirst = false
      bytes.appendDecimal(UInt64(range.lowerBound))
      if range.count > 1 {
        bytes.append(0x3A)
        bytes.appendDecimal(UInt64(range.upperBound))
      }
    }
  }
}

extension NumberSet: CustomStringConvertible {
  public var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
