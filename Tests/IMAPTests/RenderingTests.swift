import IMAP
import Mail
import TestKit
import Testing

@Suite struct RenderingTests {
  /// The message whose parts RFC 9051 §6.4.5.1 numbers.
  static let complex = crlf(
    """
    From: a@example.test
    Subject: outer
    Content-Type: multipart/mixed; boundary=A

    --A
    Content-Type: text/plain

    one
    --A
    Content-Type: application/octet-stream
    Content-Transfer-Encoding: base64

    AAEC
    --A
    Content-Type: message/rfc822

    Subject: three
    Content-Type: multipart/mixed; boundary=B

    --B

    three.one
    --B
    Content-Type: application/octet-stream

    three.two
    --B--
    --A
    Content-Type: multipart/mixed; boundary=C

    --C
    Content-Type: image/gif
    X-Part: 4.1

    gif
    --C
    Content-Type: message/rfc822

    Subject: four.two
    Content-Type: multipart/mixed; boundary=D

    --D

    4.2.1
    --D
    Content-Type: multipart/alternative; boundary=E

    --E

    4.2.2.1
    --E
    Content-Type: text/richtext

    4.2.2.2
    --E--
    --D--
    --C--
    --A--

    """)

  static func crlf(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

  static func section(_ text: String, of message: [UInt8]) throws -> String? {
    guard case .fetch(let fetch) = try CommandTests.parse("a FETCH 1 BODY[\(text)]"),
      case .section(let spec, _, _) = fetch.items[0]
    else { return nil }
    switch SectionResolver.resolve(spec, in: message.span, MIMEScanner.scan(message)) {
    case .range(let range): return String(decoding: message[range], as: UTF8.self)
    case .octets(let octets): return String(decoding: octets, as: UTF8.self)
    case nil: return nil
    }
  }

  @Test func sectionsOfTheRFC() throws {
    let rows: [(String, String?)] = [
      ("1", "one"), ("2", "AAEC"), ("3.HEADER", "Subject: three\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"),
      ("3.1", "three.one"), ("3.2", "three.two"), ("4.1", "gif"),
      ("4.1.MIME", "Content-Type: image/gif\r\nX-Part: 4.1\r\n\r\n"),
      ("4.2.HEADER.FIELDS (subject date)", "Subject: four.two\r\n\r\n"), ("4.2.1", "4.2.1"), ("4.2.2.1", "4.2.2.1"),
      ("4.2.2.2", "4.2.2.2"), ("4.2.2.2.MIME", "Content-Type: text/richtext\r\n\r\n"),
      ("HEADER.FIELDS (FROM)", "From: a@example.test\r\n\r\n"),
      ("HEADER.FIELDS.NOT (content-type From)", "Subject: outer\r\n\r\n"), ("HEADER.FIELDS (X)", "\r\n"),
      ("3.MIME", "Content-Type: message/rfc822\r\n\r\n"),
      ("5", nil), ("1.1", nil), ("1.HEADER", nil), ("4.HEADER", nil), ("3.3", nil), ("3.1.1", nil), ("4.2.2.3", nil),
    ]
    for (text, expected) in rows { #expect(try Self.section(text, of: Self.complex) == expected, "\(text)") }
    #expect(try Self.section("", of: Self.complex) == String(decoding: Self.complex, as: UTF8.self))
    #expect(try Self.section("3.TEXT", of: Self.complex)?.hasPrefix("--B\r\n\r\nthree.one") == true)
    #expect(try Self.section("TEXT", of: Self.complex)?.hasPrefix("--A\r\n") == true)
    let header = try #require(try Self.section("HEADER", of: Self.complex))
    let text = try #require(try Self.section("TEXT", of: Self.complex))
    #expect(Array((header + text).utf8) == Self.complex)
  }

  @Test func sectionsOfPlainMessages() throws {
    let plain = Self.crlf("Subject: x\n\nbody\n")
    let rows: [(String, String?)] = [
      ("1", "body\r\n"), ("TEXT", "body\r\n"), ("1.MIME", "Subject: x\r\n\r\n"), ("2", nil), ("1.1", nil),
      ("1.HEADER", nil), ("HEADER.FIELDS (SUBJECT)", "Subject: x\r\n\r\n"),
    ]
    for (text, expected) in rows { #expect(try Self.section(text, of: plain) == expected, "\(text)") }
    // No body, no blank line: none is invented.
    let bare = Self.crlf("Subject: x\n")
    #expect(try Self.section("HEADER", of: bare) == "Subject: x\r\n")
    #expect(try Self.section("HEADER.FIELDS (Subject)", of: bare) == "Subject: x\r\n")
    #expect(try Self.section("1", of: bare) == "")
    // A message that is nothing but another one.
    let forwarded = Self.crlf("Content-Type: message/rfc822\n\nSubject: in\n\ninner\n")
    for (text, expected) in [
      ("1", "Subject: in\r\n\r\ninner\r\n"), ("1.HEADER", "Subject: in\r\n\r\n"), ("1.TEXT", "inner\r\n"),
      ("1.1", "inner\r\n"), ("1.2", nil), ("1.1.1", nil),
    ] { #expect(try Self.section(text, of: forwarded) == expected, "\(text)") }
  }

  @Test func pieces() {
    let content = SectionResolver.Content.range(10..<20)
    #expect(content.piece(PartialFetch(first: 3, count: 4)) == .range(13..<17))
    #expect(content.piece(PartialFetch(first: 30, count: 4)).count == 0)
    #expect(SectionResolver.Content.octets([1, 2, 3]).piece(PartialFetch(first: 1, count: 9)) == .octets([2, 3]))
  }

  @Test func binary() {
    let structure = MIMEScanner.scan(Self.complex)
    #expect(SectionResolver.decode([2], in: Self.complex.span, structure) == .octets([0, 1, 2]))
    #expect(SectionResolver.decode([9], in: Self.complex.span, structure) == .none)
    let odd = Self.crlf("Content-Transfer-Encoding: x-uuencode\n\nabc")
    #expect(SectionResolver.decode([1], in: odd.span, MIMEScanner.scan(odd)) == .unknownEncoding)
  }

  static func envelope(_ text: String) -> String {
    let message = crlf(text)
    return String(decoding: EnvelopeText.render(HeaderBlock(scanning: message), in: message.span), as: UTF8.self)
  }

  @Test func envelopes() {
    let rows: [(String, String)] = [
      ("\n", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"),
      ("Subject:\nDate: x\n\n", "(\"x\" \"\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
      (
        "From: \"A \\\"B\\\"\" <a@b.test>\nTo: c@d.test (C), E:f@g.test;, none:;\nMessage-ID: <1@x>\nSubject: a\n b\n\n",
        "(NIL \"a b\" ((\"A \\\"B\\\"\" NIL \"a\" \"b.test\")) ((\"A \\\"B\\\"\" NIL \"a\" \"b.test\"))"
          + " ((\"A \\\"B\\\"\" NIL \"a\" \"b.test\")) ((\"C\" NIL \"c\" \"d.test\")(NIL NIL \"E\" NIL)"
          + "(NIL NIL \"f\" \"g.test\")(NIL NIL NIL NIL)(NIL NIL \"none\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL \"<1@x>\")"
      ),
      ("Subject: é\n\n", "(NIL {2}\r\né NIL NIL NIL NIL NIL NIL NIL NIL)"),
      ("To: root\n\n", "(NIL NIL NIL NIL NIL ((NIL NIL \"root\" \"\")) NIL NIL NIL NIL)"),
      (
        "Reply-To:\nSender: s@x.test\nFrom: f@x.test\n\n",
        "(NIL NIL ((NIL NIL \"f\" \"x.test\")) ((NIL NIL \"s\" \"x.test\")) ((NIL NIL \"f\" \"x.test\")) NIL NIL NIL NIL NIL)"
      ),
    ]
    for (text, expected) in rows { #expect(Self.envelope(text) == expected) }
  }

  static func structure(_ message: [UInt8], _ extensible: Bool) -> [UInt8] {
    BodyStructureText.render(MIMEScanner.scan(message), message.span, extensible: extensible)
  }

  @Test func bodyStructures() {
    let rows: [(String, String, String)] = [
      (
        "\nx\n", "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 1)",
        "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 1 NIL NIL NIL NIL)"
      ),
      (
        "Content-Type: multipart/mixed; boundary=x\n\n",
        "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0) \"mixed\")",
        "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"x\") NIL NIL NIL)"
      ),
      (
        "Content-Type: image/png; name=a.png\nContent-ID: <i>\nContent-Description: d\nContent-Transfer-Encoding: base64\n"
          + "Content-Disposition: attachment; filename=\"a b.png\"\nContent-Language: en, ar\nContent-Location: http://x\n"
          + "Content-MD5: m\n\nAAAA",
        "(\"image\" \"png\" (\"name\" \"a.png\") \"<i>\" \"d\" \"base64\" 4)",
        "(\"image\" \"png\" (\"name\" \"a.png\") \"<i>\" \"d\" \"base64\" 4 \"m\" (\"attachment\" (\"filename\" \"a b.png\"))"
          + " (\"en\" \"ar\") \"http://x\")"
      ),
      (
        "Content-Type: message/rfc822\n\nSubject: s\n\nb\n",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 17 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)"
          + " (\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 1) 3)", ""
      ),
    ]
    for (text, plain, extended) in rows {
      let message = Self.crlf(text)
      #expect(String(decoding: Self.structure(message, false), as: UTF8.self) == plain)
      if !extended.isEmpty { #expect(String(decoding: Self.structure(message, true), as: UTF8.self) == extended) }
    }
  }

  /// Every message of the corpus, whole and cut or damaged, gives a structure and an envelope that parse.
  @Test func corpusIsWellFormed() throws {
    var count = 0
    for file in try TestResources.files(in: "mime") {
      let bytes = try TestResources.bytes(file)
      var variants = [bytes]
      for cut in 1..<8 { variants.append(Array(bytes[..<(bytes.count * cut / 8)])) }
      variants.append(bytes.enumerated().map { $0.offset % 97 == 96 ? 0 : $0.element })
      variants.append(bytes.enumerated().map { $0.offset % 53 == 52 ? 0xE9 : $0.element })
      for message in variants {
        for extensible in [true, false] {
          let text = Self.structure(message, extensible)
          #expect(
            ResponseSyntax.read(text)?.isBody(extensible: extensible) == true,
            "\(file) \(String(decoding: text, as: UTF8.self))")
        }
        let envelope = EnvelopeText.render(HeaderBlock(scanning: message), in: message.span)
        #expect(ResponseSyntax.read(envelope)?.isEnvelope == true, "\(file)")
        count += 1
      }
      try sectionsFit(bytes, file)
    }
    #expect(count > 1_000, "\(count)")
  }

  /// Every part has a section whose octets are as many as the structure says.
  private func sectionsFit(_ message: [UInt8], _ file: String) throws {
    let structure = MIMEScanner.scan(message)
    var open: [(index: Int, number: [UInt32])] = [(0, [])]
    while let (index, number) = open.popLast() {
      let part = structure.parts[index]
      if !number.isEmpty {
        #expect(
          SectionResolver.resolve(SectionSpec(part: number), in: message.span, structure)?.count == part.bodyRange.count
        )
      }
      if part.kind == .multipart {
        for (at, child) in structure.children(of: index).enumerated() {
          open.append((child, number + [UInt32(at + 1)]))
        }
      } else if number.isEmpty {
        open.append((index, [1]))
      } else if part.kind == .message, structure.parts[index + 1].kind == .multipart {
        for (at, child) in structure.children(of: index + 1).enumerated() {
          open.append((child, number + [UInt32(at + 1)]))
        }
      }
    }
  }

  @Test func deepNestingIsBounded() {
    var text = ""
    for level in 0..<3_000 { text += "Content-Type: multipart/mixed; boundary=b\(level)x\n\n--b\(level)x\n" }
    let message = Self.crlf(text)
    #expect(ResponseSyntax.read(Self.structure(message, true))?.isBody(extensible: true) == true)
    let forwarded = Self.crlf(String(repeating: "Content-Type: message/rfc822\n\n", count: 3_000))
    #expect(ResponseSyntax.read(Self.structure(forwarded, true))?.isBody(extensible: true) == true)
  }
}
