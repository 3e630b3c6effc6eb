import Mail
import TestKit
import Testing

/// Figures for docs/performance.md (`make bench`).
@Suite(.serialized, .enabled(if: Benchmark.isAsked)) struct MailBenchmarks {
  static let line = "The quick brown fox jumps over the lazy dog, and then some more.\r\n"

  static func message(attachment: Int) -> [UInt8] {
    let text = String(repeating: line, count: 20)
    let head = "From: a@example.test\r\nTo: b@example.test\r\nSubject: figures\r\nMIME-Version: 1.0\r\n"
    return Array(
      """
      \(head)Content-Type: multipart/mixed; boundary="=_one"\r
      \r
      --=_one\r
      Content-Type: text/plain; charset=utf-8\r
      \r
      \(text)\r
      --=_one\r
      Content-Type: text/html; charset=utf-8\r
      Content-Transfer-Encoding: quoted-printable\r
      \r
      \(text)\r
      --=_one\r
      Content-Type: application/octet-stream; name="a.bin"\r
      Content-Transfer-Encoding: base64\r
      \r
      \(String(repeating: String(repeating: "QUJD", count: 19) + "\r\n", count: attachment / 78))\r
      --=_one--\r

      """.utf8)
  }

  @Test(arguments: [4 << 10, 20 << 20]) func scan(_ attachment: Int) {
    let message = Self.message(attachment: attachment)
    var parts = 0
    let seconds = Benchmark.seconds(rounds: (400 << 20) / message.count) {
      parts += MIMEScanner.scan(message).parts.count
    }
    #expect(parts > 0)
    Benchmark.say("MIME scan, \(message.count) bytes: \(Int(Double(message.count) / seconds / 1e6)) MB/s")
  }
}
