import SMTP
import Testing

@Suite struct ReplyTests {
  @Test func written() {
    #expect(SMTPReply.ok.bytes == Array("250 2.0.0 OK\r\n".utf8))
    #expect(SMTPReply(250, nil, ["a", "b"]).bytes == Array("250-a\r\n250 b\r\n".utf8))
    #expect(SMTPReply(550, .init(5, 1, 1), ["a", "b"]).bytes == Array("550-5.1.1 a\r\n550 5.1.1 b\r\n".utf8))
    #expect(SMTPReply.challenge("").bytes == Array("334 \r\n".utf8))
    // Text of a peer cannot end a line.
    #expect(SMTPReply(250, "a\r\n550 b\0").bytes == Array("250 a??550 b?\r\n".utf8))
  }

  @Test func statuses() {
    #expect(EnhancedStatus("5.7.12") == EnhancedStatus(5, 7, 12))
    for bad in ["", "5", "5.7", "5.7.1.1", "3.0.0", "5.07.1", "5.1000.1", "5..1", "a.b.c", "5.7.1 "] {
      #expect(EnhancedStatus(bad) == nil)
    }
  }

  static let replies: [(input: String, reply: SMTPReply)] = [
    ("250 OK\r\n", SMTPReply(250, "OK")), ("250\r\n", SMTPReply(250, "")), ("250 \r\n", SMTPReply(250, "")),
    ("354 go\n", SMTPReply(354, "go")),
    ("250-a\r\n250-b\r\n250 c\r\n", SMTPReply(250, nil, ["a", "b", "c"])),
    ("250-First line\r\n250-234 Text\r\n250 last\r\n", SMTPReply(250, nil, ["First line", "234 Text", "last"])),
    ("550 5.1.1 No such user\r\n", SMTPReply(550, .init(5, 1, 1), "No such user")),
    ("550-5.1.1 No\r\n550 5.1.1 user\r\n", SMTPReply(550, .init(5, 1, 1), ["No", "user"])),
    ("250 5.1.1 odd\r\n", SMTPReply(250, "5.1.1 odd")), ("250-\r\n250 x\r\n", SMTPReply(250, nil, ["", "x"])),
  ]

  @Test(arguments: replies) func parsed(_ input: String, _ wanted: SMTPReply) throws {
    let bytes = Array(input.utf8)
    for size in 1...bytes.count {
      var parser = ReplyParser()
      var held: [UInt8] = []
      var got: SMTPReply?
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + size)
        held += bytes[at..<end]
        at = end
        var consumed = 0
        got = try parser.next(held, consumed: &consumed) ?? got
        held.removeFirst(consumed)
      }
      #expect(got == wanted && held.isEmpty)
    }
  }

  @Test(arguments: ["hello\r\n", "25\r\n", "199 x\r\n", "600 x\r\n", "250-a\r\n251 b\r\n", "250x\r\n", "\r\n"])
  func unparsable(_ input: String) {
    var parser = ReplyParser()
    var consumed = 0
    #expect(throws: ReplyParser.Fault.self) { try parser.next(Array(input.utf8), consumed: &consumed) }
  }

  @Test func endless() {
    var parser = ReplyParser()
    var consumed = 0
    #expect(throws: ReplyParser.Fault.tooLong) {
      try parser.next([UInt8](repeating: 50, count: 5_000), consumed: &consumed)
    }
    var lines = ReplyParser()
    let many = Array(String(repeating: "250-x\r\n", count: 300).utf8)
    #expect(throws: ReplyParser.Fault.tooLong) { try lines.next(many, consumed: &consumed) }
  }

  @Test func offers() {
    let offer = ServerOffer(
      SMTPReply(250, nil, ["mx.foo.com at your service", "SIZE 1000", "auth PLAIN login", "AUTH=CRAM-MD5", "8BITMIME"]))
    #expect(
      offer.name == "mx.foo.com" && offer.maximumSize == 1000 && offer.offers("8BITMIME") && !offer.offers("STARTTLS"))
    #expect(offer.mechanisms == ["PLAIN", "LOGIN", "CRAM-MD5"])
  }
}
