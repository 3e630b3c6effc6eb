import Mail
import Testing

@testable import Postroom

@Suite("The header of a submission")
struct AuthoredHeaderTests {
  static let added = "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nMessage-ID: <id@here>\r\n"

  /// Name, message, what is filed.
  static let rows: [(String, String, String)] = [
    ("complete", "Date: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n", "Date: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n"),
    ("stamped", "Subject: x\r\n\r\nbody\r\n", added + "Subject: x\r\n\r\nbody\r\n"),
    ("in any case", "DATE : x\r\nmessage-id: <a@b>\r\n\r\n", "DATE : x\r\nmessage-id: <a@b>\r\n\r\n"),
    (
      "blind", "Subject: x\r\nBcc: a@b,\r\n\tc@d,\r\n e@f\r\nTo: g@h\r\nbcc: i@j\r\n\r\nBcc: text\r\n",
      added + "Subject: x\r\nTo: g@h\r\n\r\nBcc: text\r\n"
    ),
    ("resent blind", "Resent-Bcc: a@b\r\nSubject: x\r\n\r\n", added + "Subject: x\r\n\r\n"),
    ("blank at once", "\r\nbody\r\n", added + "\r\nbody\r\n"),
    ("no blank line", "Subject: x\r\nBcc: a@b\r\n", added + "Subject: x\r\n"),
    ("no line end", "Subject: x", added + "Subject: x"),
    ("nothing", "", added),
    ("mbox line", "From user Mon Jan 1\r\nSubject: x\r\n\r\n", added + "Subject: x\r\n\r\n"),
    ("folded at once", " tail\r\nSubject: x\r\n\r\n", added + "Subject: x\r\n\r\n"),
    ("no field", "just text\r\n\r\nmore\r\n", added + "just text\r\n\r\nmore\r\n"),
    (
      "8-bit", "Subject: \u{645}\u{631}\u{62D}\u{628}\u{627}\r\n\r\n",
      added + "Subject: \u{645}\u{631}\u{62D}\u{628}\u{627}\r\n\r\n"
    ),
    ("bare line feeds", "Subject: x\nBcc: a@b\n\nBcc: text\n", added + "Subject: x\n\nBcc: text\n"),
  ]

  static func run(_ pieces: [[UInt8]]) -> (header: AuthoredHeader, text: String) {
    var header = AuthoredHeader(stamp: .init(date: MailDate(seconds: 0), messageID: "id@here"))
    var result: [UInt8] = []
    for piece in pieces { piece.withUnsafeBytes { header.take($0) { result += $0 } } }
    header.finish { result += $0 }
    return (header, String(decoding: result, as: UTF8.self))
  }

  @Test func table() {
    for (name, message, filed) in Self.rows { #expect(Self.run([Array(message.utf8)]).text == filed, "\(name)") }
  }

  @Test func drips() {
    for (name, message, filed) in Self.rows {
      let bytes = Array(message.utf8)
      #expect(Self.run(bytes.map { [$0] }).text == filed, "\(name), by octets")
      for cut in 0...bytes.count {
        #expect(Self.run([Array(bytes[..<cut]), Array(bytes[cut...])]).text == filed, "\(name), cut at \(cut)")
      }
    }
  }

  /// The fields about authors, the number of From fields, the addresses found.
  static let authors: [(String, Int, [String?])] = [
    ("From: a@b.example\r\n", 1, ["a@b.example"]),
    ("From: \"x@y.example\" <a@b.example>\r\n", 1, ["a@b.example"]),
    ("From: =?utf-8?q?x=40y.example=2C?= <a@b.example>\r\n", 1, ["a@b.example"]),
    ("From: a@b.example, c@d.example\r\nSender: e@f.example\r\n", 1, ["a@b.example", "c@d.example", "e@f.example"]),
    ("From: people: a@b.example, c@d.example;\r\n", 1, ["a@b.example", "c@d.example"]),
    ("From: a@b.example\r\nFROM: c@d.example\r\n", 2, ["a@b.example", "c@d.example"]),
    (
      "From: a@b.example\r\nResent-From: c@d.example\r\nResent-Sender: e@f.example\r\n", 1,
      ["a@b.example", "c@d.example", "e@f.example"]
    ),
    ("From:\r\n", 1, [nil]),
    ("From: people:;\r\n", 1, [nil]),
    ("From: somebody\r\n", 1, [nil]),
    ("From: <>\r\n", 1, [nil]),
    ("Subject: x\r\n", 0, []),
  ]

  @Test func whoWroteIt() {
    for (fields, count, addresses) in Self.authors {
      let found = Self.run([Array((fields + "\r\nFrom: body@x.example\r\n").utf8)]).header.authors
      #expect(found?.fromFields == count, "\(fields)")
      #expect(found?.addresses.map { $0?.description } == addresses, "\(fields)")
    }
  }

  /// What is not looked at is not let through: it could name another author.
  @Test func tooMuch() {
    let long = Array(("X: " + String(repeating: "x", count: AuthoredHeader.limit)).utf8)
    #expect(Self.run([long, Array("\r\nFrom: c@d.example\r\n\r\n".utf8)]).header.isTooLong)
    let many = String(repeating: "X: y\r\n", count: 10_001) + "From: c@d.example\r\n\r\n"
    #expect(Self.run([Array(many.utf8)]).header.isTooLong)
    let wide = "From: " + String(repeating: "a@b.example,", count: 30_000) + " c@d.example\r\n\r\n"
    #expect(Self.run([Array(wide.utf8)]).header.authors?.addresses.contains(nil) == true)
    #expect(Self.run([long, long]).text.isEmpty)
  }
}
