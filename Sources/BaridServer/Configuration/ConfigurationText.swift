package import Phrases

/// The options as people read them.
package enum ConfigurationText {
  /// What `barid config describe` prints: a file with every option at its value in `settings`.
  package static func describe(_ settings: ServerSettings, in language: Language) -> String {
    let head = Phrase.describeHead(ConfigurationFile.usualPath).text(in: language)
    var text = head.split(separator: "\n").map { "# \($0)\n" }.joined()
    for option in ConfigurationOption.all {
      let standard = Phrase.describeStandard(option.standard).text(in: language)
      let example = Phrase.describeExample(option.example).text(in: language)
      text += """

        # \(option.purpose.text(in: language))
        # \(option.form.text(in: language)) · \(standard) · \(example) · \(option.variable)
        \(option.key): \(option.write(settings))

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
