/// Of messages that are read one after the other: which of them the system should fetch from the disk by now, so that reading never
/// waits for it.
package struct ReadAhead: Sendable {
  /// Bytes that are announced at once; the next ones follow when half of their messages were read.
  static let step = 4 << 20

  /// The first place that was not announced, and how many places were announced at once before it.
  private var next = 0
  private var last = 0

  package init() {}

  /// What to announce now that reading goes on at `position` of `count` places: none while enough is under way.
  package mutating func places(from position: Int, of count: Int, size: (Int) -> Int) -> Range<Int> {
    let start = max(next, position)
    guard start < count, start - position <= last / 2 else { return start..<start }
    var end = start
    var bytes = 0
    while end < count, bytes < Self.step {
      bytes += size(end)
      end += 1
    }
    (next, last) = (end, end - start)
    return start..<end
  }
}
