import Mail
import Testing

@Suite struct QuotedPrintableTests {
  @Test(arguments: [
    ("a=3Db", "a=b"), ("a=\r\nb", "ab"), ("a=\nb", "ab"), ("a= \t\r\nb", "ab"), ("a  \r\nb", "a\r\nb"),
    ("a \t\nb", "a\nb"),
    ("a b", "a b"), ("=c3=A9", "é"), ("=ZZ", "=ZZ"), ("=", ""), ("a=4", "a=4"), ("==41", "=A"), ("a =", "a "),
    ("x ", "x "),
    ("=\r", "=\r"), ("a\r\n", "a\r\n"), ("", ""),
  ])
  func decode(text: String, expected: String) {
    #expect(QuotedPrintable.decode(Array(text.utf8).span) == Array(expected.utf8))
  }

  @Test func roundTrip() {
    let texts = [
      "", "a", "a b \r\n", "tab\t\r\nend ", ".\r\n..\r\nFrom me\r\n", String(repeating: "x", count: 500),
      String(repeating: "é=", count: 300), "سلام عليكم\r\n\r\nنص", "\u{0}\u{1}\r lone cr",
      String(repeating: " ", count: 200),
    ]
    for text in texts {
      let encoded = QuotedPrintable.encode(Array(text.utf8))
      #expect(QuotedPrintable.decode(encoded.span) == Array(text.utf8))
      #expect(encoded.split(separator: 10).allSatisfy { $0.count <= 77 })
      #expect(encoded.allSatisfy { $0 < 127 })
    }
  }

  @Test func limit() {
    #expect(QuotedPrintable.decode(Array("abcdef".utf8).span, limit: 3).count == 3)
    #expect(QuotedPrintable.decode(Array("abcdef".utf8).span, limit: -1).isEmpty)
  }
}

@Suite struct EncodedWordTests {
  @Test(arguments: [
    // RFC 2047 §8
    ("=?ISO-8859-1?Q?a?=", "a"), ("=?ISO-8859-1?Q?a?= b", "a b"), ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
    ("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"), ("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
    ("=?ISO-8859-1?Q?a_b?=", "a b"), ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
    ("=?US-ASCII*EN?Q?Keith_Moore?= <x>", "Keith Moore <x>"),
    (
      "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
      "If you can read this you understand the example."
    ),
    ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
    ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
    // A character split between two words.
    ("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "€"), ("=?utf-8?B?4oI=?= =?UTF-8?B?rA==?=", "€"),
    // Malformed but seen.
    ("=?utf-8?Q?hello world?=", "hello world"), ("x=?utf-8?Q?y?=z", "xyz"), ("=?utf-8?B?4oKs?", "=?utf-8?B?4oKs?"),
    ("=?utf-8?B?4oKs?=", "€"), ("=?utf-8?b?4oKs4oKs4oKs==?=", "€€€"), ("=?utf-8?B?4oKs4oK?=", "€\u{FFFD}"),
    ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("=??Q?a?=", "=??Q?a?="),
    ("=?x-unknown?Q?caf=E9?=", "café"), ("=?utf-8?Q??=", ""), ("=?", "=?"), ("=", "="), ("a = b", "a = b"),
    ("=?utf-8?Q?a=ZZ?=", "a=ZZ"), ("=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b"), ("caf\u{e9}", "café"),
    ("=?gb2312?B?xOO6ww==?=", "你好"), ("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"),
    ("=?windows-1256?B?48PH4w==?=", "مأام"), ("=?koi8-r?B?8NLJ18XU?=", "Привет"), ("a\r\n b", "a b"),
  ])
  func decode(text: String, expected: String) {
    #expect(EncodedWord.decode(Array(text.utf8), decoder: CharsetDecoder()) == expected)
  }

  @Test func bytes() {
    #expect(EncodedWord.decode([0x63, 0xE9], decoder: CharsetDecoder()) == "cé")
  }

  @Test(arguments: [
    "é", "سلام عليكم ورحمة الله وبركاته، هذه رسالة طويلة جدا لكي يقسم العنوان إلى عدة كلمات مرمزة",
    "Ünïcödé wörds and ASCII words mixed together in one rather long subject line, really",
    String(repeating: "😀", count: 100), "a ?= b =?x?q?y?=", "trailing space ",
  ])
  func encode(text: String) {
    let words = EncodedWord.encode(text)
    #expect(words.allSatisfy { $0.count <= 75 && $0.allSatisfy(ASCII.isVisible) })
    let joined = Array(words.joined(separator: [13, 10, 32]))
    #expect(EncodedWord.decode(joined, decoder: CharsetDecoder()) == text)
    let single = words.map { EncodedWord.decode($0, decoder: CharsetDecoder()) }.joined()
    #expect(single == text)
  }
}

@Suite struct CharsetTests {
  @Test(
    arguments: [
      ("utf-8", [0xC3, 0xA9], "é"), ("UTF8", [0xFF], "\u{FFFD}"), ("us-ascii", [0x61], "a"), ("", [0xE9], "é"),
      ("iso-8859-1", [0xE9, 0x80], "é€"), ("Latin1", [0xFC], "ü"), ("windows-1252", [0x93, 0x94], "“”"),
      ("iso-8859-2", [0xB1], "ą"), ("ISO_8859-5:1988", [0xD0], "Ð"), ("iso-8859-15", [0xA4], "€"),
      ("windows-1251", [0xCF], "П"), ("cp1256", [0xC7], "ا"), ("iso-8859-6", [0xC7], "ا"), ("koi8-u", [0xA4], "є"),
      ("gbk", [0xC4, 0xE3], "你"), ("GB2312", [0xBA, 0xC3], "好"), ("hz-gb-2312", Array("~{VPND~}~~".utf8), "中文~"),
      ("big5", [0xA4, 0xA4], "中"), ("shift_jis", [0x93, 0xFA], "日"), ("x-sjis", [0x87, 0x40], "①"),
      ("euc-jp", [0xC6, 0xFC], "日"), ("ks_c_5601-1987", [0xC7, 0xD1], "한"), ("euc-kr", [0xB0, 0xA1], "가"),
      ("iso-8859-8-i", [0xE0], "א"), ("x-mac-cyrillic", [0x80], "А"), ("tis-620", [0xA1], "ก"),
      ("utf-7", Array("Hi Mom -+Jjo--!".utf8), "Hi Mom -☺-!"), ("utf-16", [0xFE, 0xFF, 0x00, 0x41], "A"),
      ("utf-16le", [0x41, 0x00], "A"), ("macintosh", [0x8E], "é"),
      // Broken input goes on behind the broken byte.
      ("gbk", [0x61, 0xFF, 0x62], "a\u{FFFD}b"), ("shift_jis", [0x93], "\u{FFFD}"),
      ("iso-2022-jp", [0x1B, 0x24], "\u{FFFD}$"),
      ("utf-16le", [0x41, 0x00, 0x42], "A\u{FFFD}"),
      // Names that must not reach iconv.
      ("UTF-8//TRANSLIT", [0x41], "A"), ("../../x", [0xE9], "é"), ("\u{0}", [0x41], "A"), ("IBM930", [0xE9], "é"),
    ] as [(String, [UInt8], String)])
  func decode(name: String, bytes: [UInt8], expected: String) {
    #expect(CharsetDecoder().decode(bytes, charset: name) == expected)
  }

  /// One decoder, many charsets: the shift state of one text does not leak into the next.
  @Test func reuse() {
    let decoder = CharsetDecoder()
    for _ in 0..<3 {
      _ = decoder.decode([0x1B, 0x24, 0x42, 0x46], charset: "iso-2022-jp")
      #expect(decoder.decode(Array("F|".utf8), charset: "iso-2022-jp") == "F|")
      #expect(decoder.decode([0xE0], charset: "iso-8859-8") == "א")
      #expect(decoder.decode([], charset: "gbk") == "")
    }
    let long = [UInt8](repeating: 0xC7, count: 100_000)
    #expect(decoder.decode(long, charset: "windows-1256").unicodeScalars.count == 100_000)
    #expect(decoder.decode([UInt8](repeating: 0xFF, count: 5000), charset: "gbk").unicodeScalars.count == 5000)
  }
}

@Suite struct ParameterTests {
  static func list(_ text: String) -> ParameterList {
    let bytes = Array(text.utf8)
    return ParameterList(bytes.span, 0..<bytes.count)
  }

  @Test(arguments: [
    ("text/plain; charset=utf-8; format=flowed", "charset=utf-8 format=flowed"), ("text/plain", ""),
    ("text/plain;", ""),
    ("x/y; a=\"b;c\"; d=e", "a=b;c d=e"), ("x/y; a=\"b\\\"c\"", "a=b\"c"), ("x/y;;; a=b;", "a=b"),
    ("x/y; A = b", "a=b"),
    ("x/y; a=b (comment; x=y); c=d", "a=b c=d"), ("x/y; a; b=c", "b=c"), ("x/y; =b; c=d", "c=d"), ("x/y; a=", "a="),
    ("x/y; a=b/c?d=e", "a=b/c?d=e"), ("x/y; a=\"unclosed", "a=unclosed"), ("x/y; a=b c; d=e", "a=b d=e"),
    ("x/y;\r\n\ta=b", "a=b"), ("x/y; a=\"b\r\n c\"", "a=b c"), ("x/y; a=b; a=c", "a=b a=c"),
    // RFC 2231 §3, §4.1
    ("x/y; URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub\"", "url=ftp://cs.utk.edu/pub"),
    (
      "x/y; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*0*=us-ascii'en'This%20is%20even%20more%20; title*2=\"isn't it!\"",
      "title*=us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn%27t%20it!"
    ),
    ("x/y; a*0=b; a*2=d", "a=b"), ("x/y; a*1=b; a*2=c", "a=bc"), ("x/y; a*x=b", "a*x=b"),
    ("x/y; a*0=b; a*0=z; a*1=c", "a=bc"), ("x/y; a*99999999999999999999=b", "a*99999999999999999999=b"),
  ])
  func joined(text: String, expected: String) {
    let shown = ParameterTests.list(text).joined.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
    #expect(shown.joined(separator: " ") == expected)
  }

  @Test(
    arguments: [
      ("x/y; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "This is ***fun***"),
      ("x/y; title*0*=us-ascii'en'This%20is%20; title*1=\"isn't it!\"", "This is isn't it!"),
      ("x/y; title*=iso-8859-1''caf%E9", "café"), ("x/y; title=\"=?utf-8?Q?caf=C3=A9?=\"", "café"),
      ("x/y; title=plain; title*=utf-8''%c3%a9", "é"),
      ("x/y; title*=noquotes%20x", "noquotes x"), ("x/y; title*=utf-8''%zz%4", "%zz%4"),
      ("x/y; title=caf\u{e9}", "café"),
      ("x/y", nil),
    ] as [(String, String?)])
  func text(text: String, expected: String?) {
    #expect(ParameterTests.list(text).text(of: "title", decoder: CharsetDecoder()) == expected)
  }
}
