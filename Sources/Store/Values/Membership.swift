/// How the members of a mailbox keep what they read and remove (requirement A17).
package enum StateMode: String, Sendable, CaseIterable {
  /// All flags are everybody's, and what one expunges is gone for all.
  case shared
  /// \Seen, \Flagged, \Deleted and what is expunged are each member's own; all other flags are everybody's.
  case own

  /// The annotation that says it (RFC 5464).
  package static let entry = "/shared/vendor/barid/state"
}

/// One row of a mailbox's membership: who looks at it, and from where on.
struct Membership: Sendable, Equatable {
  /// Of an account, or 0: whoever may read it because anyone may.
  var who: Int64
  /// The first UID that this member sees without having been given it.
  var fromUID: UID
  /// The highest modseq of what only this member sees.
  var highestModseq: Modseq
  /// The first UID that no session of this member was told is \Recent.
  var recent: UID
  /// False for an owner who gave up the right to read: he keeps his state, but nothing is kept for him.
  var counts: Bool
  var joinedAt: Int64

  static let anyone: Int64 = 0
  /// In `own_vanished`: those who left.
  static let former: Int64 = -1
}

/// A member of a mailbox as it is shown to people.
package struct MailboxMember: Sendable, Equatable {
  /// nil: whoever may read it because anyone may.
  package var account: AccountID?
  /// Seconds since 1970 UTC.
  package var joinedAt: Int64
  package var messages: Int
  package var unseen: Int
  /// Messages that this member does not see.
  package var hidden: Int
}

extension Flags {
  /// What each member has for himself in a mailbox with `StateMode.own`.
  package static let own: Flags = [.seen, .flagged, .deleted]

  /// These flags with a member's own ones.
  func with(own flags: Flags) -> Flags { subtracting(.own).union(flags.intersection(.own)) }
}

/// UIDs as people write them: `4`, `2:7`, `12:*`, several with commas between them.
package enum UIDText {
  /// nil: the text is no list of UIDs.
  package static func ranges(_ text: String) -> [ClosedRange<UID>]? {
    var ranges: [ClosedRange<UID>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(number)
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ranges.count < 10_000 else { return nil }
      ranges.append(min(first, last)...max(first, last))
    }
    return ranges
  }

  private static func number(_ text: Substring) -> UID? {
    if text == "*" { return .max }
    guard let number = UID(text), number > 0 else { return nil }
    return number
  }
}
