import Mail
import Testing

/// Whatever the pieces, what comes out is what the whole gives.
@Suite struct TransferDecoderTests {
  @Test(arguments: [TransferEncoding.base64, .quotedPrintable, .eightBit, .other])
  func drip(encoding: TransferEncoding) {
    var random: UInt64 = 1
    let alphabet = Array("=A3ab 09\t\r\n+/=é".utf8)
    for _ in 0..<300 {
      let text = (0..<120).map { _ in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return alphabet[Int(random >> 40) % alphabet.count]
      }
      let whole = encoding.decode(text.span)
      for size in [1, 2, 3, 7, 50] {
        var decoder = TransferDecoder(encoding)
        var decoded: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: size) {
          let end = min(text.count, start + size)
          decoded += decoder.decode(Array(text[start..<end]), isLast: end == text.count)
        }
        #expect(decoded == whole, "\(size): \(String(decoding: text, as: UTF8.self))")
      }
    }
  }
}
