package import Phrases

/// One command: `{"v":1,"id":"7","verb":"account add","language":"en","arguments":{"address":"amal@example.org"}}`.
package struct ControlRequest: Hashable, Sendable {
  /// Raised when an old program would misunderstand a new one; new verbs and arguments do not raise it.
  package static let version = 1

  /// Comes back in the response.
  package var id: String
  /// Noun and verb, as in `ControlVerbs.names`.
  package var verb: String
  /// The language of the response's text.
  package var language: Language
  package var arguments: [String: ControlValue]

  package init(
    _ verb: String, _ arguments: [String: ControlValue] = [:], id: String = "1", language: Language = .english
  ) {
    self.id = id
    self.verb = verb
    self.language = language
    self.arguments = arguments
  }
}
