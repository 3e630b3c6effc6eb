import Glibc
import Testing

@testable import Phrases

/// Reads the catalogue as written, so that a phrase added tomorrow is checked without being listed here.
struct CatalogueTests {
  struct Entry {
    var language: String
    var text: String
    var place: String
  }

  /// Every `en:` and `ar:` text, in order.
  static let entries: [Entry] = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    let folder = parts.joined(separator: "/") + "/Sources/Phrases"
    let topics = [
      "Help", "Config", "Options", "Purposes", "Server", "Directory", "Mail", "Demo", "POP", "Search", "Keeping",
      "Members", "Submission",
    ]
    return topics.flatMap { topic in
      texts(in: contents("\(folder)/Phrase+\(topic).swift"), topic: topic)
    }
  }()

  static func contents(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
  }

  /// The string literals that follow `en:` or `ar:`, on the same line or the next.
  static func texts(in source: String, topic: String) -> [Entry] {
    var found: [Entry] = []
    var label = ""
    var rest = source.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"":
        let text = literal(&rest)
        if label == "en:" || label == "ar:" {
          found.append(Entry(language: String(label.prefix(2)), text: text, place: "\(topic) \"\(text.prefix(40))\""))
        }
        label = ""
      case " ", "\n": if !label.hasSuffix(":") { label = "" }
      case "(", ",": label = ""
      default: label.unicodeScalars.append(scalar)
      }
    }
    return found
  }

  /// The rest of a string literal after its opening quote, as written.
  static func literal(_ rest: inout Substring.UnicodeScalarView) -> String {
    var text = ""
    while let scalar = rest.popFirst(), scalar != "\"" {
      text.unicodeScalars.append(scalar)
      if scalar == "\\", let next = rest.popFirst() { text.unicodeScalars.append(next) }
    }
    return text
  }

  /// The names in `\(…)`.
  static func arguments(in text: String) -> Set<String> {
    Set(
      text.split(separator: "\\", omittingEmptySubsequences: false).dropFirst().compactMap { piece in
        guard piece.hasPrefix("(") else { return nil }
        return piece.dropFirst().prefix { $0 != ")" }.split(separator: " ").last.map(String.init)
      })
  }

  @Test func theCatalogueIsFoundAndPaired() {
    #expect(Self.entries.count > 200)
    for (index, entry) in Self.entries.enumerated() {
      #expect(entry.language == (index % 2 == 0 ? "en" : "ar"), "\(entry.place): en and ar must take turns")
    }
  }

  @Test func bothLanguagesCarryTheSameArguments() {
    for index in stride(from: 0, to: Self.entries.count - 1, by: 2) {
      let (english, arabic) = (Self.entries[index], Self.entries[index + 1])
      #expect(
        Self.arguments(in: english.text) == Self.arguments(in: arabic.text), "\(english.place): the arguments differ")
    }
  }

  @Test func everyTextIsInItsLanguage() {
    for entry in Self.entries {
      let arabicLetters = entry.text.unicodeScalars.count { (0x0621...0x064A).contains($0.value) }
      if entry.language == "en" {
        #expect(arabicLetters == 0, "\(entry.place): Arabic letters in the English text")
        #expect(!entry.text.isEmpty)
      } else {
        #expect(arabicLetters >= 3, "\(entry.place): the Arabic text is not Arabic")
      }
    }
  }
}
