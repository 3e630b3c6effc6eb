import Mail
import Testing

@Suite struct MessageBuilderTests {
  static func letter(_ body: BodyPart) throws -> [UInt8] {
    var builder = MessageBuilder(body: body, boundarySeed: "seed")
    builder.add("From", [(name: "ليلى", address: try EmailAddress.parse("layla@example.test"))])
    builder.add(
      "To",
      [
        (name: "Doe, John \"J\"", address: try EmailAddress.parse("john@example.test")),
        (name: nil, address: try EmailAddress.parse("\"a b\"@example.test")),
        (name: "Plain Name", address: try EmailAddress.parse("plain@example.test")),
      ])
    builder.add(date: MailDate(seconds: 1_793_700_000, zoneMinutes: 180))
    builder.add(messageID: "1@example.test")
    builder.add("Subject", "مرحبا بكم في مكتب البريد الجديد، هذه رسالة طويلة العنوان حتى يطوى السطر")
    return builder.build()
  }

  static func wellFormed(_ bytes: [UInt8]) {
    var previous: UInt8 = 0
    var length = 0
    var isHeader = true
    for byte in bytes {
      if byte == 10 {
        #expect(previous == 13)
        #expect(length <= (isHeader ? 79 : 999))
        if length == 1 { isHeader = false }
        length = 0
      } else {
        #expect(previous != 13)
        length += 1
      }
      previous = byte
    }
  }

  @Test func arabicText() throws {
    let text = "السلام عليكم\n\nهذه رسالة بالعربية.\n"
    let bytes = try MessageBuilderTests.letter(.text(text))
    MessageBuilderTests.wellFormed(bytes)
    #expect(bytes.allSatisfy { $0 < 128 })
    let part = MIMEScanner.scan(bytes).root
    let decoder = CharsetDecoder()
    #expect(part.encoding == .base64)
    #expect(part.text(in: bytes.span, decoder: decoder) == text.replacing("\n", with: "\r\n"))
    let header = HeaderBlock(scanning: bytes)
    let subject = header.value("subject", in: bytes.span) ?? []
    #expect(EncodedWord.decode(subject, decoder: decoder).hasPrefix("مرحبا بكم في مكتب البريد الجديد"))
    let to = AddressList.parse(header.value("to", in: bytes.span) ?? []).mailboxes
    #expect(to.map { $0.displayName(decoder) } == ["Doe, John \"J\"", nil, "Plain Name"])
    #expect(to.map { $0.address?.description } == ["john@example.test", "\"a b\"@example.test", "plain@example.test"])
    let from = AddressList.parse(header.value("from", in: bytes.span) ?? []).mailboxes
    #expect(from.first?.displayName(decoder) == "ليلى")
    #expect(
      MailDate.parse(header.value("date", in: bytes.span) ?? []) == MailDate(seconds: 1_793_700_000, zoneMinutes: 180))
    #expect(header.value("message-id", in: bytes.span) == Array("<1@example.test>".utf8))
    #expect(header.value("mime-version", in: bytes.span) == Array("1.0".utf8))
  }

  @Test func tree() throws {
    let data = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    let embedded = try MessageBuilderTests.letter(.text("inside"))
    let body = BodyPart.multipart(
      subtype: "mixed",
      [
        .multipart(subtype: "alternative", [.text("plain é text"), .text("<p>html</p>", subtype: "html")]),
        .data(data, type: "image/png", fileName: "صورة جميلة جدا من رحلتنا الأخيرة إلى البحر.png"),
        .data(data, type: "application/pdf", fileName: "plain name.pdf", isInline: true, contentID: "c@x"),
        .message(embedded), .verbatim(Array("Reporting-MTA: dns;x\r\n".utf8), type: "message/delivery-status"),
      ])
    let bytes = try MessageBuilderTests.letter(body)
    MessageBuilderTests.wellFormed(bytes)
    let structure = MIMEScanner.scan(bytes)
    MIMEScannerTests.checkInvariants(structure, bytes)
    let types = structure.parts.map { "\($0.depth) \($0.type)/\($0.subtype)" }
    #expect(
      types == [
        "0 multipart/mixed", "1 multipart/alternative", "2 text/plain", "2 text/html", "1 image/png",
        "1 application/pdf",
        "1 message/rfc822", "2 text/plain", "1 message/delivery-status",
      ])
    let decoder = CharsetDecoder()
    #expect(structure.parts[2].text(in: bytes.span, decoder: decoder) == "plain é text\r\n")
    #expect(structure.parts[4].content(in: bytes.span) == data)
    #expect(
      structure.parts[4].fileName(in: bytes.span, decoder: decoder) == "صورة جميلة جدا من رحلتنا الأخيرة إلى البحر.png")
    #expect(structure.parts[5].fileName(in: bytes.span, decoder: decoder) == "plain name.pdf")
    #expect(structure.parts[5].disposition(in: bytes.span)?.type == "inline")
    #expect(structure.parts[5].id(in: bytes.span) == Array("<c@x>".utf8))
    #expect(Array(bytes[structure.parts[6].bodyRange]) == embedded)
  }

  @Test(arguments: [
    (BodyPart.TextEncoding.automatic, "short", TransferEncoding.sevenBit),
    (.automatic, String(repeating: "long ", count: 100), .quotedPrintable), (.automatic, "nul \u{0}", .quotedPrintable),
    (.automatic, "caf\u{e9} au lait, s'il vous plait", .quotedPrintable),
    (.automatic, "سلام", .base64), (.quotedPrintable, "سلام", .quotedPrintable), (.base64, "x", .base64),
    (.eightBit, "سلام", .eightBit), (.eightBit, "x", .sevenBit),
  ])
  func encodings(encoding: BodyPart.TextEncoding, text: String, expected: TransferEncoding) throws {
    let bytes = try MessageBuilderTests.letter(.text(text, encoding: encoding))
    let part = MIMEScanner.scan(bytes).root
    #expect(part.encoding == expected)
    #expect(part.text(in: bytes.span, decoder: CharsetDecoder()) == text + "\r\n")
  }

  @Test func injection() {
    var header = HeaderWriter()
    header.add("Subject", "x\r\nBcc: y\u{0}z")
    header.add("X-\r\nA: b", "c")
    header.add("X", "v", parameters: [(name: "p", value: "a\"b\r\nc")])
    let block = HeaderBlock(scanning: header.bytes)
    #expect(block.fields.count == 3)
    #expect(block.value("subject", in: header.bytes.span) == Array("x Bcc: y z".utf8))
  }

  @Test func folding() {
    var header = HeaderWriter()
    header.add("Subject", String(repeating: "word ", count: 60))
    header.add("Long", String(repeating: "x", count: 2000))
    header.add("Lookalike", "=?utf-8?Q?a?=")
    let bytes = header.bytes
    #expect(bytes.split(separator: 10).allSatisfy { $0.count <= 79 })
    let block = HeaderBlock(scanning: bytes)
    let decoder = CharsetDecoder()
    #expect(
      EncodedWord.decode(block.value("long", in: bytes.span) ?? [], decoder: decoder)
        == String(repeating: "x", count: 2000))
    #expect(EncodedWord.decode(block.value("lookalike", in: bytes.span) ?? [], decoder: decoder) == "=?utf-8?Q?a?=")
  }
}
