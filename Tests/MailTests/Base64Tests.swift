import Mail
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func vectors(plain: String, encoded: String) {  // RFC 4648 §10
    #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
    #expect(Base64.decode(Array(encoded.utf8)) == Array(plain.utf8))
    #expect(Base64.decodeLenient(Array(encoded.utf8).span) == Array(plain.utf8))
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\r\n", "=", "====", "Zg==Zg==", "Zm9-", "Z=g=",
  ])
  func refused(text: String) { #expect(Base64.decode(Array(text.utf8)) == nil) }

  @Test func lenient() {
    #expect(Base64.decodeLenient(Array("Zm9v\r\n!Ym Fy=".utf8).span) == Array("foobar".utf8))
    #expect(Base64.decodeLenient(Array("Zg==Zg==".utf8).span) == Array("ff".utf8))
    #expect(Base64.decodeLenient(Array("Zm9vYmFy".utf8).span, limit: 2) == Array("fo".utf8))
  }

  @Test func roundTrip() {
    for count in 0..<300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      let lines = Base64.encodeLines(bytes)
      #expect(Base64.decodeLenient(lines.span) == bytes)
      #expect(lines.split(separator: 10).allSatisfy { $0.count <= 77 })
    }
  }
}
