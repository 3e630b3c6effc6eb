/// A sequence set as a client wrote it: message numbers or UIDs, `*`, or `$`.
///
/// `*` cannot be compared until the largest number is known, so the ranges stay as written until `resolved`.
public struct SequenceSet: Hashable, Sendable {
  /// One number or `*`.
  public enum Number: Hashable, Sendable {
    case number(UInt32)
    /// `*`: the largest number in use.
    case largest

    func value(largest: UInt32) -> UInt32 {
      switch self {
      case .number(let number): number
      case .largest: largest
      }
    }
  }

  /// `first:last`, in the order written; a single number has both equal.
  public struct Range: Hashable, Sendable {
    public var first: Number
    public var last: Number

    public init(_ first: Number, _ last: Number) {
      self.first = first
      self.last = last
    }
  }

  /// The ranges; empty for `$`.
  public var ranges: [Range]
  /// RFC 9051 §6.4.4.1, RFC 5182: `$` is the saved result of the last search.
  public var isSavedResult: Bool

  public init(_ ranges: [Range]) {
    self.ranges = ranges
    isSavedResult = false
  }

  public init(_ numbers: NumberSet) {
    self.init(numbers.ranges.map { Range(.number($0.lowerBound), .number($0.upperBound)) })
  }

  private init(savedResult: Void) {
    ranges = []
    isSavedResult = true
  }

  public static let savedResult = SequenceSet(savedResult: ())

  /// `1:*`
  public static let all = SequenceSet([Range(.number(1), .largest)])

  /// Whether `*` occurs.
  public var containsLargest: Bool { ranges.contains { $0.first == .largest || $0.last == .largest } }

  /// The largest number written, `*` left out.
  public var highestNumber: UInt32? {
    ranges.map { max($0.first.value(largest: 0), $0.last.value(largest: 0)) }.max()
  }

  /// The numbers meant when `largest` is the largest in use; empty for `$`.
  ///
  /// With `largest` 0 (an empty mailbox) `*` means nothing: RFC 9051 §9 says `*` is then the UIDNEXT of the mailbox for
  /// UIDs, so pass that, and BAD for message numbers. RFC 9051 §9: a range's ends may be in either order, and `559:*`
  /// includes the largest number even if that is less.
  public func resolved(largest: UInt32) -> NumberSet {
    var closed: [ClosedRange<UInt32>] = []
    closed.reserveCapacity(ranges.count)
    for range in ranges {
      let first = range.first.value(largest: largest)
      let last = range.last.value(largest: largest)
      let (low, high) = first <= last ? (first, last) : (last, first)
      if high == 0 { continue }
      closed.append(max(low, 1)...high)
    }
    return NumberSet(closed)
  }

  /// The numbers in the order written, or nil when `*` or `$` occurs or there are more than `limit`.
  ///
  /// For the sequence match data of QRESYNC (RFC 7162 §3.2.5.2), whose two sets pair number by number.
  public func listed(limit: Int) -> [UInt32]? {
    guard !isSavedResult, !containsLargest else { return nil }
    var numbers: [UInt32] = []
    for range in ranges {
      let first = range.first.value(largest: 0)
      let last = range.last.value(largest: 0)
      let count = Int(max(first, last) - min(first, last)) + 1
      guard count <= limit - numbers.count else { return nil }
      for number in min(first, last)...max(first, last) { numbers.append(number) }
    }
    return numbers
  }
}

extension CommandReader {
  /// sequence-set, with `$` (RFC 5182).
  mutating func sequenceSet() throws(SyntaxError) -> SequenceSet {
    if skip(0x24) { return .savedResult }
    var ranges: [SequenceSet.Range] = []
    repeat {
      guard ranges.count < options.limits.ranges else {
        throw SyntaxError(code: .limit, text: "Too many ranges in a sequence set", offset: index)
      }
      let first = try sequenceNumber()
      ranges.append(SequenceSet.Range(first, skip(0x3A) ? try sequenceNumber() : first))
    } while skip(0x2C)
    return SequenceSet(ranges)
  }

  /// A sequence set of numbers alone: neither `*` nor `$` (RFC 7162 §7 known-uids).
  mutating func knownNumbers() throws(SyntaxError) -> SequenceSet {
    let set = try sequenceSet()
    guard !set.isSavedResult, !set.containsLargest else { throw error("* and $ are not allowed here") }
    return set
  }

  /// seq-number: nz-number or `*`.
  mutating func sequenceNumber() throws(SyntaxError) -> SequenceSet.Number {
    if skip(0x2A) { return .largest }
    return .number(try nzNumber())
  }
}
