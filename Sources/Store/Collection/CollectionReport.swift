/// What one round of collection did.
package struct CollectionReport: Sendable, Equatable {
  /// Removed messages that are out of reach now, and why: too old, above a quarter of the quota, the disk ran low.
  package var expired = 0
  package var overCap = 0
  package var forRoom = 0
  /// Blobs that nothing named any more.
  package var blobs = 0
  /// Segments that were rewritten, and what that gave back.
  package var segments = 0
  package var bytesFreed: Int64 = 0
  /// True when nothing was removed for its age because the clock is in doubt.
  package var isTimeInDoubt = false
  /// Segments that hold damaged messages and stay as they are.
  package var damaged: [Int] = []

  package init() {}

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.expired += b.expired
    sum.overCap += b.overCap
    sum.forRoom += b.forRoom
    sum.blobs += b.blobs
    sum.segments += b.segments
    sum.bytesFreed += b.bytesFreed
    sum.isTimeInDoubt = a.isTimeInDoubt || b.isTimeInDoubt
    sum.damaged += b.damaged
    return sum
  }
}

/// How thorough a round is.
package enum CollectionEffort: Sendable {
  /// What pays: mostly-dead segments, and those that were closed and never compressed.
  case usual
  /// Also the segment that is being written: it is closed first.
  case everything
}
