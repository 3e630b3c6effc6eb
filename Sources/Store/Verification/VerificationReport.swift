/// What `barid store verify` found.
package struct VerificationReport: Sendable, Equatable {
  package struct Mistake: Sendable, Equatable {
    package var lane: Int
    /// nil = of the lane as a whole.
    package var account: Int64?
    /// For a person who repairs; constant English, as in the log.
    package var what: String
  }
  package var blobs = 0
  package var bytes: Int64 = 0
  package var messages = 0
  package var accounts = 0
  /// At most `limit` of them.
  package var mistakes: [Mistake] = []
  /// All, those too that are not listed.
  package var mistakeCount = 0

  static let limit = 200

  package var isSound: Bool { mistakeCount == 0 }

  mutating func add(_ mistake: Mistake) {
    mistakeCount += 1
    if mistakes.count < Self.limit { mistakes.append(mistake) }
  }

  mutating func add(_ other: VerificationReport) {
    blobs += other.blobs
    bytes += other.bytes
    messages += other.messages
    accounts += other.accounts
    for mistake in other.mistakes where mistakes.count < Self.limit { mistakes.append(mistake) }
    mistakeCount += other.mistakeCount
  }
}

/// How far long work is: called now and then, from the thread that works. `total` 0 = not known.
package typealias WorkProgress = @Sendable (_ done: Int64, _ total: Int64) -> Void
