import Phrases

/// The parser writes help and wrong usage with headings of its own, in English; here they follow the language.
enum HelpPage {
  static func translated(_ page: String, into language: Language) -> String {
    if language == .english { return page }
    return page.split(separator: "\n", omittingEmptySubsequences: false).map { line($0, language) }
      .joined(separator: "\n")
  }

  private static func line(_ line: Substring, _ language: Language) -> String {
    for heading in Phrase.helpHeadings {
      let english = heading.text(in: .english)
      if line.hasPrefix(english) { return heading.text(in: language) + line.dropFirst(english.count) }
    }
    for more in [Phrase.helpMore, Phrase.helpMoreInformation] {
      let parts = more("\u{0}").text(in: .english).split(separator: "\u{0}")
      if parts.count == 2, line.hasPrefix(parts[0]), line.hasSuffix(parts[1]) {
        return more(String(line.dropFirst(parts[0].count).dropLast(parts[1].count))).text(in: language)
      }
    }
    return String(line).replacing(Phrase.helpShow.text(in: .english), with: Phrase.helpShow.text(in: language))
  }
}
