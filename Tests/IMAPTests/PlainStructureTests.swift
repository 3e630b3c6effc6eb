import IMAP
import Mail
import TestKit
import Testing

@Suite("BODY from BODYSTRUCTURE") struct PlainStructureTests {
  /// For every message of the corpus: the ready text without its extension data is what a fresh rendering without it gives.
  @Test func corpus() throws {
    var count = 0
    for file in try TestResources.files(in: "mime") {
      let message = try TestResources.bytes(file)
      let span = message.span
      let structure = MIMEScanner.scan(span)
      let full = BodyStructureText.render(structure, span, extensible: true)
      let expected = BodyStructureText.render(structure, span, extensible: false)
      let plain = BodyStructureText.plain(full)
      #expect(plain == expected, "\(file)")
      count += 1
    }
    #expect(count > 20)
  }

  /// Text that no rendering makes: no trap, and nothing beyond it.
  @Test(arguments: [
    "", "(", ")", "((((", "(\"text\"", "NIL", "(\"text\" \"plain\" {9999999999}\r\nx", "(\"a\\", "{3}", "(()())",
  ])
  func broken(_ text: String) {
    let plain = BodyStructureText.plain(Array(text.utf8))
    #expect(plain.count <= 2 * text.utf8.count + 2)
  }
}
