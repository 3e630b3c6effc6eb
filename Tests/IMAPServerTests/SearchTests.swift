import Mail
import ServiceKit
import Store
import Testing

@Suite("IMAP: SEARCH, SORT and THREAD over TCP")
struct SearchTests {
  /// A logged-in client with INBOX selected, holding `messages`.
  private static func play(
    _ messages: [String], arabic: Bool? = nil, settled: Bool = true,
    _ body: @escaping @Sendable (LineClient) throws -> Void
  ) async throws {
    let office = try await TestOffice.start(
      storeOptions: { $0.searchGathering = settled ? 0 : 60_000 }, now: { 1_771_000_000 })
    if let arabic { try await office.directory.setSearch("user@\(TestOffice.domain)", isArabic: arabic) }
    let port = office.imapPort
    do {
      try await onThread { try fill(messages, port) }
      if settled { await office.store.searchSettled() }
      try await onThread {
        let client = try loggedIn(port)
        _ = try answer(client, "s SELECT INBOX")
        try body(client)
      }
    } catch { Issue.record("\(error)") }
    await office.stop()
  }

  private static func loggedIn(_ port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    _ = try answer(client, "l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"")
    return client
  }

  private static func fill(_ messages: [String], _ port: Int) throws {
    let client = try loggedIn(port)
    for message in messages {
      try client.send("f APPEND INBOX {\(message.utf8.count)}\r\n")
      _ = try client.line()
      try client.send(message + "\r\n")
      let line = try client.line() ?? ""
      #expect(line.hasPrefix("f OK"), "\(line)")
    }
  }

  /// The untagged lines and, last, the tagged one.
  @discardableResult
  private static func answer(_ client: LineClient, _ command: String) throws -> [String] {
    let tag = command.prefix { $0 != " " } + " "
    try client.send(command + "\r\n")
    var lines: [String] = []
    while let line = try client.line() {
      // A machine that is very busy (RFC 9585).
      if line.hasPrefix("* OK [INPROGRESS ") { continue }
      lines.append(line)
      if line.hasPrefix(tag) { return lines }
    }
    return lines
  }

  private static func letter(
    _ subject: String, from: String = "a@x.example", to: String = "t@x.example", id: String = "",
    references: String = "",
    date: String = "Mon, 2 Feb 2026 10:00:00 +0000", _ body: String = "text"
  ) -> String {
    var text = "From: \(from)\r\nTo: \(to)\r\nSubject: \(subject)\r\nDate: \(date)\r\n"
    if !id.isEmpty { text += "Message-ID: <\(id)>\r\n" }
    if !references.isEmpty {
      text += "References: " + references.split(separator: " ").map { "<\($0)>" }.joined(separator: " ") + "\r\n"
    }
    return text + "Content-Type: text/plain; charset=utf-8\r\n\r\n\(body)\r\n"
  }

  private static let many: [String] = (1...24).map { number in
    letter(
      "message \(number) here", from: "Person \(number) <p\(number)@x.example>", number % 2 == 0 ? "deadline" : "الكتابُ"
    )
  }

  @Test(arguments: [true, false])
  func texts(_ isIndexed: Bool) async throws {
    try await Self.play(Self.many, settled: isIndexed) { client in
      for (key, numbers) in [
        ("SUBJECT \"message 7 \"", "7"), ("SUBJECT MESSAGE", (1...24).map(String.init).joined(separator: " ")),
        ("FROM p24@", "24"), ("HEADER Subject \"e 11 h\"", "11"), ("HEADER Message-ID zzznotthere", ""),
        ("BODY EADLIN", stride(from: 2, through: 24, by: 2).map(String.init).joined(separator: " ")),
        ("TEXT zzznotthere", ""), ("NOT BODY deadline SUBJECT \"age 3 \"", "3"),
        ("OR SUBJECT \"age 5 \" SUBJECT \"age 6 \"", "5 6"),
        ("SENTON 2-Feb-2026 1:2", "1 2"), ("SENTBEFORE 2-Feb-2026", ""), ("HEADER X-None \"\"", ""),
        ("HEADER Date \"\" 3", "3"),
        ("FUZZY BODY \"كتاب\" 1:4", "1 3"), ("FUZZY SUBJECT \"here message\" 9", "9"),
      ] {
        let command = key.utf8.allSatisfy { $0 < 128 } ? "a SEARCH \(key)" : "a SEARCH CHARSET UTF-8 \(key)"
        let lines = try Self.answer(client, command)
        #expect(lines.first == (numbers.isEmpty ? "* SEARCH" : "* SEARCH \(numbers)"), "\(key): \(lines)")
      }
      // The exact form keeps vowel signs apart: only the spelling that is there.
      let exact = try Self.answer(client, "b SEARCH CHARSET UTF-8 BODY \"الكتاب\" 1:3")
      #expect(exact.first == "* SEARCH 1 3")
      let vowels = try Self.answer(client, "c SEARCH CHARSET UTF-8 BODY \"الكِتاب\"")
      #expect(vowels.first == "* SEARCH")
    }
  }

  @Test func relevancy() async throws {
    try await Self.play([
      Self.letter("other", "reporting is fun"), Self.letter("report", "nothing"), Self.letter("none", "a report here"),
      Self.letter("none", "nothing"),
    ]) { client in
      let lines = try Self.answer(client, "a SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT report")
      #expect(lines.first == "* ESEARCH (TAG \"a\") ALL 1:3 RELEVANCY (1 100 57)", "\(lines)")
      let sorted = try Self.answer(client, "b SORT (RELEVANCY) UTF-8 FUZZY TEXT report")
      #expect(sorted.first == "* SORT 2 3 1", "\(sorted)")
      let bad = try Self.answer(client, "c SEARCH RETURN (RELEVANCY) TEXT report")
      #expect(bad.last?.hasPrefix("c BAD") == true)
    }
  }

  @Test func arabicAccount() async throws {
    let letters = [Self.letter("s", "هذه مَدْرَسَةٌ كبيرة"), Self.letter("s", "لا شيء")]
    try await Self.play(letters, arabic: true) { client in
      let lines = try Self.answer(client, "a SEARCH CHARSET UTF-8 BODY \"المدرسه\"")
      #expect(lines.first == "* SEARCH 1", "\(lines)")
      let capability = try Self.answer(client, "b CAPABILITY")
      #expect(!capability[0].contains("I18NLEVEL") && capability[0].contains("THREAD=REFS"))
    }
    try await Self.play(letters, arabic: false) { client in
      let lines = try Self.answer(client, "a SEARCH CHARSET UTF-8 BODY \"المدرسه\"")
      #expect(lines.first == "* SEARCH", "\(lines)")
      let capability = try Self.answer(client, "b CAPABILITY")
      #expect(capability[0].contains("I18NLEVEL=1"))
    }
  }

  @Test func sort() async throws {
    try await Self.play([
      Self.letter("Re: Bravo", from: "\"Zoe\" <a@x.example>", date: "Mon, 2 Feb 2026 10:00:00 +0000", "12345"),
      Self.letter("alpha", from: "=?utf-8?Q?=C3=89mile?= <c@x.example>", date: "Mon, 2 Feb 2026 10:30:00 +0100"),
      Self.letter("[list] bravo", from: "b@x.example", date: "Sun, 1 Feb 2026 10:00:00 +0000"),
      Self.letter("Charlie", from: "amal <d@x.example>", date: "Tue, 3 Feb 2026 10:00:00 +0000"),
    ]) { client in
      for (criteria, order) in [
        ("SUBJECT", "2 1 3 4"), ("REVERSE SUBJECT", "4 1 3 2"), ("SUBJECT DATE", "2 3 1 4"), ("DATE", "3 2 1 4"),
        ("FROM", "1 3 2 4"),
        ("DISPLAYFROM", "4 3 2 1"), ("REVERSE ARRIVAL", "1 2 3 4"), ("CC", "1 2 3 4"), ("TO REVERSE DATE", "4 1 2 3"),
      ] {
        let lines = try Self.answer(client, "a SORT (\(criteria)) UTF-8 ALL")
        #expect(lines.first == "* SORT \(order)", "\(criteria): \(lines)")
      }
      let extended = try Self.answer(client, "b UID SORT RETURN (MIN MAX COUNT ALL) (DATE) UTF-8 ALL")
      #expect(extended.first == "* ESEARCH (TAG \"b\") UID MIN 3 MAX 4 ALL 3,2,1,4 COUNT 4", "\(extended)")
      let none = try Self.answer(client, "c SORT (DATE) UTF-8 SUBJECT nobody")
      #expect(none.first == "* SORT")
      let bad = try Self.answer(client, "d SORT (RELEVANCY) UTF-8 ALL")
      #expect(bad.last?.hasPrefix("d BAD") == true)
    }
  }

  @Test func threads() async throws {
    try await Self.play([
      Self.letter("Plan", id: "1@x", date: "Mon, 2 Feb 2026 10:00:00 +0000"),
      Self.letter("Re: Plan", id: "2@x", references: "1@x", date: "Mon, 2 Feb 2026 11:00:00 +0000"),
      Self.letter("Re: Plan", id: "3@x", references: "1@x 2@x", date: "Mon, 2 Feb 2026 12:00:00 +0000"),
      Self.letter("Re: Plan", id: "4@x", references: "1@x", date: "Mon, 2 Feb 2026 10:30:00 +0000"),
      Self.letter("Re: Lost", id: "5@x", references: "lost@x", date: "Mon, 2 Feb 2026 09:00:00 +0000"),
      Self.letter("Re: Lost", id: "6@x", references: "lost@x", date: "Mon, 2 Feb 2026 09:30:00 +0000"),
      Self.letter("Re: plan", id: "7@x", date: "Mon, 2 Feb 2026 13:00:00 +0000"),
    ]) { client in
      for (algorithm, answer) in [
        ("REFERENCES", "((5)(6))(1 (4)(2 3)(7))"), ("REFS", "(1 (4)(2 3))((5)(6))(7)"),
        ("ORDEREDSUBJECT", "(5 6)(1 (4)(2)(3)(7))"),
      ] {
        let lines = try Self.answer(client, "a THREAD \(algorithm) UTF-8 ALL")
        #expect(lines.first == "* THREAD \(answer)", "\(algorithm): \(lines)")
      }
      let ids = try Self.answer(client, "b FETCH 1:7 (THREADID)")
      let threads = ids.dropLast().map { $0.split(separator: "(").last.map(String.init) ?? "" }
      #expect(threads[0] == threads[1] && threads[0] == threads[2] && threads[0] == threads[3])
      #expect(threads[4] == threads[5] && threads[4] != threads[0] && threads[6] != threads[0])
      let id = threads[0].filter { $0 != ")" }
      let found = try Self.answer(client, "c SEARCH THREADID \(id)")
      #expect(found.first == "* SEARCH 1 2 3 4", "\(found)")
    }
  }

  // RFC 5256 §4's own shape: a parent that is not there has its children in parentheses.
  @Test func longChain() async throws {
    let letters = (1...300).map { number in
      Self.letter("s", id: "\(number)@x", references: number > 1 ? "\(number - 1)@x" : "")
    }
    try await Self.play(letters) { client in
      let lines = try Self.answer(client, "a THREAD REFERENCES UTF-8 ALL")
      let chain = (1...300).map(String.init).joined(separator: " ")
      #expect(lines.first == "* THREAD (\(chain))")
    }
  }

  @Test func hostile() async throws {
    try await Self.play(Self.many) { client in
      let deep = String(repeating: "(", count: 1_000) + "ALL" + String(repeating: ")", count: 1_000)
      #expect(try Self.answer(client, "a SEARCH \(deep)").last?.hasPrefix("a BAD") == true)
      let nots = String(repeating: "NOT ", count: 1_000) + "ALL"
      #expect(try Self.answer(client, "b SEARCH \(nots)").last?.hasPrefix("b BAD") == true)
      let words = (0..<10_000).map { "BODY w\($0)" }.joined(separator: " ")
      let many = try Self.answer(client, "c SEARCH \(words)")
      #expect(many.last?.hasPrefix("c NO [LIMIT]") == true || many.last?.hasPrefix("c BAD") == true, "\(many)")
      let some = (0..<900).map { "BODY w\($0)" }.joined(separator: " ")
      #expect(try Self.answer(client, "e SEARCH OR BODY deadline (\(some))").last?.hasPrefix("e OK") == true)
      #expect(try Self.answer(client, "d SEARCH SUBJECT \"message 7 \"").first == "* SEARCH 7")
    }
  }
}
