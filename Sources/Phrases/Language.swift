/// The languages that Barid speaks to people.
package enum Language: String, Sendable, CaseIterable {
  case english = "en"
  case arabic = "ar"

  /// The language of a POSIX locale ("ar_SA.UTF-8") or a language tag ("ar-EG"); English for any other.
  package init(locale: String) {
    let tag = locale.prefix { $0 != "_" && $0 != "-" && $0 != "." && $0 != "@" }
    self = Language(rawValue: tag.lowercased()) ?? .english
  }

  /// True where text runs from right to left.
  package var isRightToLeft: Bool { self == .arabic }
}
