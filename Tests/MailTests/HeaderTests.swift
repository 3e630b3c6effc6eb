import Mail
import Testing

@Suite struct HeaderTests {
  @Test func fields() {
    let bytes = Array("From: a@b\r\nSubject:  one\r\n two\r\n\tthree  \r\nX : y\r\n\r\nbody".utf8)
    let header = HeaderBlock(scanning: bytes)
    #expect(header.hasBlankLine)
    #expect(header.fields.count == 3)
    #expect(header.fields.map { $0.nameText(in: bytes.span) } == ["From", "Subject", "X"])
    #expect(header.value("SUBJECT", in: bytes.span) == Array("one two\tthree".utf8))
    #expect(header.value("x", in: bytes.span) == Array("y".utf8))
    #expect(String(decoding: bytes[header.bodyStart...], as: UTF8.self) == "body")
    #expect(header.fields.map(\.range).last?.upperBound == header.bodyStart - 2)
  }

  @Test(arguments: [
    // text, number of named fields, number of nameless ones, where the body starts from the end
    ("", 0, 0, 0), ("\r\n", 0, 0, 0), ("\n", 0, 0, 0), ("body only", 0, 1, 0), ("A: b", 1, 0, 0),
    ("A: b\n\nx", 1, 0, 1),
    ("From me Mon Jan  1 00:00:00 2001\nA: b\n\nx", 1, 1, 1), ("A: b\nno colon here\nC: d\n\n", 2, 1, 0),
    (" starts folded\r\nA: b\r\n\r\n", 1, 1, 0), ("A:\r\n \r\n\r\nxy", 1, 0, 2), (": no name\r\n\r\n", 0, 1, 0),
    ("A b: c\n\n", 0, 1, 0), ("A: b\rC: d\n\nx", 1, 0, 1), ("Ünïcode: x\n\n", 0, 1, 0), ("\r", 0, 1, 0),
    ("A:b\r\n\rx", 1, 1, 0), (":", 0, 1, 0), ("A:", 1, 0, 0), ("A:\n", 1, 0, 0), ("--x\n\n", 0, 1, 0),
  ])
  func tolerated(text: String, named: Int, nameless: Int, body: Int) {
    let bytes = Array(text.utf8)
    let header = HeaderBlock(scanning: bytes)
    #expect(header.fields.count { !$0.name.isEmpty } == named)
    #expect(header.fields.count { $0.name.isEmpty } == nameless)
    #expect(bytes.count - header.bodyStart == body)
    var end = 0
    for field in header.fields {
      #expect(field.range.lowerBound == end)
      #expect(field.name.lowerBound == field.range.lowerBound)
      #expect(field.value.upperBound <= field.range.upperBound)
      #expect(field.name.upperBound <= field.value.lowerBound)
      end = field.range.upperBound
    }
  }

  @Test func lookUps() {
    let bytes = Array("Received: 1\r\nreceived: 2\r\nTo: x\r\n\r\n".utf8)
    let header = HeaderBlock(scanning: bytes)
    #expect(header.all("RECEIVED", in: bytes.span).count == 2)
    #expect(header.all(Array("rEceived".utf8), in: bytes.span).count == 2)
    #expect(header.all([], in: bytes.span).isEmpty)
    #expect(header.last("received", in: bytes.span)?.unfolded(in: bytes.span) == Array("2".utf8))
    #expect(header.first("cc", in: bytes.span) == nil)
  }

  @Test func limit() {
    var limits = MailLimits()
    limits.headerFields = 2
    let bytes = Array("A: 1\nB: 2\nC: 3\n\nx".utf8)
    let header = HeaderBlock(scanning: bytes, limits: limits)
    #expect(header.fields.count == 2)
    #expect(header.isTruncated)
    #expect(header.bodyStart == bytes.count - 1)
  }

  @Test func oddRanges() {
    let bytes = Array("A: 1\n\n".utf8)
    #expect(HeaderBlock(scanning: bytes.span, from: 99, to: -5).range.isEmpty)
    #expect(HeaderBlock(scanning: bytes.span, from: 0, to: 999).fields.count == 1)
  }
}

@Suite struct ASCIITests {
  @Test func scans() {
    let bytes = Array("0123456789abcdef\n\r\nx".utf8)
    for start in 0..<bytes.count {
      for end in start...bytes.count {
        for target in [UInt8(10), 13, 0x30, 0x78, 0x7A] {
          let expected = bytes[start..<end].firstIndex(of: target)
          #expect(ASCII.firstIndex(of: target, in: bytes.span, start..<end) == expected)
          #expect(ASCII.count(of: target, in: bytes.span, start..<end) == bytes[start..<end].count { $0 == target })
        }
      }
    }
    #expect(ASCII.firstCRLF(in: bytes.span, 0..<bytes.count) == 17)
    #expect(ASCII.firstCRLF(in: bytes.span, 0..<18) == nil)
  }

  @Test func compares() {
    let bytes = Array("Content-TYPE: x".utf8)
    #expect((ASCII.equal(bytes.span, 0..<12, "content-type")) == true)
    #expect((ASCII.equal(bytes.span, 0..<11, "content-type")) == false)
    #expect((ASCII.equal(bytes.span, 10..<22, "content-type")) == false)
    #expect((ASCII.hasPrefix(bytes.span, "CONTENT")) == true)
    #expect((ASCII.hasPrefix(bytes.span, at: 12, "content")) == false)
    #expect(!ASCII.equal("[", "{"))
    #expect(ASCII.equal("Aé", "aé"))
    #expect(ASCII.number(Array("18446744073709551615".utf8).span, 0..<20) == .max)
    #expect(ASCII.number(Array("18446744073709551616".utf8).span, 0..<20) == nil)
    #expect(ASCII.number(Array("99999999999999999999".utf8).span, 0..<20) == nil)
    #expect((ASCII.isASCII(Array("12345678é".utf8).span)) == false)
    #expect((ASCII.isASCII(Array("é2345678".utf8).span)) == false)
  }

  @Test func classes() {
    for byte in UInt8.min...UInt8.max {
      let scalar = Unicode.Scalar(byte)
      #expect(ASCII.isDigit(byte) == ("0"..."9").contains(scalar))
      #expect(ASCII.isAlpha(byte) == (("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)))
      #expect(ASCII.isVisible(byte) == (33...126).contains(byte))
      #expect(ASCII.isAtext(byte) == (ASCII.isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)))
      #expect(ASCII.isToken(byte) == (ASCII.isVisible(byte) && !"()<>@,;:\\\"/[]?=".utf8.contains(byte)))
      if let value = ASCII.hexValue(byte) { #expect(ASCII.hexDigit(value) == ASCII.uppercased(byte)) }
    }
  }
}
