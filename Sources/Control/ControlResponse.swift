package import Phrases

/// The answer: `{"v":1,"id":"7","ok":true,"key":"accountAdded","text":"The account … is ready.","result":{…}}`.
package struct ControlResponse: Hashable, Sendable {
  package var id: String
  /// False: nothing was changed.
  package var isDone: Bool
  /// The phrase's key, for programs; empty where there is nothing to say but the result.
  package var key: String
  /// The same for people, in the request's language.
  package var text: String
  package var result: ControlValue

  package static func done(
    _ request: ControlRequest, _ phrase: Phrase?, _ result: ControlValue = .null
  ) -> ControlResponse {
    ControlResponse(
      id: request.id, isDone: true, key: phrase?.key ?? "", text: phrase?.text(in: request.language) ?? "",
      result: result)
  }

  package static func refused(_ request: ControlRequest, _ phrase: Phrase) -> ControlResponse {
    refused(id: request.id, phrase, request.language)
  }

  static func refused(id: String, _ phrase: Phrase, _ language: Language) -> ControlResponse {
    ControlResponse(id: id, isDone: false, key: phrase.key, text: phrase.text(in: language), result: .null)
  }
}
