import Glibc
import Logging
import Store
import Testing

@testable import Postroom

@Suite struct TransferTests {
  /// A folder and a store of one account, both gone with the test.
  final class Bench {
    let folder: String
    let store: Store
    let account = AccountID(raw: 1)

    init() async throws {
      var template = Array("/tmp/barid-transfer-XXXXXX".utf8CString)
      folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
      var options = StoreOptions()
      options.lanes = 1
      options.diskReserve = 0
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      store = try Store.open("\(folder)/store", options, derive: Derivation.derive, logger: logger)
      try await store.createAccount(account)
      try await store.createAccount(AccountID(raw: 2))
    }

    deinit {
      removeTree(folder)
    }

    func file(_ name: String, _ bytes: [UInt8], changed: Int64? = nil) throws -> String {
      let path = "\(folder)/\(name)"
      if let slash = path.lastIndex(of: "/") { try FolderFiles.make(String(path[..<slash])) }
      try FolderFiles.write(bytes, to: path, changed: changed)
      return path
    }

    func take(
      _ path: String, _ format: TransferFormat? = nil, into: String = "INBOX", account: Int64 = 1, again: Bool = false,
      limit: Int = 1 << 30
    ) async throws -> TransferReport {
      try await Importer(store: store, account: AccountID(raw: account), limit: limit).run(
        path, format: format, into: into, again: again, progress: { _, _ in })
    }

    struct Seen: Equatable {
      var bytes: [UInt8]
      var flags: Set<String>
      var date: Int64
      var zone = 0
    }

    func seen(_ name: String = "INBOX", _ account: Int64 = 1) async throws -> [Seen] {
      let account = AccountID(raw: account)
      let info = try await store.mailbox(named: name, of: account)
      let state = try await store.open(info.id, of: account, claimRecent: false).state
      var seen: [Seen] = []
      for index in 0..<state.table.count {
        let record = state.table[index]
        var flags = Set(record.flags.keywordIndices.map { state.keywords[$0] })
        for (flag, word) in [
          (Flags.seen, "S"), (.answered, "R"), (.flagged, "F"), (.deleted, "T"), (.draft, "D"),
        ] where record.flags.contains(flag) { flags.insert(word) }
        seen.append(
          Seen(
            bytes: try await store.content(record.email, of: account), flags: flags, date: record.internalDate,
            zone: record.keptDate.zoneMinutes))
      }
      return seen
    }

    /// The ids under which POP3 lists them.
    func ids(_ name: String = "INBOX", _ account: Int64 = 1) async throws -> [String] {
      let account = AccountID(raw: account)
      let info = try await store.mailbox(named: name, of: account)
      let table = try await store.open(info.id, of: account, claimRecent: false).state.table
      return try await store.uniqueIDs(of: (0..<table.count).map { table[$0].item }, in: account)
    }

    func names(_ account: Int64 = 1) async throws -> [String] {
      try await store.mailboxes(of: AccountID(raw: account)).map(\.name)
    }
  }

  static func text(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) + [10] }
  static func mail(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\r\n").utf8) + [13, 10] }

  @Test func mboxrdIsUnquotedAndDated() async throws {
    let bench = try await Bench()
    let path = try bench.file(
      "in.mbox",
      Self.text(
        "From a@x Thu Nov 24 18:22:48 1986", "Subject: one", "Status: RO", "X-Status: AF", "X-Keywords: Work Later", "",
        "Hello", ">From here", ">>From there", "", "From b@x Fri Nov 25 18:22:48 1986", "Subject: two", "", "Bye", "",
        "From is no separator inside a line", ""))
    let report = try await bench.take(path)
    // The third "From " follows an empty line, so it begins a message, as every mbox reader takes it.
    #expect(report.messages == 3)
    let seen = try await bench.seen()
    #expect(seen[0].bytes == Self.mail("Subject: one", "", "Hello", "From here", ">From there"))
    #expect(seen[0].flags == ["S", "R", "F", "Work", "Later"] && seen[0].date == 533_240_568)
    #expect(seen[1].bytes == Self.mail("Subject: two", "", "Bye") && seen[1].flags == [])
  }

  /// The same path, another file: what was imported before says nothing about it.
  @Test(arguments: ["one.eml", "folder/1.eml", "in.mbox"])
  func anotherFileUnderTheSamePath(_ name: String) async throws {
    let bench = try await Bench()
    let from = name.hasSuffix("mbox") ? ["From a@x Thu Nov 24 18:22:48 1986"] : []
    func text(_ word: String) -> [UInt8] {
      Array((from + ["Subject: \(word)", "", word, "", ""]).joined(separator: "\n").utf8)
    }
    let file = try bench.file(name, text("one"))
    let path = name.hasPrefix("folder") ? "\(bench.folder)/folder" : file
    #expect(try await bench.take(path).messages == 1)
    #expect(try await bench.take(path).messages == 0)
    for other in [text("two"), text("three, and longer"), text("one, and longer") + text("two")] {
      unlink(file)
      _ = try bench.file(name, other)
      await #expect(throws: TransferFault.changed(path)) { try await bench.take(path) }
    }
    #expect(try await bench.take(path, again: true).messages == (from.isEmpty ? 1 : 2))
  }

  /// Other programs' files, where nothing says how long a message is.
  @Test func mboxWithoutEmptyLines() async throws {
    let bench = try await Bench()
    let path = try bench.file(
      "in.mbox",
      Self.text(
        "From a@x Thu Nov 24 18:22:48 1986", "Subject: head only", "", "From b@x Thu Nov 24 18:22:49 1986",
        "From c@x Thu Nov 24 18:22:49 1986", "Subject: twice", "", "body", "", "From d@x Thu Jan  1 00:00:00 1970",
        // One of Barid's that another program changed.
        "X-Barid: 1 100 5 0", "Status: RO", "Date: Fri, 25 Nov 1986 18:22:48 +0000", "", "longer than before", ""))
    #expect(try await bench.take(path).messages == 3)
    let seen = try await bench.seen()
    #expect(
      seen.map(\.bytes) == [
        Self.mail("Subject: head only", ""), Self.mail("Subject: twice", "", "body"),
        Self.mail("Date: Fri, 25 Nov 1986 18:22:48 +0000", "", "longer than before"),
      ])
    #expect(seen.map(\.date) == [533_240_568, 533_240_569, 533_326_968] && seen[2].flags == ["S"])
  }

  @Test func mboxcl2GoesByLength() async throws {
    let bench = try await Bench()
    let body = "Hello\n\nFrom me to you\n>From quoted\n"
    let path = try bench.file(
      "in.mbox",
      Array(
        ("From a@x Thu Nov 24 18:22:48 1986\nSubject: one\nContent-Length: \(body.utf8.count)\n\n" + body
          + "\nFrom b@x Thu Nov 24 18:22:49 1986\nSubject: two\nContent-Length: 9999\n\nwrong length\n").utf8))
    #expect(try await bench.take(path).messages == 2)
    let seen = try await bench.seen()
    #expect(seen[0].bytes == Self.mail("Subject: one", "", "Hello", "", "From me to you", ">From quoted"))
    #expect(seen[1].bytes == Self.mail("Subject: two", "", "wrong length"))
  }

  @Test func maildirWithItsFolders() async throws {
    let bench = try await Bench()
    _ = try bench.file("md/cur/1.a.host:2,FS", Self.text("Subject: one", "", "x"), changed: 1_000_000)
    _ = try bench.file("md/new/2.b.host", Self.text("Subject: two", "", "y"), changed: 2_000_000)
    _ = try bench.file("md/.Work.2026/cur/3.c.host:2,Sab", Self.text("Subject: three", "", "z"))
    _ = try bench.file("md/.Work.2026/dovecot-keywords", Self.text("0 Later", "1 $Label1"))
    _ = try bench.file("md/.&BicGRAYoBjEGSgYv-/cur/4.d:2,", Self.text("Subject: four", "", "w"))
    let report = try await bench.take("\(bench.folder)/md")
    #expect(report.messages == 4 && report.mailboxes == 3)
    let inbox = try await bench.seen()
    #expect(inbox.map(\.date) == [1_000_000, 2_000_000] && inbox[0].flags == ["F", "S"] && inbox[1].flags == [])
    #expect(try await bench.seen("Work/2026")[0].flags == ["S", "Later", "$Label1"])
    #expect(try await bench.names().contains("البريد"))
    // Again: only what is new.
    _ = try bench.file("md/cur/5.e.host:2,", Self.text("Subject: five", "", "v"))
    #expect(try await bench.take("\(bench.folder)/md").messages == 1)
    #expect(try await bench.seen().count == 3)
    #expect(try await bench.take("\(bench.folder)/md", again: true).messages == 5)
  }

  @Test func anMboxThatGrewGoesOnWhereItWas() async throws {
    let bench = try await Bench()
    let first = Self.text("From a@x Thu Nov 24 18:22:48 1986", "Subject: one", "", "x", "")
    let path = try bench.file("in.mbox", first)
    #expect(try await bench.take(path).messages == 1)
    #expect(try await bench.take(path).messages == 0)
    unlink(path)
    _ = try bench.file("in.mbox", first + Self.text("From b@x Thu Nov 24 18:22:48 1986", "Subject: two", "", "y", ""))
    #expect(try await bench.take(path).messages == 1)
    #expect(
      try await bench.seen().map(\.bytes) == [
        Self.mail("Subject: one", "", "x"), Self.mail("Subject: two", "", "y"),
      ])
    // A file that shrank is another one.
    unlink(path)
    _ = try bench.file("in.mbox", Self.text("From b@x Thu Nov 24 18:22:48 1986", "Subject: three", "", "y"))
    await #expect(throws: TransferFault.changed(path)) { try await bench.take(path) }
  }

  /// Ids for POP3 that the old server had: Dovecot's saved ones, its default for its INBOX, X-UIDL of mbox files; a program that
  /// leaves mail on the server finds them as they were.
  @Test func uniqueIDsStay() async throws {
    let bench = try await Bench()
    for (number, name) in ["1.a.host:2,S", "2.b.host:2,", "3.c.host:2,", "4.d.host:2,"].enumerated() {
      _ = try bench.file("md/cur/\(name)", Self.text("Subject: \(number)", "", "x"))
      _ = try bench.file("md/.Old/cur/\(name)", Self.text("Subject: old \(number)", "", "x"))
    }
    let list = Self.text(
      "3 V1600000000 N300 G0123456789abcdef", "7 G00 Pfirst-of-old W12 :1.a.host:2,", "10 :2.b.host",
      "255 W17 P :4.d.host")
    _ = try bench.file("md/dovecot-uidlist", list)
    _ = try bench.file("md/.Old/dovecot-uidlist", list)
    #expect(try await bench.take("\(bench.folder)/md").messages == 8)
    let ids = try await bench.ids()
    #expect(ids[0] == "first-of-old" && ids[1] == "0000000a5f5e1000" && ids[2].hasPrefix("b") && ids[3] == "4.d.host")
    // The same id again, or none that was saved: POP3 never served that folder.
    #expect(try await bench.ids("Old").allSatisfy { $0.hasPrefix("b") })
    let path = try bench.file(
      "in.mbox",
      Self.text(
        "From a@x Thu Nov 24 18:22:48 1986", "Subject: one", "X-UIDL: 'Dn\"!h#o!!~B\"!l'\"!", "X-UIDL: its own", "",
        "x", "",
        "From a@x Thu Nov 24 18:22:49 1986", "X-UIDL: first-of-old", "Subject: two", "", "y", "",
        "From a@x Thu Nov 24 18:22:49 1986", "X-UIDL: two words", "Subject: three", "", "z", ""))
    #expect(try await bench.take(path, into: "Box").messages == 3)
    let box = try await bench.ids("Box")
    #expect(box[0] == "'Dn\"!h#o!!~B\"!l'\"!" && box[1].hasPrefix("b") && box[2].hasPrefix("b"))
    #expect(try await bench.seen("Box")[0].bytes == Self.mail("Subject: one", "X-UIDL: its own", "", "x"))
    #expect(Set(ids + box).count == 7)
  }

  /// Left out as a whole, whatever of it would still fit, and counted; what lies behind it comes in.
  @Test(arguments: ["\n", "\r\n"]) func whatIsTooLargeIsLeftOutAndCounted(_ end: String) async throws {
    let bench = try await Bench()
    let long = String(repeating: "x", count: 70) + end
    func message(_ subject: String, _ lines: Int) -> String {
      "Subject: \(subject)\(end)\(end)" + String(repeating: long, count: lines) + "short\(end)"
    }
    let large = message("large", 200)
    let mbox =
      "From a@x Thu Nov 24 18:22:48 1986\n" + large + "\nFrom a@x Thu Nov 24 18:22:48 1986\n" + message("small", 1)
      + "\nFrom a@x Thu Nov 24 18:22:48 1986\nSubject: long head\(end)" + String(repeating: "X: \(long)", count: 200)
      + "\(end)Body\(end)\nFrom a@x Thu Nov 24 18:22:48 1986\nContent-Length: \(200 * long.utf8.count + 5 + end.utf8.count)\(end)"
      + large + "\nFrom a@x Thu Nov 24 18:22:48 1986\n" + message("last", 1) + "\n"
    let path = try bench.file("in.mbox", Array(mbox.utf8))
    let report = try await bench.take(path, limit: 4_000)
    #expect(report.messages == 2 && report.skipped == 3)
    let line = String(repeating: "x", count: 70)
    #expect(
      try await bench.seen().map(\.bytes) == ["small", "last"].map { Self.mail("Subject: \($0)", "", line, "short") })
    for name in ["md/cur/1.a:2,", "md/cur/2.b:2,", "eml/1.eml", "eml/2.eml"] {
      _ = try bench.file(name, Array(name.contains("1") ? large.utf8 : message("small", 1).utf8))
    }
    for folder in ["md", "eml"] {
      let report = try await bench.take("\(bench.folder)/\(folder)", into: folder, limit: 4_000)
      #expect(report.messages == 1 && report.skipped == 1)
    }
  }

  /// RFC 9051 §9: a keyword is an atom, and a mailbox names 53; what else a file says about a message costs only that word.
  @Test func keywordsThatHaveNoPlaceAreLeftOut() async throws {
    let bench = try await Bench()
    let odd = #"foo(bar b{ad] "q" \Recent \Foo ünï a*b %x \#(String(repeating: "k", count: 256)) Good good $Label1"#
    var mbox = Self.text("From a@x Thu Nov 24 18:22:48 1986", "X-Keywords: \(odd)", "Subject: odd", "", "x", "")
    for number in 0..<80 {
      mbox += Self.text(
        "From a@x Thu Nov 24 18:22:48 1986", "X-Keywords: k\(number)", "Subject: \(number)", "", "x", "")
    }
    let path = try bench.file("in.mbox", mbox)
    let report = try await bench.take(path)
    #expect(report.messages == 81 && report.keywordsLeftOut == 9 + 29)
    let seen = try await bench.seen()
    #expect(seen[0].flags == ["Good", "$Label1"] && seen[51].flags == ["k50"] && seen[52].flags == [])
    // Known names still fit, in any case.
    let more = try bench.file(
      "more.mbox", Self.text("From a@x Thu Nov 24 18:22:48 1986", "X-Keywords: GOOD new", "Subject: more", "", "x", ""))
    #expect(try await bench.take(more).keywordsLeftOut == 1)
    #expect(try await bench.seen().last?.flags == ["Good"])
  }

  @Test func whatIsNoMailIsSaid() async throws {
    let bench = try await Bench()
    let path = try bench.file("note.txt", Self.text("Dear diary"))
    await #expect(throws: TransferFault.unknownFormat(path)) { try await bench.take(path) }
    await #expect(throws: TransferFault.self) { try await bench.take("\(bench.folder)/none") }
    await #expect(throws: TransferFault.self) { try await bench.take("\(bench.folder)/store/spool") }
  }

  /// Out and in again: bytes, flags, keywords, dates and names are the same.
  @Test(arguments: TransferFormat.allCases) func whatGoesOutComesInAgain(_ format: TransferFormat) async throws {
    let bench = try await Bench()
    let odd: [[UInt8]] = [
      Self.mail("Subject: plain", "", "Hello"), Self.mail("Subject: from", "", "From me", ">From you", "", "From him"),
      Array("Subject: no end\r\n\r\nlast line".utf8), Array("Subject: NUL\r\n\r\n".utf8) + [0, 1, 255, 13, 10],
      Array("Subject: bare\r\n\r\na\nb\r\nc\r".utf8) + [13, 10], Self.mail("Subject: head only", ""),
      Self.mail("Subject: no empty line"), Self.mail("Subject: another"), Self.mail("", "no header"), [],
      Array("\r\n".utf8),
      Self.mail("From him", "Subject: from", ">From header", "", "From me", "", "From you"),
      Self.mail("Status: RO", "X-Status: D", "Subject: fields", "X-Keywords: Evil", "X-UIDL: mine", "", "of its own"),
      Self.mail("X-Barid: 1 5 0 0", "Content-Length: 3", "", "much longer", ""), Array("no line at all".utf8),
      Self.text("Subject: LF only", "", "From me", "x"), Self.mail("Subject: empty lines", "", "x", "", "", ""),
      Array("Subject: half\r\n\r\n\r".utf8),
    ]
    for (number, bytes) in odd.enumerated() {
      let spool = bench.store.spool()
      bytes.withUnsafeBytes { spool.append($0) }
      let mailbox = number % 2 == 0 ? "INBOX" : "أعمال/2026.5: a%b"
      let message = try await spool.finish()
      let id: MailboxID
      if number == 1 {
        id = try await bench.store.createMailbox(mailbox, of: bench.account).id
      } else {
        id = try await bench.store.mailbox(named: mailbox, of: bench.account).id
      }
      _ = try await bench.store.append(
        [
          AppendItem(
            message: message, flags: number == 2 ? [.seen, .draft] : [.flagged, .answered],
            keywords: number == 3 ? ["Work", "$Forwarded"] : number < 6 ? [] : (0..<40).map { "k\($0)" },
            // The same second, the epoch, and others in no order.
            internalDate: KeptDate(
              seconds: [1_700_000_000, 1_700_000_000, 0, -5, 400_000_000][number % 5], zoneMinutes: number % 3 * 90 - 90
            ).rawValue)
        ], to: id, of: bench.account)
    }
    let path = "\(bench.folder)/out"
    let exporter = Exporter(store: bench.store, account: bench.account)
    let report = try await exporter.run(path, format: format, progress: { _, _ in })
    #expect(report.messages == odd.count && report.skipped == 0)
    await #expect(throws: TransferFault.notEmpty(path)) {
      try await exporter.run(path, format: format, progress: { _, _ in })
    }
    #expect(try await bench.take(path, account: 2).messages == odd.count)
    for name in ["INBOX", "أعمال/2026.5: a%b"] {
      let (mine, other) = (try await bench.seen(name), try await bench.seen(name, 2))
      #expect(other.count == mine.count)
      for (one, two) in zip(mine, other) {
        #expect(two == one, "\(name): \(String(decoding: one.bytes, as: UTF8.self))")
      }
      #expect(try await bench.ids(name, 2) == bench.ids(name))
    }
  }

  /// Every name comes back, also one that no file may have, and a mailbox without messages.
  @Test(arguments: TransferFormat.allCases) func namesOfMailboxesComeBack(_ format: TransferFormat) async throws {
    let bench = try await Bench()
    let names = [
      "\(String(repeating: "x", count: 130))/\(String(repeating: "y", count: 130))", String(repeating: "م", count: 110),
      String(repeating: "z", count: 255), String(repeating: ":", count: 255), "a", "a.mbox/b", "A.MBOX", "Archive.eml",
      "new", "new/cur", "flags.tsv", "mailboxes.tsv", ".hidden/..", "a~b", "a.", "INBOX/under", "50%41",
      (0..<12).map(String.init).joined(separator: "/"),
      (0..<9).map { String(repeating: "\($0)م", count: 33) }.joined(separator: "/"),
    ]
    for name in names {
      let id = try await bench.store.createMailbox(name, of: bench.account).id
      let spool = bench.store.spool()
      Self.mail("Subject: \(name)", "", "x").withUnsafeBytes { spool.append($0) }
      let message = try await spool.finish()
      _ = try await bench.store.append([AppendItem(message: message, internalDate: 1)], to: id, of: bench.account)
    }
    for name in ["Empty", "a/Empty"] { _ = try await bench.store.createMailbox(name, of: bench.account) }
    let path = "\(bench.folder)/out"
    // What an export that was killed has left is no hindrance; anything else is.
    _ = try bench.file("out.partial/mailboxes.tsv", Array("barid\tmaildir\n".utf8))
    _ = try bench.file("out.partial/cur/1.a", [])
    let exporter = Exporter(store: bench.store, account: bench.account)
    #expect(try await exporter.run(path, format: format, progress: { _, _ in }).messages == names.count)
    _ = try bench.file("other.partial/mine", [])
    await #expect(throws: TransferFault.notEmpty("\(bench.folder)/other.partial")) {
      try await exporter.run("\(bench.folder)/other", format: format, progress: { _, _ in })
    }
    #expect(try await bench.take(path, account: 2).messages == names.count)
    #expect(try await bench.names(2).sorted() == bench.names(1).sorted())
    for name in names { #expect(try await bench.seen(name, 2) == bench.seen(name), "\(name)") }
    guard format == .eml else { return }
    #expect(try await bench.take(path, into: "Old", account: 2).messages == names.count)
    #expect(try await bench.seen("Old/a.mbox/b", 2) == bench.seen("a.mbox/b"))
  }
}
