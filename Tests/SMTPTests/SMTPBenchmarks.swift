import SMTP
import TestKit
import Testing

/// Figures for docs/performance.md (`make bench`).
@Suite(.serialized, .enabled(if: Benchmark.isAsked)) struct SMTPBenchmarks {
  /// The message after DATA: 4 MiB of ordinary lines, the same with a stuffed dot every other line.
  @Test(arguments: ["plain", "stuffed"]) func dotReader(_ kind: String) {
    let line = "The quick brown fox jumps over the lazy dog, and then some more.\r\n"
    let lines = kind == "plain" ? line : line + ".." + line
    let message = Array((String(repeating: lines, count: (4 << 20) / lines.utf8.count) + ".\r\n").utf8)
    var octets = 0
    let seconds = Benchmark.seconds(rounds: 50) {
      var reader = DotReader()
      message.withUnsafeBytes { bytes in
        var at = 0
        while !reader.isEnded {
          let piece = UnsafeRawBufferPointer(rebasing: bytes[at..<min(at + 65_536, bytes.count)])
          at += reader.read(piece) { octets += $0.count }
        }
      }
    }
    #expect(octets > 0)
    Benchmark.say("DATA decoded, \(kind): \(Int(Double(message.count) / seconds / 1e6)) MB/s")
  }
}
