import Testing

@testable import Mail

@Suite("Search: texts and needles")
struct SearchTextTests {
  private static func text(_ folded: [UInt8]) -> String { String(decoding: folded, as: UTF8.self) }

  // RFC 5051 §2, with our ASCII in lower case.
  @Test(arguments: [
    ("Hello", "hello"), ("STRASSE", "strasse"), ("é", "e\u{301}"), ("É", "e\u{301}"), ("ǆ", "dz\u{30C}"),
    ("Ǆ", "dz\u{30C}"),
    ("ﬁ", "fi"), ("Ａｂ", "ab"), ("Σσς", "ΣΣΣ"), ("日本", "日本"), ("가", "가".decomposedHangul), ("ﷺ", "صلى الله عليه وسلم"),
    ("𐐨", "𐐀"), ("a\0b", "a b"), ("ß", "ß"), ("K", "k"),
  ])
  func casemap(_ raw: String, _ folded: String) {
    let made = Self.text(Casemap.fold(raw))
    #expect(Array(made.unicodeScalars) == Array(folded.unicodeScalars), "\(raw)")
  }

  @Test func casemapKeepsWhatIsNotUTF8() {
    let bytes: [UInt8] = [0x41, 0xFF, 0xC3, 0x41, 0xED, 0xA0, 0x80]
    let made = Casemap.fold(bytes.span)
    #expect(made == [0x61, 0xFF, 0xC3, 0x61, 0xED, 0xA0, 0x80])
  }

  @Test(arguments: [
    ("مَرْحَبًا", "مرحبا"), ("مـرحـبا", "مرحبا"), ("أحمد", "احمد"), ("إسلام", "اسلام"), ("آمال", "امال"),
    ("مدرسة", "مدرسه"),
    ("مستشفى", "مستشفي"), ("مسؤول", "مسوول"), ("٢٠٢٦", "2026"), ("résumé", "resume"), ("کتاب", "كتاب"),
    ("a\u{200F}b", "ab"),
  ])
  func arabic(_ raw: String, _ folded: String) {
    let made = Self.text(ArabicFold.fold(Casemap.fold(raw).span))
    #expect(Array(made.unicodeScalars) == Array(folded.unicodeScalars), "\(raw)")
  }

  @Test(arguments: [
    ("الكتاب", "هذا كتاب جديد", true), ("كتاب", "والكتابُ مفيد", true), ("المدرسه", "مَدْرَسَةٌ", true),
    ("بيت كبير", "البيت الكبير", true), ("البيت الكبير", "بيتٍ كبيرٍ", true), ("الك", "الكتاب", true),
    ("كتب", "كتاب", false),
    ("للطلاب", "الطلاب", true), ("report", "The REPORT", true), ("بيت صغير", "البيت الكبير", false),
  ])
  func arabicNeedle(_ needle: String, _ text: String, _ isThere: Bool) {
    let exact = Casemap.fold(text)
    let arabic = ArabicFold.fold(exact.span)
    #expect(SearchNeedle(needle, form: .arabic).isIn(exact: exact, arabic: arabic) == isThere)
  }

  // RFC 9051 §6.4.4: FROM looks into the envelope's addresses.
  @Test(arguments: [
    ("From: <user (c)@ (d) dom.test>\r\n\r\n", MessageText.Column.from, "user@dom.test", true),
    ("From: user@dom.test\r\n\r\n", .from, "user@dom.test", true),
    ("To: g: \"a \\\"b\\\" c\" <q@dom.test>;\r\n\r\n", .to, "a \"b\" c", true),
    ("Subject: a(b)c\r\n\r\n", .subject, "ac", false), ("To: a@b.test\r\n\r\n", .from, "", false),
    ("From: \r\n\r\n", .from, "", true),
  ])
  func column(_ message: String, _ column: MessageText.Column, _ needle: String, _ isThere: Bool) {
    let text = MessageText(Array(message.utf8), decoder: CharsetDecoder())
    #expect(text.hasColumn(column, containing: SearchNeedle(needle, form: .exact)) == isThere, "\(message)")
  }

  @Test func words() {
    let words = SearchWords.words(of: Casemap.fold("Hello, wörld! مرحبا، يا-عالم 日本。x_y")).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(words == ["hello", "wo\u{308}rld", "مرحبا", "يا", "عالم", "日本", "x", "y"])
  }

  @Test func piecesOfLongWordsHoldEveryShortNeedle() {
    let word = (0..<500).map { String(Unicode.Scalar(0x0627 + UInt32($0 * 7 % 30)).map(Character.init) ?? "ا") }
      .joined()
    let bytes = Array(word.utf8)
    var pieces: [[UInt8]] = []
    SearchWords.forEachPiece(in: bytes.span) { pieces.append(Array($0)) }
    #expect(pieces.allSatisfy { $0.count <= SearchWords.pieceLength && String(validating: $0, as: UTF8.self) != nil })
    for start in stride(from: 0, to: bytes.count - SearchWords.needleLength, by: 2) {
      let needle = Array(bytes[start..<start + SearchWords.needleLength])
      #expect(pieces.contains { SearchNeedle.contains($0, needle) })
    }
  }

  @Test func messageText() {
    let message =
      "Subject: =?utf-8?B?2YXYsdit2KjYpw==?= Report\r\nFrom: =?iso-8859-1?Q?J=F6rg?= <j@x.example>\r\n"
      + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n"
      + "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>Caf=C3=A9 <b>in</b>side</p><script>hidden</script>\r\n--b\r\n"
      + "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''%D8%AA%D9%82%D8%B1%D9%8A%D8%B1.pdf\r\n"
      + "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b\r\nContent-Type: text/plain; charset=windows-1256\r\n"
      + "Content-Transfer-Encoding: base64\r\n\r\nx+HT4eHj\r\n--b--\r\n"
    let text = MessageText(Array(message.utf8), decoder: CharsetDecoder())
    func body(_ needle: String) -> Bool { text.bodyContains(SearchNeedle(needle)) }
    #expect(body("CAFÉ inside"))
    #expect(!body("hidden"))
    #expect(body("تقرير.pdf"))
    #expect(body("السللم"))
    #expect(!body("hello"))
    #expect(text.headerContains(SearchNeedle("subject: مرحبا report")))
    #expect(text.hasField(Array("from".utf8), containing: SearchNeedle("JÖRG")))
    #expect(!text.hasField(Array("to".utf8), containing: SearchNeedle("")))
  }
}

extension String {
  /// NFD of Hangul by the algorithm of Unicode §3.12.
  fileprivate var decomposedHangul: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let index = scalar.value - 0xAC00
      for value in [0x1100 + index / 588, 0x1161 + index % 588 / 28] { Unicode.Scalar(value).map { result.append($0) } }
      if index % 28 > 0 { Unicode.Scalar(0x11A7 + index % 28).map { result.append($0) } }
    }
    return String(result)
  }
}
