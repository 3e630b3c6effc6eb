// JSON's coder is Foundation's; this file alone imports it.
import FoundationEssentials

/// A value as JSON for scripts: indented, with sorted keys.
enum JSONPage {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
