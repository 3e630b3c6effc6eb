/// One text that a person reads, in every language, with its arguments filled in.
///
/// A phrase cannot be made without all its languages, so the catalogue is complete or does not compile. To add one, write
/// it beside its neighbours in `Phrase+Topic.swift`:
///
///     package static func portInUse(_ port: Int) -> Phrase {
///       Phrase(en: "Port \(port) is in use.", ar: "المنفذ \(port) مشغول.")
///     }
package struct Phrase: Hashable, Sendable {
  /// The name of the member that made it ("portInUse"): stable, so programs and tests may compare it.
  package let key: String
  private let english: String
  private let arabic: ArabicText

  init(en english: String, ar arabic: ArabicText, key: String = #function) {
    self.key = String(key.prefix { $0 != "(" })
    self.english = english
    self.arabic = arabic
  }

  package func text(in language: Language) -> String {
    switch language {
    case .english: english
    case .arabic: arabic.text
    }
  }
}

/// Arabic with its arguments set apart.
///
/// Unicode bidi (UAX #9 §2.6): an address, a path or a number inside Arabic is wrapped in FIRST STRONG ISOLATE … POP
/// DIRECTIONAL ISOLATE, or its punctuation would jump to the other side. What is meant to be copied is written with
/// `\(copy: …)` and stays as it is.
struct ArabicText: Hashable, Sendable, ExpressibleByStringInterpolation {
  var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation pieces: Pieces) { text = pieces.text }

  struct Pieces: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ argument: some CustomStringConvertible) {
      text += "\u{2068}\(argument)\u{2069}"
    }
    mutating func appendInterpolation(copy argument: String) { text += argument }
    /// A whole sentence: Arabic as well.
    mutating func appendInterpolation(_ phrase: Phrase) { text += phrase.text(in: .arabic) }
    /// A number with what it counts.
    mutating func appendInterpolation(_ noun: CountedNoun, count: Int) { text += noun.arabic(count) }
  }
}

extension DefaultStringInterpolation {
  /// A sentence within an English one.
  mutating func appendInterpolation(_ phrase: Phrase) { appendLiteral(phrase.text(in: .english)) }
  /// A number with what it counts.
  mutating func appendInterpolation(_ noun: CountedNoun, count: Int) { appendLiteral(noun.english(count)) }
}
