import Mail
import TestKit
import Testing

@Suite struct MIMEScannerTests {
  /// Each part as "type/subtype header|body|lines", indented by depth.
  static func outline(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    let structure = MIMEScanner.scan(bytes)
    checkInvariants(structure, bytes)
    return structure.parts.map { part in
      let body = String(decoding: bytes[part.bodyRange], as: UTF8.self)
      let shown = part.kind == .single ? body.replacing("\r\n", with: "~").replacing("\n", with: "~") : ""
      return String(repeating: " ", count: part.depth) + "\(part.type)/\(part.subtype) \(part.lineCount) \(shown)"
    }
  }

  static let mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

  @Test(
    arguments: [
      ("", ["text/plain 0 "]),
      ("A: b\r\n\r\nx\r\ny\r\n", ["text/plain 2 x~y~"]),
      (
        mixed + "pre\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo\r\n\r\n--b--\r\npost",
        ["multipart/mixed 10 ", " text/plain 0 one", " text/html 1 two~"]
      ),
      // Bare LF, blanks behind the boundary, no final line end.
      (
        "Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none\n--b\t\n\ntwo\n--b--",
        ["multipart/mixed 6 ", " text/plain 0 one", " text/plain 0 two"]
      ),
      // No closing delimiter: the last part runs to the end.
      (mixed + "--b\r\n\r\none\r\n", ["multipart/mixed 3 ", " text/plain 1 one~"]),
      // No part at all.
      (mixed + "nothing", ["multipart/mixed 0 "]),
      ("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx", ["multipart/mixed 2 "]),
      // A part that ends in its header, and an empty one.
      (
        mixed + "--b\r\nContent-Type: text/html\r\n--b\r\n\r\n--b--\r\n",
        ["multipart/mixed 5 ", " text/html 0 ", " text/plain 0 "]
      ),
      // The inner multipart is never closed.
      (
        mixed
          + "--b\r\nContent-Type: multipart/alternative; boundary=\"c\"\r\n\r\n--c\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
        ["multipart/mixed 10 ", " multipart/alternative 2 ", "  text/plain 0 one", " text/plain 0 two"]
      ),
      // One boundary begins with the other: the longest match counts, inner and outer.
      (
        mixed
          + "--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
        ["multipart/mixed 11 ", " multipart/alternative 3 ", "  text/plain 0 one", " text/plain 0 two"]
      ),
      (
        "Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\none\r\n--bb\r\n\r\ntwo\r\n--bb--\r\n",
        ["multipart/mixed 10 ", " multipart/alternative 2 ", "  text/plain 0 one", " text/plain 0 two"]
      ),
      // Both boundaries are the same.
      (
        mixed
          + "--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
        ["multipart/mixed 11 ", " multipart/alternative 3 ", "  text/plain 0 one", " text/plain 0 two"]
      ),
      // A digest's parts are messages.
      (
        "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\nhello\r\n--b--\r\n",
        ["multipart/digest 6 ", " message/rfc822 2 ", "  text/plain 0 hello"]
      ),
      // An embedded message's header touches the delimiter.
      (
        mixed + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n--b--\r\n",
        ["multipart/mixed 6 ", " message/rfc822 2 ", "  text/plain 0 "]
      ),
      (
        mixed + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n--b--\r\n",
        ["multipart/mixed 5 ", " message/rfc822 1 ", "  text/plain 0 "]
      ),
      // Type nonsense: RFC 2045 §5.2.
      ("Content-Type: nonsense\r\n\r\nx", ["application/octet-stream 0 x"]),
      ("Content-Type: ;charset=x\r\n\r\nx", ["text/plain 0 x"]),
      ("Content-Type: TEXT\r\n\r\nx", ["text/plain 0 x"]),
      ("Content-Type: (c) Text (d) / (e) HTML ; charset=x\r\n\r\nx", ["text/html 0 x"]),
      // The first Content-Type counts.
      ("Content-Type: text/html\r\nContent-Type: image/png\r\n\r\nx", ["text/html 0 x"]),
      // A boundary with blanks at its end, quoted pairs and RFC 2231 pieces.
      (
        "Content-Type: multipart/mixed; boundary=\"b \\c \"\r\n\r\n--b c\r\n\r\nx\r\n--b c--",
        ["multipart/mixed 3 ", " text/plain 0 x"]
      ),
      (
        "Content-Type: multipart/mixed; boundary*0=\"b\"; boundary*1=c\r\n\r\n--bc\r\n\r\nx\r\n--bc--",
        ["multipart/mixed 3 ", " text/plain 0 x"]
      ),
      // Lines that only look like delimiters.
      (
        mixed + "--b\r\n\r\n--c\r\n --b\r\n-- \r\n--\r\nx--b\r\n-\r\n--b--",
        ["multipart/mixed 8 ", " text/plain 5 --c~ --b~-- ~--~x--b~-"]
      ),
    ] as [(String, [String])])
  func outlines(text: String, expected: [String]) {
    #expect(MIMEScannerTests.outline(text) == expected)
    let bare = text.replacing("\r\n", with: "\n")
    #expect(MIMEScannerTests.outline(bare) == expected)
  }

  @Test(arguments: MailParserTable.rows.map(\.file))
  func mailParserOffsets(file: String) throws {
    let row = try #require(MailParserTable.rows.first { $0.file == file })
    let bytes = try TestResources.bytes("mime/mail-parser/rfc/\(file).eml")
    let found = MIMEScanner.scan(bytes).parts.map {
      [$0.headerRange.lowerBound, $0.bodyRange.lowerBound, $0.bodyRange.upperBound]
    }
    #expect(found == row.parts.map { [$0.0, $0.1, $0.2] })
  }

  @Test func fields() {
    let bytes = Array(
      """
      Content-Type: image/PNG; name="=?utf-8?Q?caf=C3=A9?="
      Content-Transfer-Encoding: BASE64 (yes)
      Content-Disposition: Attachment; filename*=utf-8''caf%C3%A9.png; size=12
      Content-ID: <a@b>
      Content-Description: a
       picture
      Content-Language: en, ar (Arabic)
      Content-Location: http://example/
      Content-MD5: Q2hlY2s=

      Zm9v
      """.utf8)
    let part = MIMEScanner.scan(bytes).root
    let decoder = CharsetDecoder()
    #expect(part.type == "image" && part.subtype == "png")
    #expect(part.encoding == .base64)
    #expect(part.encodingWord(in: bytes.span) == Array("BASE64".utf8))
    #expect(part.disposition(in: bytes.span)?.type == "attachment")
    #expect(part.fileName(in: bytes.span, decoder: decoder) == "café.png")
    #expect(part.contentType(in: bytes.span).parameters.text(of: "name", decoder: decoder) == "café")
    #expect(part.id(in: bytes.span) == Array("<a@b>".utf8))
    #expect(part.description(in: bytes.span) == Array("a picture".utf8))
    #expect(part.languages(in: bytes.span) == [Array("en".utf8), Array("ar".utf8)])
    #expect(part.location(in: bytes.span) == Array("http://example/".utf8))
    #expect(part.md5(in: bytes.span) == Array("Q2hlY2s=".utf8))
    #expect(part.content(in: bytes.span) == Array("foo".utf8))
  }

  /// The example of RFC 9051 §6.4.5.1.
  @Test func sections() {
    let inner =
      "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\na\r\n--i\r\nContent-Type: application/octet-stream\r\n\r\nb\r\n--i--"
    let alternative =
      "Content-Type: multipart/mixed; boundary=j\r\n\r\n--j\r\nContent-Type: image/gif\r\n\r\nc\r\n--j\r\nContent-Type: message/rfc822\r\n\r\nS: x\r\nContent-Type: multipart/mixed; boundary=k\r\n\r\n--k\r\n\r\nd\r\n--k\r\nContent-Type: multipart/alternative; boundary=l\r\n\r\n--l\r\n\r\ne\r\n--l\r\nContent-Type: text/richtext\r\n\r\nf\r\n--l--\r\n--k--\r\n--j--"
    let bytes = Array(
      (MIMEScannerTests.mixed
        + "--b\r\n\r\n1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n2\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner + "\r\n--b\r\n" + alternative + "\r\n--b--\r\n").utf8)
    let structure = MIMEScanner.scan(bytes)
    func body(_ numbers: [Int]) -> String? {
      structure.part(atSection: numbers).map { index in
        let part = structure.parts[index]
        return part.kind == .single
          ? String(decoding: bytes[part.bodyRange], as: UTF8.self) : "\(part.type)/\(part.subtype)"
      }
    }
    let expected: [([Int], String?)] = [
      ([], "multipart/mixed"), ([1], "1"), ([2], "2"), ([3], "message/rfc822"), ([3, 1], "a"), ([3, 2], "b"),
      ([4], "multipart/mixed"), ([4, 1], "c"), ([4, 2], "message/rfc822"), ([4, 2, 1], "d"),
      ([4, 2, 2], "multipart/alternative"), ([4, 2, 2, 1], "e"), ([4, 2, 2, 2], "f"), ([5], nil), ([0], nil),
      ([1, 1], nil),
      ([3, 3], nil), ([4, 2, 2, 2, 1], nil), ([-1], nil), ([.max], nil),
    ]
    for (numbers, text) in expected { #expect(body(numbers) == text, "\(numbers)") }
    // A message that is not multipart has a part 1; an embedded one too.
    let plain = MIMEScanner.scan(Array("A: b\r\n\r\nx".utf8))
    #expect(plain.part(atSection: [1]) == 0)
    #expect(plain.part(atSection: [1, 1]) == nil)
    let nested = MIMEScanner.scan(Array("Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\nx".utf8))
    #expect(nested.part(atSection: [1]) == 0)
    #expect(nested.part(atSection: [1, 1]) == 1)
  }

  static func checkInvariants(_ structure: MIMEStructure, _ bytes: [UInt8], _ note: String = "") {
    let parts = structure.parts
    guard let root = parts.first else {
      Issue.record("no parts \(note)")
      return
    }
    var wrong = root.range != 0..<bytes.count || root.parent != nil || root.subtreeEnd != parts.count
    // LF before each offset.
    var lines = [0]
    lines.reserveCapacity(bytes.count + 1)
    var count = 0
    for byte in bytes {
      if byte == 10 { count += 1 }
      lines.append(count)
    }
    var children = [Int](repeating: 0, count: parts.count)
    var ends = [Int](repeating: 0, count: parts.count)
    for (index, part) in parts.enumerated() {
      wrong =
        wrong || part.headerRange.upperBound != part.bodyRange.lowerBound || part.bodyRange.upperBound > bytes.count
      wrong = wrong || part.lineCount != lines[part.bodyRange.upperBound] - lines[part.bodyRange.lowerBound]
      wrong = wrong || part.subtreeEnd <= index || part.subtreeEnd > parts.count
      if let parent = part.parent {
        let outer = parts[parent]
        wrong = wrong || parent >= index || part.depth != outer.depth + 1 || index >= outer.subtreeEnd
        wrong = wrong || part.range.lowerBound < max(outer.bodyRange.lowerBound, ends[parent])
        wrong = wrong || part.range.upperBound > outer.bodyRange.upperBound
        ends[parent] = part.range.upperBound
        children[parent] += 1
      }
    }
    for (index, part) in parts.enumerated() {
      wrong = wrong || children[index] != part.childCount || structure.children(of: index).count != part.childCount
      wrong = wrong || (part.kind == .message && part.childCount != 1) || (part.kind == .single && part.childCount != 0)
    }
    #expect(!wrong, "invariants broken \(note)")
  }
}
