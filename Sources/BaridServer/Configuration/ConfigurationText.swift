package import Phrases

/// The options as people read them.
package enum ConfigurationText {
  /// What `barid config describe` prints: a file with every option at its default.
  package static func describe(in language: Language) -> String {
    let head = Phrase.describeHead(ConfigurationFile.usualPath).text(in: language)
    var text = head.split(separator: "\n").map { "# \($0)\n" }.joined()
    for option in ConfigurationOption.all {
      let example = Phrase.describeExample(option.example).text(in: language)
      text += """

        # \(option.purpose.text(in: language))
        # \(option.form.text(in: language)) · \(example) · \(option.variable)
        \(option.key): \(option.standard)

        """
    }
    return text
  }

  /// The table of docs/configuration.md, in English.
  package static func table() -> String {
    var text = "| option | takes | default | what it does | example |\n|---|---|---|---|---|\n"
    for option in ConfigurationOption.all {
      let (form, purpose) = (option.form.text(in: .english), option.purpose.text(in: .english))
      text += "| `\(option.key)` | \(form) | `\(option.standard)` | \(purpose) | `\(option.example)` |\n"
    }
    return text
  }
}
