import Glibc
import Testing

@testable import Phrases

/// Reads the catalogue as written, so that a phrase added tomorrow is checked without being listed here.
struct CatalogueTests {
  /// The source line of each `en:` or `ar:` text, in order.
  static let entries: [(language: String, text: String, place: String)] = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    let folder = parts.joined(separator: "/") + "/Sources/Phrases"
    var found: [(String, String, String)] = []
    for topic in ["Help", "Config", "Server", "Directory", "Mail", "Demo"] {
      let path = "\(folder)/Phrase+\(topic).swift"
      guard let file = fopen(path, "r") else { continue }
      defer { fclose(file) }
      var line: UnsafeMutablePointer<CChar>?
      var room = 0
      var number = 0
      while getline(&line, &room, file) > 0, let line {
        number += 1
        let text = String(cString: line)
        for (language, range) in texts(in: text) { found.append((language, range, "\(topic):\(number)")) }
      }
      free(line)
    }
    return found
  }()

  /// The quoted texts after `en: ` and `ar: ` in one line of source.
  static func texts(in line: String) -> [(String, String)] {
    ["en", "ar"].compactMap { language in
      guard let label = line.range(ofText: "\(language): \"") else { return nil }
      var text = ""
      var isEscaped = false
      for character in line[label...] {
        if character == "\"" && !isEscaped { return (language, text) }
        isEscaped = character == "\\" && !isEscaped
        text.append(character)
      }
      return nil
    }
  }

  /// The names in `\(…)`, sorted.
  static func arguments(in text: String) -> [String] {
    text.split(separator: "\\").dropFirst(text.hasPrefix("\\") ? 0 : 1).compactMap { piece in
      guard piece.hasPrefix("(") else { return nil }
      let inside = piece.dropFirst().prefix { $0 != ")" }
      return String(inside.split(separator: ":").last ?? inside).trimmed
    }.sorted()
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
        Set(Self.arguments(in: english.text)) == Set(Self.arguments(in: arabic.text)),
        "\(english.place): the arguments differ")
    }
  }

  @Test func everyTextIsInItsLanguage() {
    for entry in Self.entries {
      let arabicLetters = entry.text.unicodeScalars.count { (0x0621...0x064A).contains($0.value) }
      if entry.language == "en" {
        #expect(arabicLetters == 0, "\(entry.place): Arabic letters in the English text")
        #expect(!entry.text.isEmpty, "\(entry.place): empty")
      } else {
        #expect(arabicLetters >= 3, "\(entry.place): the Arabic text is not Arabic")
      }
    }
  }
}

extension String {
  var trimmed: String { String(drop { $0 == " " }) }

  /// Where `needle` ends, if it is there.
  func range(ofText needle: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) { return index(start, offsetBy: needle.count) }
      start = index(after: start)
    }
    return nil
  }
}
