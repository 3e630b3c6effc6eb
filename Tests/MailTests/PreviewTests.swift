import Mail
import Testing

@Suite struct PreviewTests {
  @Test(arguments: [
    ("plain", "plain"), ("a<b", "a"), ("a < b", "a < b"), ("<p>one</p><p>two</p>", "one two"), ("a<br>b", "a b"),
    ("a<b>b</b>c", "abc"),
    ("<style>p{x}</style>y", "y"), ("<STYLE type='a>b'>p{x}</Style >y", "y"), ("<script>a<b</script>y", "y"),
    ("<!-- > -->y", "y"),
    ("<!-- never", ""), ("<title>t</title>y", "y"), ("<script>never", ""), ("<a href=\"x>y\">z</a>", "z"),
    ("<a href=it's>z</a>", "z"), ("<a", ""),
    ("&lt;&gt;&amp;&quot;&nbsp;x", "<>&\" x"), ("&#233;&#xE9;&#x110000;&#0;", "éé"), ("&unknown; &", "&unknown; &"),
    ("&eacute", "é"),
    ("&#146;", "’"), ("<?xml?><!DOCTYPE html>x", "x"), ("<td>a</td><td>b</td>", "a b"),
    ("سلام <b>عليكم</b>", "سلام عليكم"), ("</p>", ""),
    ("<", "<"), ("&#;", "&#;"), ("&#x;", "&#x;"), ("&#99999999999;", ""),
  ])
  func html(text: String, expected: String) {
    let message = Array("Content-Type: text/html; charset=utf-8\r\n\r\n\(text)".utf8)
    #expect(PreviewTests.preview(message) == expected)
  }

  static func preview(_ bytes: [UInt8], characters: Int = 200) -> String {
    Preview.text(of: MIMEScanner.scan(bytes), in: bytes.span, decoder: CharsetDecoder(), characters: characters)
  }

  @Test func choice() {
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    let html = "--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n"
    let attached = "--b\r\nContent-Disposition: attachment\r\n\r\nattached\r\n"
    let empty = "--b\r\n\r\n \r\n"
    let plain = "--b\r\nContent-Transfer-Encoding: base64\r\n\r\ncGxhaW4=\r\n"
    let message = "--b\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\nembedded\r\n"
    let image = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    #expect(PreviewTests.preview(Array((head + attached + message + html + plain).utf8)) == "plain")
    #expect(PreviewTests.preview(Array((head + attached + empty + html).utf8)) == "html")
    #expect(PreviewTests.preview(Array((head + image + message).utf8)) == "embedded")
    #expect(PreviewTests.preview(Array((head + image + attached).utf8)) == "attached")
    #expect(PreviewTests.preview(Array((head + image).utf8)) == "")
  }

  @Test func length() {
    let bytes = Array(("\r\n" + String(repeating: "é ", count: 500)).utf8)
    #expect(PreviewTests.preview(bytes, characters: 200).unicodeScalars.count == 199)
    #expect(
      PreviewTests.preview(Array(("\r\n" + String(repeating: "é", count: 50_000)).utf8)).unicodeScalars.count == 200)
    #expect(
      PreviewTests.preview(Array("\r\na\u{200C} \u{200C} \u{34F} b\r\n\t c\u{200C}d".utf8))
        == "a b c\u{200C}d".replacing("a", with: "a\u{200C}"))
    #expect(PreviewTests.preview(Array("\r\nabc".utf8), characters: 0) == "")
  }
}
