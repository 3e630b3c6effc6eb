/// The options as people read them.
package enum ConfigurationText {
  /// What `barid config describe` prints: a file with every option, commented out at its default.
  package static func describe() -> String {
    var text = """
      # Every option of Barid with its default. The file is \(ConfigurationFile.usualPath), or the one that
      # `barid serve --config FILE` names. A variable of the environment stands over the file: its name is
      # written beside each option.

      """
    for option in ConfigurationOption.all {
      text += """

        # \(option.purpose)
        # \(option.form) · for example \(option.example) · \(option.variable)
        \(option.key): \(option.standard)

        """
    }
    return text
  }

  /// The table of docs/configuration.md.
  package static func table() -> String {
    var text = "| option | takes | default | what it does | example |\n|---|---|---|---|---|\n"
    for option in ConfigurationOption.all {
      text += "| `\(option.key)` | \(option.form) | `\(option.standard)` | \(option.purpose) | `\(option.example)` |\n"
    }
    return text
  }
}
