public import Mail

/// One condition of SEARCH, SORT or THREAD (RFC 9051 §6.4.4 and extensions).
///
/// Depth is bounded by `Limits.nesting`, so recursion over a key is safe. The UN… words are `not` of the others.
public indirect enum SearchKey: Sendable, Equatable {
  case all
  case flag(IMAPFlag)
  /// RFC 3501: `\Recent`, and NEW as `and([recent, not(seen)])`, OLD as `not(recent)`.
  case recent
  case set(SequenceSet)
  case uid(SequenceSet)
  case not(SearchKey)
  case or(SearchKey, SearchKey)
  /// A parenthesized list.
  case and([SearchKey])

  /// INTERNALDATE, its time and zone disregarded.
  case before(CivilDate)
  case on(CivilDate)
  case since(CivilDate)
  /// The Date header field, its time and zone disregarded.
  case sentBefore(CivilDate)
  case sentOn(CivilDate)
  case sentSince(CivilDate)
  /// RFC 8514
  case savedBefore(CivilDate)
  case savedOn(CivilDate)
  case savedSince(CivilDate)
  case saveDateSupported
  /// RFC 5032: seconds before now.
  case older(UInt32)
  case younger(UInt32)

  case larger(UInt64)
  case smaller(UInt64)

  /// BCC, CC, FROM, SUBJECT, TO as well, by their field names; empty text asks whether the field is there.
  case header(name: String, text: String)
  case body(String)
  case text(String)

  /// RFC 7162 §3.1.5
  case modSequence(UInt64, entry: ModSequenceEntry?)
  /// RFC 8474
  case emailID(String)
  case threadID(String)
  /// RFC 6203
  case fuzzy(SearchKey)
  /// RFC 5466
  case filter(String)

  /// The metadata item whose mod-sequence is meant.
  public struct ModSequenceEntry: Sendable, Equatable {
    public enum Kind: String, Sendable {
      case `private` = "PRIV"
      case shared = "SHARED"
      case all = "ALL"
    }

    public var flag: IMAPFlag
    public var kind: Kind

    public init(flag: IMAPFlag, kind: Kind) {
      self.flag = flag
      self.kind = kind
    }
  }
}
