import Mail
import POP3
import Testing

private func write(_ message: [UInt8], pieces: Int = .max) -> (wire: [UInt8], octets: Int) {
  var writer = DotWriter()
  var wire: [UInt8] = []
  var at = 0
  while at < message.count {
    let end = min(message.count, at + min(pieces, message.count))
    writer.write(Array(message[at..<end])) { wire += $0 }
    at = end
  }
  writer.finish { wire += $0 }
  return (wire, writer.octets)
}

@Suite struct DotWriterTests {
  static let messages: [(message: String, wire: String, octets: Int)] = [
    ("", ".\r\n", 0), ("a\r\n", "a\r\n.\r\n", 3), ("a", "a\r\n.\r\n", 3), (".", "..\r\n.\r\n", 3),
    (".\r\n", "..\r\n.\r\n", 3),
    ("a\r\n.\r\n..b\r\n", "a\r\n..\r\n...b\r\n.\r\n", 11), ("\r\n", "\r\n.\r\n", 2),
    ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n", 9), ("a\r.\r", "a\r\n..\r\n.\r\n", 6),
    ("a\r\r\n", "a\r\n\r\n.\r\n", 5), ("a.b.\r\n", "a.b.\r\n.\r\n", 6),
  ]

  @Test(arguments: messages) func writes(_ message: String, _ wire: String, _ octets: Int) {
    for size in [1, 2, 3, 4, 5, Int.max] {
      let got = write(Array(message.utf8), pieces: size)
      #expect(String(decoding: got.wire, as: UTF8.self) == wire)
      #expect(got.octets == octets)
    }
    #expect(Array(message.utf8).withUnsafeBytes { DotWriter.size(of: $0) } == octets)
  }

  /// All strings of seven octets out of those that matter: the wire ends once, holds CR and LF only as CRLF, and unstuffed
  /// has as many octets as were announced.
  @Test func neverEndsEarly() {
    let alphabet: [UInt8] = [13, 10, 46, 97]
    for number in 0..<16_384 {
      let message = (0..<7).map { alphabet[number >> (2 * $0) & 3] }
      let (wire, octets) = write(message, pieces: number % 7 + 1)
      var lines: [[UInt8]] = [[]]
      var index = 0
      while index < wire.count {
        if wire[index] == 13 {
          #expect(index + 1 < wire.count && wire[index + 1] == 10)
          lines.append([])
          index += 2
        } else {
          #expect(wire[index] != 10)
          lines[lines.count - 1].append(wire[index])
          index += 1
        }
      }
      #expect(lines.removeLast().isEmpty && lines.removeLast() == [46])
      #expect(!lines.contains([46]))
      let unstuffed = lines.reduce(0) { $0 + $1.count + 2 - ($1.first == 46 ? 1 : 0) }
      #expect(unstuffed == octets)
    }
  }
}

@Suite struct TopCutterTests {
  static let cuts: [(message: String, lines: Int, top: String)] = [
    ("A: b\r\n\r\n1\r\n2\r\n", 0, "A: b\r\n\r\n"), ("A: b\r\n\r\n1\r\n2\r\n", 1, "A: b\r\n\r\n1\r\n"),
    ("A: b\r\n\r\n1\r\n2\r\n", 2, "A: b\r\n\r\n1\r\n2\r\n"),
    ("A: b\r\n\r\n1\r\n2\r\n", 9, "A: b\r\n\r\n1\r\n2\r\n"), ("A: b\r\n\r\n1", 1, "A: b\r\n\r\n1"),
    ("A: b\r\n", 5, "A: b\r\n"), ("\r\n1\r\n2", 1, "\r\n1\r\n"),
    ("A: b\n\n1\n2\n", 1, "A: b\n\n1\n"), ("A: b\r\n\r\n\r\n\r\nx", 2, "A: b\r\n\r\n\r\n\r\n"),
    ("A: b\r\n \r\n\r\nx\r\n", 0, "A: b\r\n \r\n\r\n"), ("", 1, ""),
    ("A: b\r\n\r\na\rb\r.c\rd", 2, "A: b\r\n\r\na\rb\r"), ("A: b\r\rx\ry", 1, "A: b\r\rx\r"),
    ("A: b\r\n\r\na\r\r\nb", 2, "A: b\r\n\r\na\r\r\n"),
  ]

  @Test(arguments: cuts) func cutsAt(_ message: String, _ lines: Int, _ top: String) {
    let bytes = Array(message.utf8)
    for size in [1, 2, 3, 100] {
      var cutter = TopCutter(lines: lines)
      var got: [UInt8] = []
      var at = 0
      while at < bytes.count {
        let piece = Array(bytes[at..<min(bytes.count, at + size)])
        got += piece[..<piece.withUnsafeBytes { cutter.take($0) }]
        at += piece.count
      }
      #expect(String(decoding: got, as: UTF8.self) == top)
    }
  }

  /// All bodies of seven octets out of those that matter: TOP sends the first lines of what RETR sends.
  @Test func countsTheLinesThatAreSent() {
    let alphabet: [UInt8] = [13, 10, 46, 97]
    for number in 0..<16_384 {
      let message = Array("A: b\r\n\r\n".utf8) + (0..<7).map { alphabet[number >> (2 * $0) & 3] }
      let lines = number % 4
      var cutter = TopCutter(lines: lines)
      var top: [UInt8] = []
      var at = 0
      while at < message.count {
        let piece = Array(message[at..<min(message.count, at + number % 3 + 1)])
        top += piece[..<piece.withUnsafeBytes { cutter.take($0) }]
        at += piece.count
      }
      let sent = write(top).wire.split(separator: 10, omittingEmptySubsequences: false)
      let whole = write(message).wire.split(separator: 10, omittingEmptySubsequences: false)
      #expect(sent.dropLast(2) == whole.dropLast(2).prefix(2 + lines))
    }
  }
}
