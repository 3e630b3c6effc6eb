import Database
import Glibc
import Mail
import Testing

@testable import Store

@Suite("Search index")
struct SearchTests {
  static let account = Fixture.account

  // MARK: Random mail

  static let words = [
    "report", "Reporting", "unreported", "deadline", "straße", "Café", "naïve", "invoice4711", "foo.bar@example.org",
    "مرحبا", "مَرْحَبًا",
    "الكتاب", "والكتاب", "كتب", "مدرسة", "المدرسه", "أحمد", "احمد", "日本語のテキスト", "한국어", "Привет", "ПРИВЕТ", "x", "a-b_c",
    "ﬁnance",
    String(repeating: "long", count: 40),
  ]
  static let needles = [
    "report", "REPORT", "eport", "port un", "x", "é", "cafe", "ß", "4711", "bar@exam", "مرحبا", "رحب", "مَرْ", "كتاب",
    "الكت", "درس", "حمد",
    "本語", "국", "привет", "b_c", "finance", "longlonglonglonglonglonglonglonglong", "zzz", "!", "subject:", "one two",
    "\u{64E}", "ng lo",
    "report deadline",
  ]

  struct Mail {
    var bytes: [UInt8]
  }

  static func message(_ generator: inout some RandomNumberGenerator, _ number: Int) -> [UInt8] {
    func sentence(_ count: Int) -> String {
      (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined(
        separator: Bool.random(using: &generator) ? " " : ", ")
    }
    let subject = Array(sentence(3).utf8)
    var message = "Message-ID: <\(number)@x>\r\nDate: \(1 + number % 28) Feb 2026 23:30:00 -0500\r\n"
    message += "Subject: =?utf-8?B?\(base64(subject))?=\r\n"
    if number % 3 == 0 { message += "X-Note: \(sentence(1))\r\n" }
    message += "From: \(words.randomElement(using: &generator) ?? "") <f\(number)@x>\r\nTo: t@x\r\n"
    if number % 7 == 0 { message += "Cc: \r\n" }
    let body = sentence(12)
    switch number % 5 {
    case 0: message += "Content-Type: text/plain; charset=utf-8\r\n\r\n\(body)\r\n"
    case 1:
      message += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      message += "\(base64(Array(body.utf8)))\r\n"
    case 2:
      message += "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      message += "<p>" + quoted("<b>\(body)</b>") + "</p>\r\n"
    case 3:
      message +=
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\(body)\r\n--b\r\nContent-Type: image/png\r\n"
      message += "Content-Disposition: attachment; filename=\"report-\(number).png\"\r\n\r\nxx\r\n--b--\r\n"
    default:
      return Array((message + "Content-Type: text/plain; charset=windows-1256\r\n\r\n").utf8) + [
        0xE3, 0xD1, 0xCD, 0xC8, 0xC7, 0x20,
      ]
        + Array("plain deadline\r\n".utf8)
    }
    return Array(message.utf8)
  }

  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let value = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for place in 0..<4 { text.append(place <= group.count ? alphabet[value >> (18 - 6 * place) & 63] : "=") }
    }
    return text
  }

  static func quoted(_ text: String) -> String {
    text.utf8.map {
      $0 < 0x80 && $0 != 0x3D
        ? String(Unicode.Scalar($0)) : "=" + String(UInt32($0) + 0x100, radix: 16).uppercased().dropFirst()
    }
    .joined()
  }

  static let places: [SearchQuestion.Place] =
    [.body, .text, .field(name: Array("X-Note".utf8)), .field(name: Array("message-id".utf8))]
    + MessageText.Column.allCases.map { .column($0) }

  static var questions: [SearchQuestion] {
    var questions: [SearchQuestion] = []
    for place in places {
      for needle in needles {
        questions.append(SearchQuestion(place, SearchNeedle(needle)))
        questions.append(SearchQuestion(place, SearchNeedle(needle, form: .arabic)))
      }
      if case .body = place { continue }
      if case .text = place { continue }
      questions.append(SearchQuestion(place))
    }
    return questions + [SearchQuestion(.sent(20_489...20_492)), SearchQuestion(.sent(Int.min...20_490))]
  }

  /// What the index says of every message must be what the message says; where it says nothing it must say so.
  static func check(_ store: Store, emails: [EmailID], indexedAtLeast: Int) async throws {
    let questions = questions
    let answer = try await store.search(questions, of: account)
    var decided = 0
    for email in emails {
      let content: [UInt8]
      do { content = try await store.content(email, of: account) } catch { continue }
      let text = MessageText(content, decoder: CharsetDecoder())
      for (number, question) in questions.enumerated() {
        guard let found = answer.matches(email, number) else { continue }
        decided += 1
        let isThere = text.matches(question)
        #expect(
          found == isThere, "\(email): \(question.place) \(String(decoding: question.needle.bytes, as: UTF8.self))")
      }
    }
    #expect(decided >= indexedAtLeast * questions.count / 2)
  }

  static func emails(_ fixture: Fixture) async throws -> [EmailID] {
    let table = try await fixture.inbox().state.table
    return (0..<table.count).map { table[$0].email }
  }

  static func options(_ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
    Fixture.options { options in
      options.searchGathering = 0
      change(&options)
    }
  }

  // MARK: Exactness

  @Test(arguments: [1, 2, 3])
  func answersAreWhatMessagesSay(_ seed: UInt64) async throws {
    let fixture = try await Fixture(Self.options())
    var generator = SplitMix(state: seed)
    for round in 0..<6 {
      for number in 0..<20 {
        let bytes = Self.message(&generator, round * 20 + number)
        _ = try await fixture.store.deliver(
          try await fixture.spooled(bytes), trace: [], sender: "", to: [DeliveryRecipient(account: Self.account)])
      }
      // The last round may or may not be indexed already: both must be right.
      if round < 5 { await fixture.store.searchSettled() }
    }
    try await Self.check(fixture.store, emails: try await Self.emails(fixture), indexedAtLeast: 90)
    await fixture.store.searchSettled()
    try await Self.check(fixture.store, emails: try await Self.emails(fixture), indexedAtLeast: 120)
    await fixture.close()
  }

  @Test func mergedPartsAnswerTheSame() async throws {
    let fixture = try await Fixture(Self.options())
    var generator = SplitMix(state: 9)
    for number in 0..<40 {
      _ = try await fixture.store.deliver(
        try await fixture.spooled(Self.message(&generator, number)), trace: [], sender: "",
        to: [DeliveryRecipient(account: Self.account)])
      await fixture.store.searchSettled()
    }
    let parts = try Self.partCounts(fixture)
    #expect(parts.count < 16 && parts.reduce(0, +) == 40)
    try await Self.check(fixture.store, emails: try await Self.emails(fixture), indexedAtLeast: 40)
    await fixture.close()
  }

  static func partCounts(_ fixture: Fixture) throws -> [Int] {
    let connection = try Connection("\(fixture.folder)/lane-0/search.sqlite", .reader)
    defer { connection.close() }
    return try connection.rows(SearchSQL.parts, [.int(1)]) { Int($0.int(2)) }
  }

  /// What is too long for the index is looked into.
  @Test func longTextsAreNotForgotten() async throws {
    let fixture = try await Fixture(Self.options())
    let padding = String(repeating: "lorem ipsum dolor sit amet\r\n", count: 100_000)
    let subject = String(repeating: "verylong ", count: 9_000)
    try await fixture.deliver("Subject: a\r\n\r\n\(padding)needlebehind\r\n")
    try await fixture.deliver("Subject: \(subject)needlebehind\r\n\r\nb\r\n")
    try await fixture.deliver("Subject: c\r\n\r\nneedlebehind\r\n")
    await fixture.store.searchSettled()
    let questions = [
      SearchQuestion(.text, SearchNeedle("needlebehind")),
      SearchQuestion(.column(.subject), SearchNeedle("needlebehind")),
    ]
    let answer = try await fixture.store.search(questions, of: Self.account)
    let emails = try await Self.emails(fixture)
    #expect(emails.map { answer.matches($0, 0) } == [nil, true, true])
    #expect(emails.map { answer.matches($0, 1) } == [nil, nil, false])
    let found = try await fixture.store.find("needlebehind", of: Self.account, limit: 10)
    #expect(Set(found.messages.map(\.email)) == Set(emails))
    await fixture.close()
  }

  // MARK: Lag, deletes, rebuilding

  @Test func deliveredAMomentAgo() async throws {
    let fixture = try await Fixture(Fixture.options { $0.searchGathering = 60_000 })
    try await fixture.deliver("Subject: fresh\r\n\r\nneedle\r\n")
    let answer = try await fixture.store.search([SearchQuestion(.body, SearchNeedle("needle"))], of: Self.account)
    let email = try await Self.emails(fixture)[0]
    #expect(answer.matches(email, 0) == nil)
    let found = try await fixture.store.find("needle", of: Self.account, limit: 10)
    #expect(found.messages.map(\.email) == [email])
    await fixture.close()
  }

  @Test func forgottenWordsLeaveTheFile() async throws {
    let fixture = try await Fixture(Self.options())
    for number in 0..<12 { try await fixture.deliver("Subject: s\r\n\r\nsecretword\(number)x\r\n") }
    await fixture.store.searchSettled()
    let emails = try await Self.emails(fixture)
    let gone = Array(emails.prefix(6))
    try await fixture.store.lanes[0].perform { transaction throws(StoreFault) in
      transaction.willRemove()
      for email in gone { try transaction.run(MessageSQL.deleteEmail, [.int(1), .int(email.raw)]) }
      transaction.emailsForgotten[Self.account] = gone
    }
    await fixture.store.searchSettled()
    #expect(try Self.partCounts(fixture).reduce(0, +) == 6)
    let answer = try await fixture.store.search([SearchQuestion(.body, SearchNeedle("secretword"))], of: Self.account)
    #expect(answer.certain(0) == Array(emails.suffix(6)))
    // An account that is removed leaves nothing.
    try await fixture.store.removeAccount(Self.account)
    await fixture.store.searchSettled()
    #expect(try Self.partCounts(fixture).isEmpty)
    await fixture.close()
  }

  @Test(arguments: ["garbage", "torn", "gone", "old"])
  func aDamagedIndexIsMadeAnew(_ damage: String) async throws {
    let fixture = try await Fixture(Self.options())
    var generator = SplitMix(state: 4)
    for number in 0..<30 {
      _ = try await fixture.store.deliver(
        try await fixture.spooled(Self.message(&generator, number)), trace: [], sender: "",
        to: [DeliveryRecipient(account: Self.account)])
    }
    await fixture.store.searchSettled()
    await fixture.close()
    let path = "\(fixture.folder)/lane-0/search.sqlite"
    switch damage {
    case "garbage":
      let file = open(path, O_WRONLY)
      let noise = [UInt8](repeating: 0xA5, count: 4_096)
      // Behind the first page: the header is sound, the content is not.
      for page in 1..<40 { _ = noise.withUnsafeBytes { pwrite(file, $0.baseAddress, 4_096, off_t(page * 4_096)) } }
      Glibc.close(file)
    case "torn": truncate(path, 6_000)
    case "old":
      let connection = try Connection(path, .writer)
      try connection.run(SQL("PRAGMA user_version = 99"))
      connection.close()
    default: unlink(path)
    }
    try await fixture.reopen(Self.options())
    await fixture.store.searchSettled()
    // A question may be what finds the damage.
    _ = try await fixture.store.search([SearchQuestion(.text, SearchNeedle("report"))], of: Self.account)
    await fixture.store.searchSettled()
    await fixture.store.searchSettled()
    try await Self.check(fixture.store, emails: try await Self.emails(fixture), indexedAtLeast: 30)
    await fixture.close()
  }

  @Test func anIndexAheadOfItsAccountIsMadeAnew() async throws {
    let fixture = try await Fixture(Self.options())
    try await fixture.deliver("Subject: a\r\n\r\nneedle\r\n")
    await fixture.store.searchSettled()
    await fixture.close()
    let connection = try Connection("\(fixture.folder)/lane-0/search.sqlite", .writer)
    try connection.run(SearchSQL.setReach, [1, 500])
    connection.close()
    try await fixture.reopen(Self.options())
    await fixture.store.searchSettled()
    let answer = try await fixture.store.search([SearchQuestion(.body, SearchNeedle("needle"))], of: Self.account)
    #expect(answer.certain(0).count == 1 && answer.reach < 500)
    await fixture.close()
  }

  @Test func reindexMakesDerivedDataAnew() async throws {
    let fixture = try await Fixture(Self.options())
    for number in 0..<5 { try await fixture.deliver("Subject: s\(number)\r\n\r\nb\r\n") }
    let emails = try await Self.emails(fixture)
    let before = try await fixture.store.derived(emails, of: Self.account)
    try await fixture.store.lanes[0].perform { transaction throws(StoreFault) in
      transaction.willChange()
      for email in emails { try transaction.run(MessageSQL.deleteDerived, [.int(1), .int(email.raw)]) }
    }
    let outcome = try await fixture.store.rederive(Self.account)
    #expect(outcome == ReindexOutcome(messages: 5, damaged: 0, last: emails[4].raw, next: nil))
    #expect(try await fixture.store.derived(emails, of: Self.account) == before)
    try fixture.store.rebuildSearch(Self.account)
    #expect(await fixture.store.searchSettled(within: .seconds(20)))
    await fixture.close()
  }

  // MARK: Crashes

  /// Killed while it is written, the index loses at most its tail, and catches up.
  @Test func killedIndexCatchesUp() async throws {
    let fixture = try await Fixture(Self.options())
    var generator = SplitMix(state: 5)
    for round in 0..<4 {
      for number in 0..<10 {
        _ = try await fixture.store.deliver(
          try await fixture.spooled(Self.message(&generator, round * 10 + number)), trace: [], sender: "",
          to: [DeliveryRecipient(account: Self.account)])
      }
      // What kill -9 leaves: the files as they are at some moment, the newest of the log torn off.
      if round % 2 == 1 { await fixture.store.searchSettled() }
      let log = "\(fixture.folder)/lane-0/search.sqlite-wal"
      var facts = stat()
      stat(log, &facts)
      let copy = "\(fixture.folder)/copy"
      mkdir(copy, 0o700)
      for name in ["search.sqlite", "search.sqlite-wal"] {
        try Self.copy("\(fixture.folder)/lane-0/\(name)", "\(copy)/\(name)")
      }
      if round > 1 { truncate("\(copy)/search.sqlite-wal", facts.st_size * 2 / 3) }
      await fixture.close()
      for name in ["search.sqlite", "search.sqlite-wal"] {
        try Self.copy("\(copy)/\(name)", "\(fixture.folder)/lane-0/\(name)")
      }
      unlink("\(fixture.folder)/lane-0/search.sqlite-shm")
      try await fixture.reopen(Self.options())
      await fixture.store.searchSettled()
      try await Self.check(fixture.store, emails: try await Self.emails(fixture), indexedAtLeast: (round + 1) * 10)
    }
    await fixture.close()
  }

  static func copy(_ from: String, _ to: String) throws {
    guard let source = fopen(from, "r") else { return }
    defer { fclose(source) }
    guard let target = fopen(to, "w") else { throw StoreFault.io("cannot open \(to)") }
    defer { fclose(target) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, source)
      if count == 0 { return }
      fwrite(piece, 1, count, target)
    }
  }
}

@Suite("Threads")
struct ThreadTests {
  @Test func joinedByReferencesAndSubject() async throws {
    let fixture = try await Fixture()
    let lane = fixture.store.lanes[0]
    func join(_ email: Int64, _ ids: [String], _ subject: String) async throws -> Int64 {
      try await lane.perform { transaction throws(StoreFault) in
        transaction.willChange()
        return try transaction.thread(
          of: EmailID(raw: email), ThreadKey.hashes(ids: ids, subject: subject), Fixture.account)
      }
    }
    #expect(try await join(1, ["a@x"], "Plan") == 1)
    #expect(try await join(2, ["a@x", "b@x"], "Re: plan") == 1)
    // Another subject is another thread, whatever it refers to (RFC 8621 §3).
    #expect(try await join(3, ["a@x", "c@x"], "Lunch") == 3)
    // Two answers to a message that never came.
    #expect(try await join(4, ["lost@x", "d@x"], "Re: [list] Trip") == 4)
    #expect(try await join(5, ["lost@x", "e@x"], "Fwd: trip") == 4)
    // Without any id: alone.
    #expect(try await join(6, [], "Plan") == 6)
    await fixture.close()
  }

  /// Mail that came back from a backup is found, whether the index knew it before or not.
  @Test(arguments: [false, true])
  func restoredMailIsFound(_ isPurged: Bool) async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options { $0.searchGathering = 0 })
    defer { Fixture.remove("\(fixture.folder)-backups") }
    for number in 0..<40 { try await fixture.deliver("Subject: m\(number)\r\n\r\nzebrafish\(number) here\r\n") }
    await fixture.store.searchSettled()
    let backup = try await fixture.store.backUp(to: "\(fixture.folder)-backups", databases: [], folders: []).path
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(
      FlagChange(uids: inbox.state.table.uids, mode: .add, flags: .deleted), in: inbox)
    _ = try await fixture.store.expunge(nil, in: inbox)
    if isPurged { _ = try await fixture.store.purgeDeleted(.all, of: Fixture.account) }
    try await fixture.deliver("Subject: n\r\n\r\nother\r\n")
    await fixture.store.searchSettled()
    _ = try await fixture.store.restoreAccount(Fixture.account, from: backup, old: Fixture.account, lane: 0)
    let question = [SearchQuestion(.body, SearchNeedle("zebrafish7"))]
    for _ in 0..<2 {
      let answer = try await fixture.store.search(question, of: Fixture.account)
      let records = try await fixture.inbox().state.table.records
      try #require(records.count == 40)
      #expect(answer.matches(records[7].email, 0) != false)
      #expect(try await fixture.store.find("zebrafish7", of: Fixture.account, limit: 10).messages.count == 1)
      await fixture.store.searchSettled()
    }
  }
}
