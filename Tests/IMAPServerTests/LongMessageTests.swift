import Glibc
import IMAP
import Mail
import ServiceKit
import Testing

/// Long messages are read by range and never whole in memory: the client must not see a difference.
@Suite("IMAP: long messages")
struct LongMessageTests {
  private func play(_ body: @escaping @Sendable (TestOffice) throws -> Void) async throws {
    let office = try await TestOffice.start()
    do { try await onThread { try body(office) } } catch { Issue.record("\(error)") }
    await office.stop()
  }

  private static func selected(_ office: TestOffice, appending messages: [[UInt8]] = []) throws -> LineClient {
    let client = try LineClient(port: office.imapPort)
    _ = try client.line()
    try client.send("l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"\r\n")
    while let line = try client.line(), !line.hasPrefix("l OK") {}
    for message in messages {
      try client.send("e ENABLE UTF8=ACCEPT\r\na APPEND INBOX UTF8 (~{\(message.count)}\r\n")
      while let line = try client.line(), !line.hasPrefix("+") {}
      try client.send(message + Array(")\r\n".utf8))
      while let line = try client.line(), !line.hasPrefix("a ") {}
    }
    guard messages.isEmpty else { return try selected(office) }
    try client.send("s SELECT INBOX\r\n")
    while let line = try client.line(), !line.hasPrefix("s OK") {}
    return client
  }

  /// What a FETCH of one item of one message shows; nil for NIL.
  private static func fetch(_ item: String, of number: Int = 1, _ client: LineClient) throws -> [UInt8]? {
    try client.send("f FETCH \(number) \(item)\r\n")
    let line = try client.line() ?? ""
    var value: [UInt8]? = nil
    if line.hasSuffix("}"), let brace = line.lastIndex(of: "{"),
      let size = Int(line[line.index(after: brace)...].dropLast())
    {
      value = try client.octets(size)
      #expect(try client.line() == ")")
    } else {
      #expect(line.hasSuffix(" NIL)"), "\(item): \(line)")
    }
    #expect(try client.line()?.hasPrefix("f OK") == true, "\(item)")
    return value
  }

  /// A message of about 1.4 MB with parts of all kinds; the same at every run.
  private static func letter(subject: String = "long") -> [UInt8] {
    var random: UInt64 = 42
    func next() -> UInt8 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: random >> 56)
    }
    let data = (0..<700_000).map { _ in next() }
    let words = (0..<90_000).map { _ in
      switch next() % 8 {
      case 0: " \t \r\n"
      case 1: "=\r\n"
      case 2: "=3D"
      case 3: "= \t\r\n"
      case 4: "=E9 "
      default: "ab"
      }
    }.joined()
    let filler = (0..<40).map { "X-Filler-\($0): \(String(repeating: "f", count: 900))\r\n" }.joined()
    let head = "From: a@example.test\r\n\(filler)Subject: \(subject)\r\nMIME-Version: 1.0\r\n"
    let message =
      head + "Content-Type: multipart/mixed; boundary=B\r\n\r\npreamble\r\n--B\r\n\r\nhello\r\n--B\r\n"
      + "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      + String(decoding: Base64.encodeLines(data), as: UTF8.self)
      + "\r\n--B\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\(words)"
      + "\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner \(subject)\r\nTo: b@example.test\r\n\r\ninside\r\n--B--\r\n"
    return Array(message.utf8)
  }

  private static let sections: [(String, SectionSpec)] = [
    ("", SectionSpec()), ("TEXT", SectionSpec(.text)), ("HEADER", SectionSpec(.header)),
    ("HEADER.FIELDS (SUBJECT FROM)", SectionSpec(.headerFields(["SUBJECT", "FROM"]))),
    ("HEADER.FIELDS.NOT (SUBJECT)", SectionSpec(.headerFieldsNot(["SUBJECT"]))),
    ("1", SectionSpec(part: [1])), ("2", SectionSpec(part: [2])), ("3", SectionSpec(part: [3])),
    ("2.MIME", SectionSpec(part: [2], .mime)), ("4", SectionSpec(part: [4])),
    ("4.HEADER", SectionSpec(part: [4], .header)), ("4.TEXT", SectionSpec(part: [4], .text)),
    ("4.HEADER.FIELDS (SUBJECT)", SectionSpec(part: [4], .headerFields(["SUBJECT"]))),
    ("4.1", SectionSpec(part: [4, 1])), ("5", SectionSpec(part: [5])),
  ]

  private static let partials: [PartialFetch?] = [
    nil, PartialFetch(first: 0, count: 10), PartialFetch(first: 100_001, count: 300_000),
    PartialFetch(first: 5_000_000, count: 1),
  ]

  private static func text(_ partial: PartialFetch?) -> String {
    partial.map { "<\($0.first).\($0.count)>" } ?? ""
  }

  private static func compare(_ message: [UInt8], _ client: LineClient) throws {
    let structure = MIMEScanner.scan(message)
    for (name, spec) in sections {
      for partial in partials {
        let item = "BODY.PEEK[\(name)]\(text(partial))"
        let expected: [UInt8]? =
          switch SectionResolver.resolve(spec, in: message.span, structure)?.piece(partial) {
          case .range(let range)?: Array(message[range])
          case .octets(let octets)?: octets
          case nil: nil
          }
        let found = try fetch(item, client)
        #expect(found == expected, "\(item): \(found?.count ?? -1) of \(expected?.count ?? -1)")
      }
    }
    for part in 1...5 {
      for partial in partials {
        let item = "BINARY.PEEK[\(part)]\(text(partial))"
        var expected: [UInt8]?
        if case .octets(let octets) = SectionResolver.decode([UInt32(part)], in: message.span, structure) {
          expected = Array(octets[partial?.range(in: octets.count) ?? 0..<octets.count])
          try client.send("f FETCH 1 BINARY.SIZE[\(part)]\r\n")
          #expect(try client.line() == "* 1 FETCH (BINARY.SIZE[\(part)] \(octets.count))")
          _ = try client.line()
        }
        #expect(try fetch(item, client) == expected, "\(item)")
      }
    }
    try client.send("f FETCH 1 RFC822.SIZE\r\n")
    #expect(try client.line() == "* 1 FETCH (RFC822.SIZE \(message.count))")
    _ = try client.line()
  }

  @Test func sectionsAreThoseOfTheWhole() async throws {
    try await play { office in
      let message = Self.letter()
      try Self.compare(message, try Self.selected(office, appending: [message]))
    }
  }

  /// RFC 6857: what a client without UTF8=ACCEPT sees, piece by piece.
  @Test func downgraded() async throws {
    try await play { office in
      let message = Self.letter(subject: "رسالة طويلة")
      let seen = try #require(Downgrade.message(message))
      let client = try Self.selected(office, appending: [message])
      try Self.compare(seen, client)
      let structure = BodyStructureText.render(MIMEScanner.scan(seen), seen.span, extensible: true)
      try client.send("f FETCH 1 BODYSTRUCTURE\r\n")
      #expect(try client.line() == "* 1 FETCH (BODYSTRUCTURE \(String(decoding: structure, as: UTF8.self)))")
    }
  }

  /// A message without parts is not read for its part 1; its header may be longer than what is kept of headers.
  @Test func longHeader() async throws {
    try await play { office in
      let fields = (0..<600).map { "X-\($0): \(String(repeating: "h", count: 900))\r\n" }.joined()
      let message = Array("From: a@example.test\r\n\(fields)Subject: s\r\n\r\nbody\r\n".utf8)
      let client = try Self.selected(office, appending: [message])
      let last = "X-599: \(String(repeating: "h", count: 900))\r\n"
      let expected = Array("From: a@example.test\r\n\(last)Subject: s\r\n\r\n".utf8)
      #expect(try Self.fetch("BODY.PEEK[HEADER.FIELDS (FROM X-599 SUBJECT)]", client) == expected)
      #expect(try Self.fetch("BODY.PEEK[HEADER]", client)?.count == message.count - 6)
      let rest = try Self.fetch("BODY.PEEK[HEADER.FIELDS.NOT (X-1)]<3.700000>", client)
      #expect(rest?.count == message.count - 6 - 907 - 3)
      #expect(try Self.fetch("BODY.PEEK[1]", client) == Array("body\r\n".utf8))
    }
  }

  /// One command that asks for the same long part again and again is answered; it is never all in memory, or this test would be killed.
  @Test func manyItems() async throws {
    try await play { office in
      let client = try Self.selected(office, appending: [Self.letter()])
      let items = (0..<200).map { "BODY.PEEK[2]<\($0).900000>" }.joined(separator: " ")
      try client.send("f FETCH 1 (\(items))\r\n")
      for number in 0..<200 {
        let line = try client.line() ?? ""
        #expect(line.hasSuffix("BODY[2]<\(number)> {900000}"), "\(line)")
        _ = try client.octets(900_000)
      }
      #expect(try client.line() == ")")
      #expect(try client.line()?.hasPrefix("f OK") == true)
    }
  }

  /// RFC 3516 §4.3: what cannot be decoded is not shown, and so not \Seen.
  @Test func unknownEncoding() async throws {
    try await play { office in
      let small = Array("Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin\r\n".utf8)
      let client = try Self.selected(office, appending: [small, small + Self.noisy("")])
      for number in 1...2 {
        try client.send("f FETCH \(number) BINARY[1]\r\ng FETCH \(number) FLAGS\r\n")
        #expect(try client.line()?.hasPrefix("f NO [UNKNOWN-CTE]") == true)
        #expect(try client.line()?.contains("\\Seen") == false)
        _ = try client.line()
      }
    }
  }

  /// The text in front of a damaged attachment is read without it.
  @Test func leadingParts() async throws {
    try await play { office in
      let head =
        "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: multipart/alternative; boundary=BB\r\n"
      let texts = "\r\n--BB\r\n\r\nplain\r\n--BB\r\nContent-Type: text/html\r\n\r\n<p>html\r\n--BB--\r\n--B\r\n"
      let attached = "Content-Type: application/octet-stream; name=x\r\n\r\n"
      let message = Array((head + texts + attached).utf8) + Self.noisy("THE-MARKER") + Array("\r\n--B--\r\n".utf8)
      let client = try Self.selected(office, appending: [message])
      try Self.spoil("THE-MARKER", in: office)
      #expect(try Self.fetch("BODY.PEEK[1.1]", client) == Array("plain".utf8))
      #expect(try Self.fetch("BODY.PEEK[1.2]", client) == Array("<p>html".utf8))
      #expect(try Self.fetch("BODY.PEEK[1.2.MIME]", client) == Array("Content-Type: text/html\r\n\r\n".utf8))
      #expect(try Self.fetch("BODY.PEEK[2.MIME]", client) == Array(attached.utf8))
      #expect(try Self.fetch("BINARY.PEEK[1.1]", client) == Array("plain".utf8))
      try client.send("f FETCH 1 BODY.PEEK[2]\r\n")
      #expect(try client.line()?.hasPrefix("f NO [CORRUPTION]") == true)
    }
  }

  // MARK: Damage

  /// Changes one octet of `marker` where the store keeps it.
  private static func spoil(_ marker: String, in office: TestOffice) throws {
    let wanted = Array(marker.utf8)
    for lane in 0..<2 {
      let path = "\(office.folder)/lane-\(lane)/segments/00000001"
      guard let file = fopen(path, "r+") else { continue }
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 16 << 20)
      let count = fread(&bytes, 1, bytes.count, file)
      guard let place = bytes[..<count].firstRange(of: wanted)?.lowerBound else { continue }
      fseek(file, place, SEEK_SET)
      fputc(0x21, file)
      return
    }
    Issue.record("\(marker) is not on the disk")
  }

  /// 700 kB that do not compress, with a marker near the end: the store keeps them as they are.
  private static func noisy(_ marker: String) -> [UInt8] {
    var random: UInt64 = 7
    var body: [UInt8] = []
    for number in 0..<700_000 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      body.append(number % 900 == 899 ? 0x0A : 0x80 | UInt8(truncatingIfNeeded: random >> 57))
      if number == 690_000 { body += marker.utf8 }
    }
    return body
  }

  /// The damaged one is left out, and the answer says which it is; all others are served.
  @Test func damagedMessages() async throws {
    try await play { office in
      let messages = (1...6).map { Array("Subject: \($0)\r\n\r\nthis is body \($0)\r\n".utf8) }
      let client = try Self.selected(office, appending: messages)
      try Self.spoil("this is body 3", in: office)
      for items in ["BODY[]", "(ENVELOPE BODY.PEEK[HEADER.FIELDS (SUBJECT)])"] {
        try client.send("f FETCH 1:* \(items)\r\n")
        var numbers: [String] = []
        var last = ""
        while let line = try client.line() {
          last = line
          if line.hasPrefix("f ") { break }
          if line.hasPrefix("* "), line.contains(" FETCH (BODY[") || line.contains("ENVELOPE") {
            numbers.append(String(line.split(separator: " ")[1]))
          }
        }
        #expect(numbers == ["1", "2", "4", "5", "6"])
        #expect(last == "f NO [CORRUPTION] Damaged on the server's disk: UID 3")
      }
      // It was not shown, so it is not \Seen.
      try client.send("g SEARCH UNSEEN\r\n")
      #expect(try client.line() == "* SEARCH 3")
    }
  }

  /// No body is read for a header: its damage does not show. What breaks off in the middle ends the connection once, and is known then.
  @Test func damagedLongMessage() async throws {
    try await play { office in
      let head = Array("Subject: noise\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\n".utf8)
      let small = Array("Subject: small\r\n\r\nx\r\n".utf8)
      let client = try Self.selected(office, appending: [head + Self.noisy("THE-MARKER"), small])
      try Self.spoil("THE-MARKER", in: office)
      #expect(try Self.fetch("BODY.PEEK[HEADER]", client) == head)
      #expect(try Self.fetch("BODY.PEEK[TEXT]<0.1000>", client)?.count == 1_000)
      #expect(try Self.fetch("BODY.PEEK[1]<200000.1000>", client)?.count == 1_000)
      try client.send("f FETCH 1:* BODY.PEEK[]\r\n")
      #expect(throws: LineClient.Fault.self) { _ = try client.octets(800_000) }
      let again = try Self.selected(office)
      try again.send("f FETCH 1:* BODY.PEEK[]\r\n")
      #expect(try again.line() == "* 2 FETCH (BODY[] {\(small.count)}")
      _ = try again.octets(small.count)
      #expect(try again.line() == ")")
      #expect(try again.line() == "f NO [CORRUPTION] Damaged on the server's disk: UID 1")
    }
  }
}
