package import Phrases

/// One thing that is wrong with the configuration: where, what, and what to do.
package struct ConfigurationMistake: Error, Equatable, Sendable {
  package enum Problem: Equatable, Sendable {
    /// The option's value does not do.
    case refused(remedy: Phrase)
    /// There is no such option; perhaps this one was meant.
    case unknown(similar: String?)
    /// The phrase says all of it.
    case whole(Phrase)
  }

  /// Where it was written: the file's path, or "environment".
  package var source: String
  /// The option's key or variable; empty: the file as a whole.
  package var key: String
  /// The value as written; nil: there is none to show.
  package var value: String?
  package var problem: Problem

  package func text(in language: Language) -> String {
    let phrase: Phrase
    switch problem {
    case .refused(let remedy):
      phrase = .configMistake(key: key, value: String((value ?? "").prefix(120)), remedy: remedy.text(in: language))
    case .unknown(let similar?): phrase = .configKeySimilar(key: key, similar: similar)
    case .unknown(nil): phrase = .configKeyUnknown(key: key)
    case .whole(let whole): phrase = whole
    }
    return "\(source): \(phrase.text(in: language))"
  }
}

/// Every mistake of a configuration.
package struct ConfigurationMistakes: Error, Equatable, Sendable, CustomStringConvertible {
  package var all: [ConfigurationMistake]

  /// A line for each mistake.
  package func text(in language: Language) -> String { all.map { $0.text(in: language) }.joined(separator: "\n") }

  package var description: String { text(in: .english) }
}
