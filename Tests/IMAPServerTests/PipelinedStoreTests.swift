import ServiceKit
import Store
import Synchronization
import Testing

/// STOREs that come in one go are done together, and nobody can tell but by the time it takes.
@Suite("IMAP: pipelined STORE")
struct PipelinedStoreTests {
  private static let messages = 40

  @Test(arguments: ["", "a ENABLE IMAP4rev2 CONDSTORE", "a ENABLE QRESYNC"])
  func inOrder(enable: String) async throws {
    let counter = Counter()
    let office = try await TestOffice.start(storeOptions: { options in
      options.fault = { step in
        if step.point == .commit { counter.add() }
        return nil
      }
    })
    let port = office.imapPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.line()
      try ask(client, "l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"", "l OK")
      if !enable.isEmpty { try ask(client, enable, "a OK") }
      for _ in 0..<Self.messages { try ask(client, "m APPEND INBOX {12+}\r\nSubject: x\r\n", "m OK") }
      try ask(client, "s SELECT INBOX", "s OK")
      for seed in 1...8 as ClosedRange<UInt64> { try Self.round(client, seed) }
      let before = counter.value
      // Silent, one message each: nothing but the tagged lines comes back, and few commits are made.
      var text = ""
      for number in 0..<2_000 {
        text += "u\(number) UID STORE \(number % Self.messages + 1) \(number / Self.messages % 2 == 0 ? "+" : "-")"
        text += "FLAGS.SILENT (\\Draft)\r\n"
      }
      try client.send(text + "end NOOP\r\n")
      var tags: [String] = []
      while let line = try client.line(), !line.hasPrefix("end ") {
        if line.hasPrefix("* ") {
          // RFC 7162 §3.1.3: the mod-sequence is told also of a silent change.
          #expect(!enable.isEmpty && line.contains("MODSEQ") && !line.contains("FLAGS"), "\(line)")
        } else {
          #expect(line.hasSuffix("OK Store completed"), "\(line)")
          tags.append(String(line.prefix { $0 != " " }))
        }
      }
      #expect(tags == (0..<2_000).map { "u\($0)" })
      #expect(counter.value - before < 400)
    }
    await office.stop()
  }

  /// Random STOREs, some of them wrong, and what must have become of them.
  private static func round(_ client: LineClient, _ seed: UInt64) throws {
    var random = Random(seed: seed)
    var flags = try self.flags(client)
    let names = ["\\Seen", "\\Flagged", "\\Answered", "$One", "$Two"]
    var text = ""
    var expected: [String] = []
    var asked: Set<Int> = []
    for number in 0..<60 {
      let first = random.below(messages) + 1
      let last = min(messages, first + random.below(3))
      let name = names[random.below(names.count)]
      let isSilent = random.below(2) == 0
      let isUID = random.below(2) == 0
      let mode = ["", "+", "-"][random.below(3)]
      let isWrong = random.below(10) == 0
      text += "t\(number) \(isUID ? "UID " : "")STORE \(isWrong ? "900" : "\(first):\(last)") "
      text += "\(mode)FLAGS\(isSilent ? ".SILENT" : "") (\(name))\r\n"
      // RFC 9051 §6.4.9: a UID that is not there is no error, a message number is.
      expected.append("t\(number) \(isWrong && !isUID ? "BAD" : "OK")")
      if isWrong { continue }
      for uid in first...last {
        switch mode {
        case "+": flags[uid - 1].insert(name)
        case "-": flags[uid - 1].remove(name)
        default: flags[uid - 1] = [name]
        }
        if !isSilent { asked.insert(uid) }
      }
    }
    try client.send(text)
    var answers: [String] = []
    while answers.count < expected.count, let line = try client.line() {
      let words = line.split(separator: " ")
      if words[0] != "*" {
        answers.append(words.prefix(2).joined(separator: " "))
      } else if words.count > 2, words[2] == "FETCH", let number = Int(words[1]) {
        asked.remove(number)
      }
    }
    // RFC 9051 §6.4.6: who did not ask for silence is told.
    #expect(asked.isEmpty, "seed \(seed)")
    #expect(answers == expected, "seed \(seed)")
    #expect(try self.flags(client) == flags, "seed \(seed)")
  }

  private static func flags(_ client: LineClient) throws -> [Set<String>] {
    try ask(client, "f FETCH 1:* (FLAGS)", "f OK").filter { $0.contains(" FETCH ") }.map { line in
      let list = line.split(separator: "FLAGS (", omittingEmptySubsequences: false).last?.prefix { $0 != ")" } ?? ""
      return Set(list.split(separator: " ").map(String.init)).subtracting(["\\Recent"])
    }
  }

  /// Counts on any thread.
  private final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
  }
}

/// The untagged lines; the tagged one must begin with `end`.
@discardableResult func ask(_ client: LineClient, _ command: String, _ end: String) throws -> [String] {
  try client.send(command + "\r\n")
  var lines: [String] = []
  while let line = try client.line() {
    if line.hasPrefix("* ") || line.hasPrefix("+ ") {
      lines.append(line)
      continue
    }
    #expect(line.hasPrefix(end), "\(command): \(line)")
    return lines
  }
  return lines
}
