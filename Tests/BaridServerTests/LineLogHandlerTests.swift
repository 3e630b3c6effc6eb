import Logging
import Testing

@testable import BaridServer

struct LineLogHandlerTests {
  private func entry(_ facts: [(String, String)]) -> LogEntry {
    LogEntry(
      time: Timestamp.text(seconds: 1_763_696_400, milliseconds: 7), level: .info, label: "smtp",
      message: "message received", facts: facts.map { (key: $0.0, value: $0.1) })
  }

  @Test(arguments: [
    ("7", "size=7"), ("two words", "size=\"two words\""), ("", "size=\"\""), ("a\nb", "size=a\u{FFFD}b"),
    ("say \"x\"", "size=\"say 'x'\""), ("\u{1B}[31m", "size=\u{FFFD}[31m"),
  ])
  func `a line for people`(value: String, shown: String) {
    let line = String(decoding: entry([("size", value)]).text(), as: UTF8.self)
    #expect(line == "2025-11-21T03:40:00.007Z info smtp message received \(shown)\n")
  }

  @Test func `a JSON line`() {
    let line = String(decoding: entry([("peer", "a\"\\\n\u{1}ب")]).json(), as: UTF8.self)
    #expect(
      line == #"{"time":"2025-11-21T03:40:00.007Z","level":"info","label":"smtp","message":"message received","#
        + #""peer":"a\"\\\n\u0001ب"}"# + "\n")
  }
}
