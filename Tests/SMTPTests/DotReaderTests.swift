import SMTP
import Testing

private struct Outcome: Equatable {
  var text: [UInt8] = []
  var taken = 0
  var isEnded = false
  var findings = MessageFindings()
}

private func read(_ input: [UInt8], pieces: Int = .max, limit: Int = 0) -> Outcome {
  var reader = DotReader(limit: limit)
  var outcome = Outcome()
  var at = 0
  while at < input.count, !reader.isEnded {
    let end = min(input.count, at + min(pieces, input.count))
    outcome.taken += reader.read(Array(input[at..<end])) { outcome.text += $0 }
    at = end
  }
  outcome.isEnded = reader.isEnded
  outcome.findings = reader.findings
  return outcome
}

private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What RFC 5321 §4.5.2 and §2.3.8 ask, octet by octet, written without a thought for speed.
private func slowRead(_ input: [UInt8]) -> (text: [UInt8], end: Int?) {
  if input.starts(with: [46, 13, 10]) { return ([], 3) }
  // Where does it end?
  var end = input.count
  var isEnded = false
  for index in input.indices where input[index...].starts(with: [13, 10, 46, 13, 10]) {
    end = index + 2
    isEnded = true
    break
  }
  var text: [UInt8] = []
  var index = 0
  var isLineStart = true
  while index < end {
    if isLineStart, input[index] == 46 {
      index += 1
      isLineStart = false
      continue
    }
    isLineStart = false
    if input[index] == 13 {
      var run = index
      while run < end, input[run] == 13 { run += 1 }
      if run == input.count { break }
      if input[run] == 10 {
        text += [13, 10]
        isLineStart = true
        index = run + 1
      } else {
        for _ in index..<run { text += [13, 10] }
        index = run
      }
    } else if input[index] == 10 {
      text += [13, 10]
      index += 1
    } else {
      text.append(input[index])
      index += 1
    }
  }
  return (text, isEnded ? end + 3 : nil)
}

@Suite struct DotReaderTests {
  static let messages: [(input: String, text: String)] = [
    (".\r\n", ""), ("a\r\n.\r\n", "a\r\n"), ("\r\n.\r\n", "\r\n"), ("..\r\n.\r\n", ".\r\n"), ("...\r\n.\r\n", "..\r\n"),
    (".a\r\n.\r\n", "a\r\n"), ("a\r\n..b\r\n.\r\n", "a\r\n.b\r\n"), ("a.b\r\n.\r\n", "a.b\r\n"),
    ("Subject: x\r\n\r\nbody\r\n.\r\n", "Subject: x\r\n\r\nbody\r\n"), ("a\r\n.\r\nQUIT\r\n", "a\r\n"),
  ]

  @Test(arguments: messages) func reads(_ input: String, _ text: String) {
    let whole = read(octets(input))
    #expect(whole.text == octets(text))
    #expect(whole.isEnded)
    #expect(!whole.findings.hasBareCR && !whole.findings.hasBareLF)
    #expect(octets(input).dropFirst(whole.taken).isEmpty || input.hasSuffix("QUIT\r\n"))
    for size in 1...9 { #expect(read(octets(input), pieces: size) == whole) }
  }

  /// Every published end-of-data variant of SMTP smuggling (SEC Consult 2023, CVE-2023-51764, -51765, -51766, CVE-2024-27305,
  /// and the forms that their scanners try): none ends the message, and what follows stays in it.
  static let smuggling = [
    "\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r.\n", "\n.\r", "\r\n.\r\r\n", "\r\r\n.\r\r\n",
    "\n\n.\r\n",
    "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\n.\r\0\n", "\r\n\r.\r\n", "\r\n.\n\r\n\r",
    "\n\r.\r\n", "\r\n .\r\n", "\r\n. \r\n", "\r\n.\t\r\n", "\u{85}.\r\n", "\u{2028}.\r\n", "\u{b}.\r\n", "\u{c}.\r\n",
    "\r\n．\r\n",
    "\r\n..\r\n", "\r\n.\u{85}", "\n.\n\r\n", "\r\n.\u{8}\r\n", "\r\r.\r\r",
  ]

  @Test(arguments: smuggling) func endsNothing(_ variant: String) {
    let smuggled = "MAIL FROM:<evil@a.example>\r\nRCPT TO:<b@foo.com>\r\nDATA\r\nFrom: you\r\n"
    let input = octets("Subject: x\r\n\r\nhello" + variant + smuggled)
    let whole = read(input + octets("\r\n.\r\n"))
    #expect(whole.isEnded)
    #expect(whole.taken == input.count + 5)
    #expect(!read(input).isEnded)
    // Nothing handed out can end a message elsewhere: CR and LF come only as CRLF.
    #expect(isClean(whole.text))
    for size in 1...7 { #expect(read(input + octets("\r\n.\r\n"), pieces: size) == whole) }
  }

  private func isClean(_ text: [UInt8]) -> Bool {
    for index in text.indices {
      if text[index] == 13, index + 1 == text.count || text[index + 1] != 10 { return false }
      if text[index] == 10, index == 0 || text[index - 1] != 13 { return false }
    }
    return true
  }

  @Test func bareLineEndsAreReported() {
    #expect(read(octets("a\nb\r\n.\r\n")).findings.hasBareLF)
    #expect(!read(octets("a\nb\r\n.\r\n")).findings.hasBareCR)
    #expect(read(octets("a\rb\r\n.\r\n")).findings.hasBareCR)
    #expect(read(octets("a\r\r\nb\r\n.\r\n")).findings.hasBareCR)
    #expect(read(octets("a\r\r\nb\r\n.\r\n")).text == octets("a\r\nb\r\n"))
    #expect(read(octets("a\r\rb\r\n.\r\n")).text == octets("a\r\n\r\nb\r\n"))
  }

  @Test func findings() {
    for size in [1, 2, 5, 100] {
      let outcome = read(octets("ab\r\n..cdefghij\r\n\r\nk\u{e9}\r\nx\0y\r\n.\r\nMAIL FROM:<\u{e9}>"), pieces: size)
      #expect(outcome.findings.longestLine == 9)
      #expect(outcome.findings.hasNUL)
      #expect(outcome.findings.has8Bit)
      #expect(outcome.findings.octets == outcome.text.count)
    }
    // What follows the message does not count.
    let clean = read(octets("ab\r\n.\r\nMAIL FROM:<\u{e9}\0>0123456789"))
    #expect(!clean.findings.has8Bit && !clean.findings.hasNUL && clean.findings.longestLine == 2)
    #expect(clean.taken == 7)
  }

  @Test func limit() {
    let input = octets("12345678\r\n12345678\r\n.\r\n")
    #expect(!read(input, limit: 20).findings.isTooLarge)
    for size in [1, 3, 50] {
      let outcome = read(input, pieces: size, limit: 19)
      #expect(outcome.findings.isTooLarge && outcome.isEnded)
      #expect(outcome.text.count <= 19)
    }
  }

  /// Against the slow reader, over all strings of eight octets out of those that matter, and random long ones.
  @Test func agreesWithTheSlowReader() {
    let alphabet: [UInt8] = [13, 10, 46, 97]
    for number in 0..<65_536 {
      let input = (0..<8).map { alphabet[number >> (2 * $0) & 3] }
      check(input)
    }
    var seed: UInt64 = 88_172_645_463_325_252
    func next() -> UInt64 {
      seed ^= seed << 13
      seed ^= seed >> 7
      seed ^= seed << 17
      return seed
    }
    let wide: [UInt8] = [13, 10, 46, 97, 98, 99, 100, 101, 102, 13, 10, 103, 0, 200, 104, 105]
    for _ in 0..<3_000 {
      let input = (0..<Int(next() % 200)).map { _ in wide[Int(next() >> 8) & 15] }
      check(input)
      let size = Int(next() % 30) + 1
      #expect(read(input, pieces: size) == read(input))
    }
  }

  private func check(_ input: [UInt8]) {
    let slow = slowRead(input)
    let fast = read(input)
    // A dot or CRs at the end of an unfinished message are held back by the one and not by the other.
    if fast.isEnded || slow.end != nil {
      #expect(fast.isEnded == (slow.end != nil) && fast.taken == slow.end && fast.text == slow.text, "\(input)")
    } else {
      #expect(slow.text.starts(with: fast.text) || fast.text.starts(with: slow.text), "\(input)")
    }
  }
}
