/// Which messages of a snapshot are marked for deletion: a bit each.
public struct DeletionMarks: Hashable, Sendable {
  private var words: [UInt64] = []
  /// How many are marked.
  public private(set) var count = 0

  public init() {}

  public func contains(_ index: Int) -> Bool {
    index >> 6 < words.count && words[index >> 6] >> UInt64(index & 63) & 1 == 1
  }

  /// The marked indices, ascending.
  public var indices: [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    for (number, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        result.append(number << 6 | rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
    return result
  }

  mutating func insert(_ index: Int) {
    guard !contains(index) else { return }
    while words.count <= index >> 6 { words.append(0) }
    words[index >> 6] |= 1 << UInt64(index & 63)
    count += 1
  }

  mutating func removeAll() {
    words.removeAll()
    count = 0
  }
}
