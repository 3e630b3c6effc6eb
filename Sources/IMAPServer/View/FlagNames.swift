import IMAP
import Store

/// Flags by name and by bit: a mailbox gives each keyword a bit of its own.
enum FlagNames {
  private static let system: [(IMAPFlag, Flags)] = [
    (.answered, .answered), (.flagged, .flagged), (.deleted, .deleted), (.seen, .seen), (.draft, .draft),
  ]

  /// The system flags that every mailbox has.
  static let systemFlags = system.map(\.0)

  /// Those of them that are in `flags`.
  static func systemFlags(_ flags: Flags) -> [IMAPFlag] { system.filter { flags.contains($0.1) }.map(\.0) }

  /// Splits what a client wrote into system flags and keywords. \Recent and unknown \flags are dropped: RFC 9051 §2.3.2 lets
  /// no client set them.
  static func split(_ flags: [IMAPFlag]) -> (system: Flags, keywords: [String]) {
    var bits: Flags = []
    var keywords: [String] = []
    for flag in flags {
      if let known = system.first(where: { $0.0 == flag }) {
        bits.insert(known.1)
      } else if case .keyword(let word) = flag, !keywords.contains(where: { IMAPFlag.keyword($0) == flag }) {
        keywords.append(word)
      }
    }
    return (bits, keywords)
  }

  /// The bits of these flags; nil when one of them is a keyword that the mailbox does not know.
  static func flags(_ flags: [IMAPFlag], known keywords: [String]) -> Flags? {
    var bits: Flags = []
    for flag in flags {
      if let known = system.first(where: { $0.0 == flag }) {
        bits.insert(known.1)
      } else if case .keyword = flag, let index = keywords.firstIndex(where: { IMAPFlag.keyword($0) == flag }) {
        bits.insert(.keyword(index))
      } else {
        return nil
      }
    }
    return bits
  }

  /// All flags that a mailbox can show: FLAGS and PERMANENTFLAGS.
  static func all(_ keywords: [String]) -> [IMAPFlag] { systemFlags + keywords.map(IMAPFlag.keyword) }

  /// The names of the flags that are set.
  static func names(_ flags: Flags, _ keywords: [String], isRecent: Bool) -> [IMAPFlag] {
    var names = system.filter { flags.contains($0.1) }.map(\.0)
    for index in flags.keywordIndices where index < keywords.count { names.append(.keyword(keywords[index])) }
    if isRecent { names.append(.recent) }
    return names
  }
}

/// The ready text of flag lists, made once for each combination: a mailbox has few.
struct FlagTexts {
  private let keywords: [String]
  private var plain: [UInt64: [UInt8]] = [:]
  private var recent: [UInt64: [UInt8]] = [:]

  init(_ keywords: [String]) { self.keywords = keywords }

  /// `(\Seen …)`
  mutating func text(_ flags: Flags, isRecent: Bool) -> [UInt8] {
    if let found = isRecent ? recent[flags.rawValue] : plain[flags.rawValue] { return found }
    var writer = ResponseWriter()
    writer.flagList(FlagNames.names(flags, keywords, isRecent: isRecent))
    let text = writer.take()
    if isRecent { recent[flags.rawValue] = text } else { plain[flags.rawValue] = text }
    return text
  }
}
