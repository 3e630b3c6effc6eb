import Testing

@testable import SMTPServer

@Suite struct ArrivingHeaderTests {
  /// Runs text through, cut into pieces of `size`; returns what is left, and what came with the removals back in place.
  static func run(_ text: String, size: Int) -> (kept: String, whole: String) {
    var filter = ArrivingHeader(of: ["mx.example.test"])
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

  static func filled(_ pattern: String) -> String {
    pattern.replacing("/", with: "\r\n").replacing("{F}", with: forged).replacing("{O}", with: other)
  }

  /// {F} is a forged field, {O} another server's, / a line's end.
  @Test(arguments: [
    ("Subject: x//body/", "Subject: x//body/"), ("{F}Subject: x//body", "Subject: x//body"),
    ("A: b/{F}{O}{F}/{F}", "A: b/{O}/{F}"), ("{F}", ""), ("{F}{F}/", "/"),
    ("AUTHENTICATION-results :  (hi) MX.Example.TEST; none/To: a//", "To: a//"),
    ("authentication-results: \"mx.example.test\"; none//", "/"),
    ("Authentication-Results:/ mx.example.test; none//", "/"),
    ("Authentication-Results: mx.example.test 1; none//", "/"),
    ("Authentication-Results: mx.example.test.evil; none//", "Authentication-Results: mx.example.test.evil; none//"),
    ("/{F}", "/{F}"), ("", ""), ("/", "/"),
  ])
  func removes(_ pattern: String, _ result: String) {
    let (text, expected) = (Self.filled(pattern), Self.filled(result))
    for size in [1, 2, 3, 7, 64, 100_000] {
      let (kept, whole) = Self.run(text, size: size)
      #expect(kept == expected, "\(size)")
      #expect(whole == text, "\(size)")
    }
  }

  /// A line that would continue our own field goes; text behind which no field comes is the body.
  @Test(arguments: [
    (" for <x@y>; Mon, 1 Jan 1990 00:00:00 +0000/Subject: x//body/", "Subject: x//body/"),
    ("{F} rest/Subject: x//", "Subject: x//"),
    ("Hello, the printer is out of paper./Please come./", "/Hello, the printer is out of paper./Please come./"),
    ("Subject: x/the text/ goes on/", "Subject: x//the text/ goes on/"),
    ("Subject: x/the text//more/", "Subject: x//the text//more/"), ("  Hello/", "/  Hello/"),
    ("{F}Subject: x/the text", "Subject: x//the text"),
    ("From someone Mon Jan  1/text/", "From someone Mon Jan  1//text/"),
    ("From someone Mon Jan  1//text/", "From someone Mon Jan  1//text/"),
    ("A: b/no field/C: d//text/", "A: b/no field/C: d//text/"),
  ])
  func ends(_ pattern: String, _ expected: String) {
    for size in [1, 3, 100_000] {
      #expect(Self.run(Self.filled(pattern), size: size).kept == Self.filled(expected), "\(size)")
    }
  }

  /// Only so many fields are looked at; a message with more is refused.
  @Test func counts() {
    var filter = ArrivingHeader(of: ["mx.example.test"])
    let text = String(repeating: "a:\r\n", count: 10_001) + Self.forged + "\r\n"
    Array(text.utf8).withUnsafeBytes { filter.take($0) { _ in } }
    filter.finish { _ in }
    #expect(filter.isTooLong)
  }

  /// A header without end is not held for ever.
  @Test func bounds() {
    let (kept, _) = Self.run(String(repeating: "x", count: 3 << 20), size: 65_536)
    #expect(kept.utf8.count == 3 << 20)
  }
}
