import Glibc
import Phrases

/// The language in which this run of the program speaks: `--language`, else BARID_LANGUAGE, LC_ALL, LC_MESSAGES or LANG,
/// else English.
enum Speech {
  static let language = chosen ?? .english

  /// nil: nobody said; "C" and "POSIX" name no language.
  static let chosen: Language? = {
    let arguments = CommandLine.arguments
    for (index, argument) in arguments.enumerated() {
      if argument == "--language", index + 1 < arguments.count { return Language(locale: arguments[index + 1]) }
      if argument.hasPrefix("--language=") { return Language(locale: String(argument.dropFirst(11))) }
    }
    for name in ["BARID_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"] {
      guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { continue }
      return ["C", "POSIX"].contains(value) || value.hasPrefix("C.") ? nil : Language(locale: value)
    }
    return nil
  }()

  static func say(_ phrase: Phrase) -> String { phrase.text(in: language) }
}
