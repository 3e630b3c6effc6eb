/// One thing that is wrong with the configuration: where, what, and what to do.
package struct ConfigurationMistake: Error, Equatable, Sendable {
  /// Where it was written: the file's path, or "environment".
  package var source: String
  /// The option's key or variable; empty: the file as a whole.
  package var key: String
  /// The value as written; nil: there is none to show.
  package var value: String?
  /// What to do about it.
  package var remedy: String

  package init(source: String, key: String, value: String?, remedy: String) {
    self.source = source
    self.key = key
    self.value = value
    self.remedy = remedy
  }
}

extension ConfigurationMistake: CustomStringConvertible {
  package var description: String {
    var text = source
    if !key.isEmpty { text += ": \(key)" }
    if let value { text += ": \"\(value.prefix(120))\"" }
    return text + ": \(remedy)"
  }
}

/// Every mistake of a configuration.
package struct ConfigurationMistakes: Error, Equatable, Sendable, CustomStringConvertible {
  package var all: [ConfigurationMistake]

  package var description: String { all.map(\.description).joined(separator: "\n") }
}
