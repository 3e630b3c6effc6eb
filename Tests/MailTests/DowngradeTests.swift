import Mail
import Testing

@Suite("Downgrade (RFC 6857)") struct DowngradeTests {
  /// Field by field: what stands in the message, and what a client without UTF8=ACCEPT gets.
  @Test(arguments: [
    ("Subject: hello", "Subject: hello"),
    ("Subject: =?UTF-8?Q?caf=C3=A9?= x", "Subject: =?UTF-8?Q?caf=C3=A9?= x"),
    ("Subject: Le café noir", "Subject: Le =?UTF-8?B?Y2Fmw6k=?= noir"),
    ("X-Unknown: مرحبا بكم", "X-Unknown: =?UTF-8?B?2YXYsdit2KjYpyDYqNmD2YU=?="),
    ("From: Ana <ana@example.com>", "From: Ana <ana@example.com>"),
    ("From: Zoë <zoe@example.com>", "From: =?UTF-8?Q?Zo=C3=AB?= <zoe@example.com>"),
    ("From: zoe@exämple.com", "From: zoe@xn--exmple-cua.com"),
    ("From: <zoë@example.com>", "From: =?UTF-8?Q?zo=C3=AB=40example=2Ecom?= :;"),
    (
      "To: Zoë <zoë@example.com>, b@example.com",
      "To: =?UTF-8?Q?Zo=C3=AB?= =?UTF-8?B?IHpvw6tAZXhhbXBsZS5jb20=?= :;,\r\n b@example.com"
    ),
    ("Cc: \"a, b\" <c@d>, Ü: x@y, z@ö.de;", "Cc: \"a, b\" <c@d>, =?UTF-8?B?w5w=?=: x@y, z@xn--nda.de ;"),
    ("Date: Mon, 1 Jan 2024 00:00:00 +0000 (été)", "Date: Mon, 1 Jan 2024 00:00:00 +0000 (=?UTF-8?B?w6l0w6k=?=)"),
    ("Message-ID: <ü@example.com>", "Downgraded-Message-ID: =?UTF-8?B?PMO8QGV4YW1wbGUuY29tPg==?="),
    ("References: <a@b> (für)", "References: <a@b> (=?UTF-8?Q?f=C3=BCr?=)"),
    (
      "Received: from ä.de by b.de id x for <ü@c.de>; Mon, 1 Jan 2024 00:00:00 +0000",
      "Received: from xn--4ca.de by b.de id x ; Mon, 1 Jan 2024 00:00:00 +0000"
    ),
    (
      "Content-Disposition: attachment; filename=\"ü.txt\"; size=3",
      "Content-Disposition: attachment; filename*=utf-8''%C3%BC.txt; size=3"
    ),
    ("Keywords: one, zwölf", "Keywords: one, =?UTF-8?B?enfDtmxm?="),
    ("Return-Path: <>", "Return-Path: <>"),
  ])
  func field(_ original: String, _ expected: String) {
    let header = Array((original + "\r\n\r\n").utf8)
    let found = Downgrade.header(header) ?? header
    #expect(String(decoding: found, as: UTF8.self) == expected + "\r\n\r\n")
    #expect(found.allSatisfy { $0 < 128 })
  }

  @Test func otherCharsetsStay() {
    // windows-1256 and the like are no internationalised mail: they travel as they came.
    #expect(Downgrade.header(Array("Subject: ".utf8) + [0xE3, 0xD1, 0xCD, 13, 10, 13, 10]) == nil)
  }

  @Test func parts() {
    let text = """
      Subject: plain\r
      Content-Type: multipart/mixed; boundary=b\r
      \r
      --b\r
      Content-Type: text/plain; charset=utf-8; name=\"é.txt\"\r
      \r
      body é\r
      --b\r
      Content-Type: message/rfc822\r
      \r
      Subject: é\r
      \r
      inner é\r
      --b--\r

      """
    let message = Array(text.utf8)
    let found = Downgrade.message(message) ?? []
    let expected = text.replacing("name=\"é.txt\"", with: "name*=utf-8''%C3%A9.txt")
      .replacing("Subject: é", with: "Subject: =?UTF-8?B?w6k=?=")
    #expect(String(decoding: found, as: UTF8.self) == expected)
    let span = message.span
    let pieces = Downgrade.pieces(of: span, MIMEScanner.scan(span)) ?? []
    #expect(pieces.reduce(0) { $0 + $1.count } == found.count)
    #expect(Downgrade.message(found) == nil)
    // In pieces for a slow reader: all of it, and no more copied than asked for.
    for limit in [0, 10, 1_000] {
      let pieces = Downgrade.streamable(message, copying: limit)
      var joined: [UInt8] = []
      for piece in pieces {
        switch piece {
        case .original(let range):
          #expect(range.count > limit)
          joined += message[range]
        case .replaced(let octets): joined += octets
        }
      }
      #expect(joined == found)
      #expect((pieces.count == 1) == (limit == 1_000))
    }
    #expect(Downgrade.streamable(found) == [.original(0..<found.count)])
  }

  /// Whatever the octets are: no trap, ASCII in every field that was UTF-8, and a second run changes nothing.
  @Test func garbage() {
    var state: UInt64 = 7
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let names = ["From", "To", "Received", "Content-Type", "Message-ID", "Date", "Keywords", "Subject", "X"]
    let bits = ["é", "<", ">", "(", ")", "\"", "\\", ";", ":", ",", "@", " ", "a", "=", "\r\n ", "for", "مر", "="]
    for _ in 0..<3_000 {
      var text = names[next(names.count)] + ": é"
      for _ in 0..<next(30) { text += bits[next(bits.count)] }
      let header = Array((text + "\r\n\r\n").utf8)
      let found = Downgrade.header(header) ?? header
      #expect(found.allSatisfy { $0 < 128 }, "\(text)")
      #expect(Downgrade.header(found) == nil)
    }
  }
}
