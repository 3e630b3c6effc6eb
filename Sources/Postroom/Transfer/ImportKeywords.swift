import IMAP
import Store

/// The keywords of messages on their way into a mailbox: those that it can name.
struct ImportKeywords {
  /// No client writes such long ones, and a FLAGS response names them all.
  private static let lengthLimit = 255

  private var known: Set<IMAPFlag>
  /// What found no place, each once: no atoms (RFC 9051 §9), or more than a mailbox can name.
  private(set) var leftOut: Set<IMAPFlag> = []

  init(known: [String]) {
    self.known = Set(known.map(IMAPFlag.keyword))
  }

  mutating func fitting(_ words: [String]) -> [String] {
    words.filter { word in
      let keyword = IMAPFlag.keyword(word)
      if known.contains(keyword) { return true }
      guard IMAPFlag.isKeyword(word), word.utf8.count <= Self.lengthLimit, known.count < Flags.keywordLimit else {
        leftOut.insert(keyword)
        return false
      }
      known.insert(keyword)
      return true
    }
  }
}
