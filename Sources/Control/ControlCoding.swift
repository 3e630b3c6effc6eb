internal import FoundationEssentials
internal import Phrases

/// The one file that knows JSON: lines in, values out, and back. FoundationEssentials for its coder only.
enum ControlCoding {
  /// A whole line with its line feed; larger ones are refused unread.
  static let longestLine = 1 << 20

  private struct Head: Decodable {
    var v: Int
    var id: String?
    var language: String?
  }

  private struct Body: Codable {
    var v: Int
    var id: String
    var verb: String
    var language: String?
    var arguments: [String: ControlValue]?
  }

  private struct Answer: Codable {
    var v: Int
    var id: String
    var ok: Bool
    var key: String
    var text: String
    var result: ControlValue?
  }

  /// Why a line is no request; `response` says it to the peer.
  struct Rejection: Error {
    var response: ControlResponse
  }

  static func request(_ line: [UInt8]) throws(Rejection) -> ControlRequest {
    let decoder = JSONDecoder()
    var id = ""
    var language = Language.english
    do {
      let data = Data(line)
      let head = try decoder.decode(Head.self, from: data)
      id = head.id ?? ""
      language = Language(locale: head.language ?? "")
      guard head.v == ControlRequest.version else {
        let phrase = Phrase.controlVersion(theirs: head.v, ours: ControlRequest.version)
        throw Rejection(response: .refused(id: id, phrase, language))
      }
      let body = try decoder.decode(Body.self, from: data)
      return ControlRequest(body.verb, body.arguments ?? [:], id: id, language: language)
    } catch let rejection as Rejection {
      throw rejection
    } catch {
      throw Rejection(response: .refused(id: id, .controlBadRequest, language))
    }
  }

  static func line(_ request: ControlRequest) throws -> [UInt8] {
    try encode(
      Body(
        v: ControlRequest.version, id: request.id, verb: request.verb, language: request.language.rawValue,
        arguments: request.arguments))
  }

  /// nil: the line is no response of this version.
  static func response(_ line: [UInt8]) -> ControlResponse? {
    do {
      let answer = try JSONDecoder().decode(Answer.self, from: Data(line))
      guard answer.v == ControlRequest.version else { return nil }
      return ControlResponse(
        id: answer.id, isDone: answer.ok, key: answer.key, text: answer.text, result: answer.result ?? .null)
    } catch {
      return nil
    }
  }

  static func line(_ response: ControlResponse) throws -> [UInt8] {
    try encode(
      Answer(
        v: ControlRequest.version, id: response.id, ok: response.isDone, key: response.key, text: response.text,
        result: response.result))
  }

  /// A value for people and scripts: `barid … --json` prints it.
  static func text(_ value: ControlValue) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }
}

extension ControlValue {
  /// The value as indented JSON with sorted keys.
  package func json() throws -> String { try ControlCoding.text(self) }
}
