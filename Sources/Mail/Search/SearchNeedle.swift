/// What is looked for in texts: folded once, compared often.
public struct SearchNeedle: Sendable, Hashable {
  /// Which form of the texts is looked at.
  public enum Form: Sendable, Hashable {
    /// i;unicode-casemap (RFC 5051).
    case exact
    /// `ArabicFold`: the reader's spelling does not matter.
    case arabic
  }

  public let form: Form
  /// The needle in its form.
  public let bytes: [UInt8]
  /// In the Arabic form, without the articles of its words; nil where it has none.
  public let bare: [UInt8]?

  public init(_ text: String, form: Form = .exact) {
    let folded = Casemap.fold(text)
    self.form = form
    switch form {
    case .exact:
      bytes = folded
      bare = nil
    case .arabic:
      bytes = ArabicFold.fold(folded.span)
      bare = ArabicFold.withoutArticles(bytes)
    }
  }

  /// The needles that a person's words make (RFC 6203): each word by itself, Arabic form. None for a text without words.
  public static func words(of text: String) -> [SearchNeedle] {
    var seen: Set<[UInt8]> = []
    return SearchWords.words(of: ArabicFold.fold(Casemap.fold(text).span)).prefix(64).compactMap { word in
      seen.insert(word).inserted ? SearchNeedle(String(decoding: word, as: UTF8.self), form: .arabic) : nil
    }
  }

  public var isEmpty: Bool { bytes.isEmpty }

  /// The shorter of both spellings: what every text that holds this needle has in its words.
  public var core: [UInt8] { bare ?? bytes }

  /// The words of `core`, and whether they are all of it: then a text whose word contains it contains the needle.
  public var pieces: (words: [[UInt8]], isOneWord: Bool) {
    let words = SearchWords.words(of: core)
    return (words, words.count == 1 && words[0].count == core.count)
  }

  /// Whether a text (both forms at hand, made when asked for) contains this.
  public func isIn(exact: @autoclosure () -> [UInt8], arabic: @autoclosure () -> [UInt8]) -> Bool {
    switch form {
    case .exact: return Self.contains(exact(), bytes)
    case .arabic:
      let text = arabic()
      if Self.contains(text, bytes) { return true }
      guard let bare else { return isPhrase ? Self.containsBare(text, bytes) : false }
      // One word: without its article it may stand anywhere. Several: the text's articles must not be in the way.
      return isPhrase ? Self.containsBare(text, bare) : Self.contains(text, bare)
    }
  }

  private var isPhrase: Bool { !pieces.isOneWord }

  private static func containsBare(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let bare = ArabicFold.withoutArticles(text) else { return contains(text, needle) }
    return contains(bare, needle)
  }

  /// Whether `text` contains `needle`; the empty needle is in everything.
  public static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let first = needle.first else { return true }
    guard text.count >= needle.count else { return false }
    let last = text.count - needle.count
    return text.withUnsafeBytes { text in
      needle.withUnsafeBytes { needle in
        var start = 0
        while start <= last {
          let found = ASCII.find(first, text, start)
          guard found <= last else { return false }
          var offset = 1
          while offset < needle.count, text[found &+ offset] == needle[offset] { offset &+= 1 }
          if offset == needle.count { return true }
          start = found &+ 1
        }
        return false
      }
    }
  }
}
