import Glibc
import Logging
import Store
import Testing

@testable import Postroom

@Suite struct TransferTests {
  /// A folder and a store of one account, both gone with the test.
  private final class Bench {
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
      _ path: String, _ format: TransferFormat? = nil, into: String = "INBOX", account: Int64 = 1, again: Bool = false
    ) async throws -> TransferReport {
      try await Importer(store: store, account: AccountID(raw: account)).run(
        path, format: format, into: into, again: again, progress: { _, _ in })
    }

    struct Seen: Equatable {
      var bytes: [UInt8]
      var flags: Set<String>
      var date: Int64
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
            bytes: try await store.content(record.email, of: account), flags: flags, date: record.internalDate))
      }
      return seen
    }

    func names(_ account: Int64 = 1) async throws -> [String] {
      try await store.mailboxes(of: AccountID(raw: account)).map(\.name)
    }
  }

  private static func text(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) + [10] }
  private static func mail(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\r\n").utf8) + [13, 10] }

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

  @Test func whatIsNoMailIsSaid() async throws {
    let bench = try await Bench()
    let path = try bench.file("note.txt", Self.text("Dear diary"))
    await #expect(throws: TransferFault.unknownFormat(path)) { try await bench.take(path) }
    await #expect(throws: TransferFault.self) { try await bench.take("\(bench.folder)/none") }
    await #expect(throws: TransferFault.self) { try await bench.take("\(bench.folder)/store/spool") }
  }

  /// Out and in again: bytes, flags, keywords, dates and names are the same.
  @Test(arguments: [TransferFormat.maildir, .eml, .mboxcl2, .mboxrd])
  func whatGoesOutComesInAgain(_ format: TransferFormat) async throws {
    let bench = try await Bench()
    let odd: [[UInt8]] = [
      Self.mail("Subject: plain", "", "Hello"), Self.mail("Subject: from", "", "From me", ">From you", "", "From him"),
      Array("Subject: no end\r\n\r\nlast line".utf8), Array("Subject: NUL\r\n\r\n".utf8) + [0, 1, 255, 13, 10],
      Array("Subject: bare\r\n\r\na\nb\r\nc\r".utf8) + [13, 10], Self.mail("Subject: head only", ""),
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
            keywords: number == 3 ? ["Work", "$Forwarded"] : [], internalDate: 1_700_000_000 + Int64(number))
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
      var mine = try await bench.seen(name)
      if format == .mboxrd {
        // mbox lines must end: the one thing that it cannot say.
        for index in mine.indices where mine[index].bytes.last != 10 { mine[index].bytes += [10] }
      }
      #expect(try await bench.seen(name, 2) == mine, "\(name)")
    }
  }

  /// Batches are durable with how far they are: killed after any of them, the next run brings the rest, once.
  @Test func anImportThatBreaksOffGoesOn() async throws {
    let bench = try await Bench()
    var mbox: [UInt8] = []
    for number in 0..<1_700 {
      mbox += Self.text("From a@x Thu Nov 24 18:22:48 1986", "Subject: \(number)", "", "body \(number)", "")
    }
    let path = try bench.file("in.mbox", mbox)
    let importer = Importer(store: bench.store, account: bench.account)
    let stopped = Task {
      try await importer.run(
        path, format: nil, into: "INBOX",
        progress: { done, _ in if done > 0 { withUnsafeCurrentTask { $0?.cancel() } } })
    }
    _ = await stopped.result
    let report = try await bench.take(path)
    let seen = try await bench.seen()
    #expect(seen.count == 1_700 && report.messages <= 1_700)
    #expect(seen.map(\.bytes) == (0..<1_700).map { Self.mail("Subject: \($0)", "", "body \($0)") })
  }

  /// Two runs of one import side by side: no message comes twice, and whoever is late is told.
  @Test func twoImportsOfTheSameMail() async throws {
    let bench = try await Bench()
    var mbox: [UInt8] = []
    for number in 0..<3_000 {
      mbox += Self.text("From a@x Thu Nov 24 18:22:48 1986", "Subject: \(number)", "", "body \(number)", "")
    }
    let path = try bench.file("in.mbox", mbox)
    let (store, account) = (bench.store, bench.account)
    let results = await withTaskGroup(of: TransferFault?.self) { group in
      for _ in 0..<3 {
        group.addTask {
          do throws(TransferFault) {
            _ = try await Importer(store: store, account: account).run(
              path, format: nil, into: "INBOX", progress: { _, _ in })
            return nil
          } catch { return error }
        }
      }
      return await group.reduce(into: [TransferFault?]()) { $0.append($1) }
    }
    #expect(results.contains(nil) && results.allSatisfy { $0 == nil || $0 == .underWay }, "\(results)")
    #expect(try await bench.take(path).messages == 0)
    #expect(try await bench.seen().map(\.bytes) == (0..<3_000).map { Self.mail("Subject: \($0)", "", "body \($0)") })
  }
}

/// Removes a folder with all that is in it.
private func removeTree(_ path: String) {
  if FolderFiles.isFolder(path) {
    do throws(TransferFault) {
      for name in try FolderFiles.names(path) { removeTree("\(path)/\(name)") }
    } catch { return }
    rmdir(path)
  } else {
    unlink(path)
  }
}
