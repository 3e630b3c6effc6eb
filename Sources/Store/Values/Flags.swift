/// The flags of one message: five system flags and up to 53 keywords, whose names the mailbox keeps.
///
/// Bit 5 + n is the keyword at index n of `MailboxState.keywords`. \Recent is no flag here: see `OpenMailbox.takeRecent`.
package struct Flags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package static let seen = Flags(rawValue: 1)
  package static let answered = Flags(rawValue: 2)
  package static let flagged = Flags(rawValue: 4)
  package static let deleted = Flags(rawValue: 8)
  package static let draft = Flags(rawValue: 16)

  /// All five system flags.
  package static let system = Flags(rawValue: 31)

  /// No flag for anybody's eyes: the message has text outside ASCII in a header, so that a client which takes ASCII only gets
  /// another form of it (`Mail.Downgrade`). Set at filing, never changed by a client.
  package static let internationalized = Flags(rawValue: 1 << 62)

  /// What a client can neither see nor change.
  package static let hidden: Flags = [.internationalized]

  /// Every bit, the hidden ones too.
  package static let everything = Flags(rawValue: .max)

  /// The first bit that stands for a keyword.
  package static let firstKeywordBit = 5
  /// The most keywords that one mailbox can name (bits 5…57).
  package static let keywordLimit = 53

  /// The bit of the keyword at `index` of `MailboxState.keywords`.
  package static func keyword(_ index: Int) -> Flags { Flags(rawValue: 1 << UInt64(firstKeywordBit + index)) }

  /// The indices into `MailboxState.keywords` that are set, in order.
  package var keywordIndices: [Int] {
    var indices: [Int] = []
    var rest = subtracting(.hidden).rawValue >> UInt64(Self.firstKeywordBit)
    while rest != 0 {
      indices.append(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return indices
  }
}
