import ServiceKit
import Testing

@Suite("IMAP: bad input over TCP")
struct BadInputTests {
  private func play(_ body: @escaping @Sendable (Int) throws -> Void) async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    do { try await onThread { try body(port) } } catch { Issue.record("\(error)") }
    await office.stop()
  }

  private static func loggedIn(_ port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    try client.send("l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"\r\n")
    let line = try client.line() ?? ""
    #expect(line.hasPrefix("l OK"), "\(line)")
    return client
  }

  @Test func pipelined() async throws {
    try await play { port in
      let client = try Self.loggedIn(port)
      try client.send("s SELECT INBOX\r\n")
      while let line = try client.line(), !line.hasPrefix("s OK") {}
      try client.send((0..<1_000).map { "n\($0) \($0 % 2 == 0 ? "NOOP" : "UID SEARCH ALL")\r\n" }.joined())
      for number in 0..<1_000 {
        if number % 2 == 1 { #expect(try client.line() == "* SEARCH") }
        let line = try client.line() ?? ""
        #expect(line.hasPrefix("n\(number) OK"), "\(line)")
      }
    }
  }

  @Test func longLine() async throws {
    try await play { port in
      let client = try Self.loggedIn(port)
      try client.send("a NOOP " + String(repeating: "x", count: 10 << 20) + "\r\nb NOOP\r\n")
      let first = try client.line() ?? ""
      #expect(first.hasPrefix("a BAD"), "\(first)")
      let second = try client.line() ?? ""
      #expect(second.hasPrefix("b OK"), "\(second)")
    }
  }

  @Test func oddOctets() async throws {
    try await play { port in
      let client = try Self.loggedIn(port)
      // NUL is nowhere allowed (RFC 9051 §9); a bare LF is taken for a line end.
      try client.send([0x61, 0x20, 0x4E, 0x4F, 0x4F, 0x50, 0x00, 0x0D, 0x0A])
      let bad = try client.line() ?? ""
      #expect(bad.contains("BAD"), "\(bad)")
      try client.send("b NOOP\nc NOOP\r\n")
      let lf = try client.line() ?? ""
      #expect(lf.hasPrefix("b OK"), "\(lf)")
      let last = try client.line() ?? ""
      #expect(last.hasPrefix("c OK"), "\(last)")
    }
  }

  /// What is stored with NUL comes back with as many octets, none of them NUL.
  @Test func storedNUL() async throws {
    try await play { port in
      let client = try Self.loggedIn(port)
      try client.send("a APPEND INBOX ~{6+}\r\n")
      try client.send([0x61, 0x3A, 0x00, 0x62, 0x0D, 0x0A, 0x0D, 0x0A])
      let appended = try client.line() ?? ""
      #expect(appended.hasPrefix("a OK"), "\(appended)")
      try client.send("b SELECT INBOX\r\nc FETCH 1 (RFC822.SIZE BODY.PEEK[])\r\n")
      while let line = try client.line(), !line.hasPrefix("b OK") {}
      #expect(try client.line() == "* 1 FETCH (RFC822.SIZE 6 BODY[] {6}")
      let text = try client.line() ?? ""
      #expect(!text.utf8.contains(0))
    }
  }

  /// Every name is compared with every pattern: how much that may be is limited, and so are the names.
  @Test func listLimits() async throws {
    let office = try await TestOffice.start(imapSettings: { $0.mailboxes = 8 })
    let port = office.imapPort
    try await onThread {
      let client = try Self.loggedIn(port)
      let hostile = String(repeating: "*b*x", count: 20)
      for (patterns, answer) in [(500, "NO [LIMIT]"), (20, "OK")] {
        let list = (0..<patterns).map { "\(hostile)\($0)" }.joined(separator: " ")
        try client.send("a LIST \"\" (\(list))\r\n")
        let line = try client.line() ?? ""
        #expect(line.hasPrefix("a \(answer)"), "\(line)")
      }
      let exact = (0..<900).map { "name\($0)" }.joined(separator: " ")
      try client.send("b LIST \"\" (\(exact) Sent)\r\n")
      #expect(try client.line()?.contains("\\Sent") == true)
      #expect(try client.line()?.hasPrefix("b OK") == true)
      var answers: [String] = []
      for number in 0..<4 {
        try client.send("c CREATE new\(number)\r\n")
        answers.append(String((try client.line() ?? "").prefix(12)))
      }
      #expect(answers == ["c OK [MAILBO", "c OK [MAILBO", "c NO [LIMIT]", "c NO [LIMIT]"])
    }
    await office.stop()
  }

  @Test func cutOff() async throws {
    try await play { port in
      for size in [100, 200_000] {
        let client = try Self.loggedIn(port)
        try client.send("a APPEND INBOX {\(size)}\r\n")
        #expect(try client.line()?.hasPrefix("+") == true)
        try client.send(String(repeating: "x", count: size - 1))
      }
      _ = try LineClient(port: port)
      let client = try Self.loggedIn(port)
      try client.send("b STATUS INBOX (MESSAGES)\r\n")
      #expect(try client.line() == "* STATUS INBOX (MESSAGES 0)")
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func garbage(seed: UInt64) async throws {
    try await play { port in
      var random = Random(seed: seed)
      for _ in 0..<200 {
        let client = seed == 1 ? try LineClient(port: port) : try Self.loggedIn(port)
        var bytes = (0..<random.below(2_000)).map { _ in UInt8(random.below(256)) }
        if random.below(2) == 0 {
          bytes = Array("a \(["FETCH", "SEARCH", "LIST", "APPEND", "STORE"][random.below(5)]) ".utf8) + bytes
        }
        // The server may have closed the connection on the way: that is one of its right answers.
        do { try client.send(bytes) } catch { continue }
      }
      let client = try Self.loggedIn(port)
      try client.send("z NOOP\r\n")
      let line = try client.line() ?? ""
      #expect(line.hasPrefix("z OK"), "\(line)")
    }
  }
}
