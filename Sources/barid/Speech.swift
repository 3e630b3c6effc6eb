import Glibc
import Phrases

/// The language in which this run of the program speaks: `--language`, else BARID_LANGUAGE, LC_ALL, LC_MESSAGES or LANG,
/// else English.
enum Speech {
  static let language = chosen ?? .english

  /// nil: nobody said; "C" and "POSIX" name no language.
  static let chosen: Language? = {
    if let named = line.language { return Language(locale: named) }
    for name in ["BARID_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"] {
      guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { continue }
      return ["C", "POSIX"].contains(value) || value.hasPrefix("C.") ? nil : Language(locale: value)
    }
    return nil
  }()

  /// The words behind the program's name for the parser: without --language, which may stand anywhere, also before the noun.
  static var words: [String] { line.words }

  private static let line: (words: [String], language: String?) = {
    var rest = CommandLine.arguments.dropFirst()
    var words: [String] = []
    var language: String?
    while let word = rest.popFirst() {
      if word == "--" {
        words += [word] + rest
        break
      }
      if word == "--language", let value = rest.popFirst() {
        language = value
      } else if word.hasPrefix("--language=") {
        language = String(word.dropFirst(11))
      } else {
        words.append(word)
      }
    }
    return (words, language)
  }()

  static func say(_ phrase: Phrase) -> String { phrase.text(in: language) }
}
