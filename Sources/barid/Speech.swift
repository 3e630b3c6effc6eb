import Glibc
import Phrases

/// The language in which this run of the program speaks: `--language`, else LC_ALL, LC_MESSAGES or LANG, else English.
enum Speech {
  static let language: Language = {
    let arguments = CommandLine.arguments
    for (index, argument) in arguments.enumerated() {
      if argument == "--language", index + 1 < arguments.count { return Language(locale: arguments[index + 1]) }
      if argument.hasPrefix("--language=") { return Language(locale: String(argument.dropFirst(11))) }
    }
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
      if let value = getenv(name), value.pointee != 0 { return Language(locale: String(cString: value)) }
    }
    return .english
  }()

  static func say(_ phrase: Phrase) -> String { phrase.text(in: language) }
}
