import Testing

@testable import SMTPServer

@Suite struct ForgedResultsTests {
  /// Runs text through, cut into pieces of `size`; returns what is left, and what came with the removals back in place.
  static func run(_ text: String, size: Int) -> (kept: String, whole: String) {
    var filter = ForgedResults(of: ["mx.example.test"])
    var kept: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      piece.withUnsafeBytes { filter.take($0) { kept += $0 } }
    }
    filter.finish { kept += $0 }
    var whole: [UInt8] = []
    var at = 0
    for removal in filter.removals {
      whole += kept[at..<removal.offset] + removal.bytes
      at = removal.offset
    }
    whole += kept[at...]
    return (String(decoding: kept, as: UTF8.self), String(decoding: whole, as: UTF8.self))
  }

  static let forged = "Authentication-Results: mx.example.test; spf=pass\r\n\tsmtp.mailfrom=a@b.c\r\n"
  static let other = "Authentication-Results: elsewhere.example; dkim=pass\r\n"

  @Test(arguments: [
    ("Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n"),
    (forged + "Subject: x\r\n\r\nbody", "Subject: x\r\n\r\nbody"),
    ("A: b\r\n" + forged + other + forged + "\r\n" + forged, "A: b\r\n" + other + "\r\n" + forged),
    (forged, ""),
    (forged + forged + "\r\n", "\r\n"),
    ("AUTHENTICATION-results :  (hi) MX.Example.TEST/1; none\r\nTo: a\r\n\r\n", "To: a\r\n\r\n"),
    ("authentication-results: \"mx.example.test\"; none\r\n\r\n", "\r\n"),
    ("Authentication-Results:\r\n mx.example.test; none\r\n\r\n", "\r\n"),
    (
      "Authentication-Results: mx.example.test.evil; none\r\n\r\n",
      "Authentication-Results: mx.example.test.evil; none\r\n\r\n"
    ),
    ("\r\n" + forged, "\r\n" + forged), ("", ""), ("\r\n", "\r\n"),
  ])
  func removes(_ text: String, _ expected: String) {
    for size in [1, 2, 3, 7, 64, 100_000] {
      let (kept, whole) = Self.run(text, size: size)
      #expect(kept == expected, "\(size)")
      #expect(whole == text, "\(size)")
    }
  }

  /// A header without end is not held for ever.
  @Test func bounds() {
    let (kept, _) = Self.run(String(repeating: "x", count: 3 << 20), size: 65_536)
    #expect(kept.utf8.count == 3 << 20)
  }
}
