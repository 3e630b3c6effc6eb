import IMAP
import Mail
import Testing

@Suite struct CommandTests {
  static func parse(_ text: String, utf8: Bool = false) throws(CommandError) -> IMAPCommand {
    try TaggedCommand.parse(Array(text.utf8), ParserOptions(usesUTF8: utf8)).command
  }

  static let feb1 = CivilDate(year: 1994, month: 2, day: 1)
  static let set42 = SequenceSet([.init(.number(42), .number(42))])

  static let accepted: [(String, IMAPCommand)] = [
    ("a ID NIL", .id(nil)),
    ("a ID (\"name\" \"x\" \"os\" NIL)", .id([.init(name: "name", value: "x"), .init(name: "os", value: nil)])),
    ("a login {3}\r\nf o \"b\\\"r\"", .login(.init(user: Array("f o".utf8), password: Array("b\"r".utf8)))),
    ("a AUTHENTICATE plain =", .authenticate(.init(mechanism: "PLAIN", initialResponse: Array("=".utf8)))),
    ("a enable condstore UTF8=ACCEPT", .enable(["CONDSTORE", "UTF8=ACCEPT"])),
    ("a SELECT inBox", .select(.init(mailbox: .inbox))),
    ("a CREATE \"a b\" (USE (\\Sent \\X))", .create(.init(mailbox: MailboxName("a b"), uses: ["\\Sent", "\\X"]))),
    ("a RENAME &BkUGLAZEBi8- x", .rename(.init(from: MailboxName("مجلد"), to: MailboxName("x")))),
    (
      "a STATUS x (messages UIDNEXT DELETED-STORAGE)",
      .status(.init(mailbox: MailboxName("x"), items: [.messages, .uidNext, .deletedStorage]))
    ),
    ("a COPY 42 y", .copy(.init(isUID: false, set: set42, mailbox: MailboxName("y")))),
    ("a UID MOVE $ y", .move(.init(isUID: true, set: .savedResult, mailbox: MailboxName("y")))),
    ("a UID EXPUNGE 42", .expunge(set42)),
    (
      "a STORE 42 (UNCHANGEDSINCE 0) -FLAGS.SILENT \\seen x",
      .store(
        .init(
          isUID: false, set: set42, mode: .remove, isSilent: true, flags: [.seen, .keyword("x")], unchangedSince: 0))
    ),
    ("a STORE 42 FLAGS ()", .store(.init(isUID: false, set: set42, mode: .replace, flags: []))),
    (
      "a SEARCH UNSEEN SINCE 1-Feb-1994",
      .search(.init(isUID: false, key: .and([.not(.flag(.seen)), .since(feb1)])))
    ),
    (
      "a UID SEARCH RETURN () OR NOT (DELETED) FUZZY BODY x",
      {
        var returns = SearchReturn()
        returns.all = true
        return .search(
          .init(isUID: true, returns: returns, key: .or(.not(.flag(.deleted)), .fuzzy(.body("x")))))
      }()
    ),
    ("a SEARCH CHARSET ISO-8859-6 SUBJECT {2}\r\n\u{7F}", .noop),
    (
      "a SEARCH MODSEQ \"/flags/\\\\draft\" all 620",
      .search(.init(isUID: false, key: .modSequence(620, entry: .init(flag: .draft, kind: .all))))
    ),
    (
      "a SORT (REVERSE DATE SUBJECT) UTF-8 ALL",
      .sort(
        .init(
          isUID: false, criteria: [.init(.date, isReverse: true), .init(.subject)], charset: "UTF-8", key: .all))
    ),
    (
      "a UID THREAD REFERENCES UTF-8 ALL",
      .thread(.init(isUID: true, algorithm: "REFERENCES", charset: "UTF-8", key: .all))
    ),
    ("a FETCH 42 fast", .fetch(.init(isUID: false, set: set42, items: [.flags, .internalDate, .rfc822Size]))),
    (
      "a FETCH 42 (BODY[1.2.HEADER.FIELDS (To \"x y\")]<0.5> BINARY.PEEK[3] BODY[] BODYSTRUCTURE)",
      .fetch(
        .init(
          isUID: false, set: set42,
          items: [
            .section(
              SectionSpec(part: [1, 2], .headerFields(["To", "x y"])), isPeek: false,
              partial: PartialFetch(first: 0, count: 5)),
            .binary(SectionSpec(part: [3]), isPeek: true, partial: nil),
            .section(SectionSpec(), isPeek: false, partial: nil), .bodyStructure,
          ]))
    ),
    (
      "a FETCH 42 (BINARY.SIZE[2.HEADER.FIELDS (a)] BINARY[TEXT]<1> BINARY.SIZE[])",
      .fetch(
        .init(
          isUID: false, set: set42,
          items: [
            .binarySize(SectionSpec(part: [2], .headerFields(["a"]))),
            .binary(SectionSpec(.text), isPeek: false, partial: PartialFetch(first: 1, count: UInt64(Int64.max))),
            .binarySize(SectionSpec()),
          ]))
    ),
    (
      "a UID FETCH 42 (FLAGS) (CHANGEDSINCE 7 VANISHED PARTIAL -1:-30)",
      {
        var fetch = IMAPCommand.Fetch(isUID: true, set: set42, items: [.flags])
        (fetch.changedSince, fetch.isVanished) = (7, true)
        fetch.partial = PartialRange(isFromEnd: true, 1...30)
        return .fetch(fetch)
      }()
    ),
    ("a FETCH 42 PREVIEW (LAZY)", .fetch(.init(isUID: false, set: set42, items: [.preview(isLazy: true)]))),
    (
      "a SETACL x fred +lrs",
      .setACL(.init(mailbox: MailboxName("x"), identifier: "fred", mode: .add, rights: "lrs"))
    ),
    (
      "a SETMETADATA x (/private/comment ~{3}\r\na\0b)",
      .setMetadata(
        .init(mailbox: MailboxName("x"), entries: [.init(name: "/private/comment", value: [0x61, 0, 0x62])]))
    ),
    (
      "a NOTIFY SET (selected (MessageNew MessageExpunge)) (personal NONE)",
      .notify(
        .set(
          status: false,
          groups: [
            .init(filter: .selected, events: [.messageNew([]), .messageExpunge]), .init(filter: .personal, events: []),
          ]))
    ),
  ].filter { $0.1 != .noop }

  @Test func accepts() throws {
    for (text, command) in Self.accepted { #expect(try Self.parse(text) == command, "\(text)") }
  }

  static let rejected = [
    "", "a", "a ", " a NOOP", "* NOOP", "a+b NOOP", "a NOOP ", "a  NOOP", "a NOOP x", "a UID NOOP", "a XYZZY",
    "a LOGIN x",
    "a LOGIN x y z", "a LOGIN \"x y", "a LOGIN \"\\x\" y", "a LOGIN {9}\r\nx y", "a LOGIN {3}\r\na\0b c", "a SELECT",
    "a SELECT \"a\0b\"", "a SELECT x (FOO)", "a SELECT x ()", "a FETCH 0 FLAGS", "a FETCH 1: FLAGS", "a FETCH ,1 FLAGS",
    "a FETCH 1 ()", "a FETCH 1 BODY[MIME]", "a FETCH 1 BODY[1.]", "a FETCH 1 BODY[0]", "a FETCH 1 BODY[1HEADER]",
    "a FETCH 1 BODY[]<1.0>", "a FETCH 1 BODY[]<1>", "a FETCH 1 FLAGS (VANISHED)", "a FETCH 1 FLAGS (PARTIAL 1:2)",
    "a FETCH 4294967296 FLAGS", "a FETCH 1 (FLAGS", "a FETCH 1 ENVELOPES", "a STORE 1 FLAGS",
    "a STORE 1 FLAGS (\\Recent)",
    "a STORE 1 +FLAG x", "a SEARCH", "a SEARCH (", "a SEARCH ()", "a SEARCH ALL)", "a SEARCH FOO", "a SEARCH OR ALL",
    "a SEARCH SINCE 31-Feb-2020", "a SEARCH SINCE 1-Foo-2020", "a SEARCH LARGER 9223372036854775808",
    "a SEARCH RETURN (ALL PARTIAL 1:2) ALL", "a SEARCH SUBJECT {2}\r\n\u{7F}", "a LIST \"\"",
    "a LIST (RECURSIVEMATCH) \"\" *",
    "a LIST \"\" * RETURN", "a STATUS x ()", "a STATUS x (FOO)", "a APPEND x", "a APPEND x (\\Seen)", "a IDLE x",
    "a ENABLE",
    "a SETACL x y FOO", "a GETMETADATA x comment", "a GETMETADATA x /a/", "a SETMETADATA x (/a* NIL)",
    "a NOTIFY SET (inboxes (FlagChange))", "a AUTHENTICATE PLAIN x\"", "a CREATE x (USE (Sent))", "a ID (\"a\")",
    "a SEARCH SUBJECT {1}\r\n",
  ]

  @Test(arguments: rejected) func rejects(_ text: String) {
    #expect(throws: CommandError.self) { try Self.parse(text) }
  }

  @Test func tagsSurviveErrors() {
    for (text, tag) in [("a1 XYZZY", "a1"), ("a1 FETCH", "a1"), ("a1", "a1"), ("* x", nil), ("", nil), ("(", nil)] {
      do throws(CommandError) {
        _ = try Self.parse(text)
        Issue.record("\(text) was accepted")
      } catch { #expect(error.tag == tag, "\(text)") }
    }
  }

  @Test func charsets() throws {
    var bytes = Array("a SEARCH CHARSET ISO-8859-6 SUBJECT {2}\r\n".utf8)
    bytes += [0xC7, 0xE4]
    let command = try TaggedCommand.parse(bytes).command
    #expect(
      command
        == .search(.init(isUID: false, charset: "ISO-8859-6", key: .header(name: "SUBJECT", text: "\u{627}\u{644}"))))
    do throws(CommandError) {
      _ = try Self.parse("a SEARCH CHARSET X-FOO ALL")
      Issue.record("unknown charset accepted")
    } catch {
      #expect(error.condition == .no)
      #expect(error.code == .badCharset(["US-ASCII", "UTF-8"]))
    }
  }

  @Test func mailboxModes() throws {
    #expect(try Self.parse("a DELETE \"&-\"") == .delete(MailboxName("&")))
    #expect(try Self.parse("a DELETE \"&-\"", utf8: true) == .delete(MailboxName("&-")))
    #expect(try Self.parse("a DELETE \"مجلد\"", utf8: true) == .delete(MailboxName("مجلد")))
    #expect(throws: CommandError.self) { try Self.parse("a DELETE \"&xx\"") }
  }

  @Test func dates() throws {
    let text = "a APPEND x \" 7-Feb-1994 21:52:25 -0800\" {1}\r\nx"
    guard case .append(let append) = try Self.parse(text) else { return #expect(Bool(false)) }
    #expect(append.messages[0].date == MailDate(seconds: 760_686_745, zoneMinutes: -480))
    #expect(append.messages[0].content == .literal(text.utf8.count - 1..<text.utf8.count, isBinary: false))
    for bad in ["32-Feb-1994 21:52:25 -0800", "01-Feb-1994 24:00:00 +0000", "01-Feb-1994 21:52:25 +0060"] {
      #expect(throws: CommandError.self) { try Self.parse("a APPEND x \"\(bad)\" {1}\r\nx") }
    }
  }

  @Test func passwordsHaveNoDescription() throws {
    let command = try Self.parse("a LOGIN fred secret")
    #expect(!"\(command)".contains("115"))
    #expect(!String(reflecting: command).contains("115"))
    var text = ""
    dump(command, to: &text)
    #expect(!text.contains("115"))
  }

  @Test func hostileNesting() {
    for (open, close) in [("(", ")"), ("NOT ", ""), ("OR ALL ", ""), ("FUZZY ", "")] {
      for depth in [1_000, 8_000] {
        let text = "a SEARCH " + String(repeating: open, count: depth) + "ALL" + String(repeating: close, count: depth)
        do throws(CommandError) {
          _ = try Self.parse(text)
          Issue.record("\(depth) levels of \(open) were accepted")
        } catch { #expect(error.code == .limit) }
      }
    }
    // Alternatives are no nesting: clients ask for hundreds.
    #expect(throws: Never.self) { try Self.parse("a SEARCH " + String(repeating: "OR UID 1 ", count: 400) + "UID 2") }
    #expect(throws: Never.self) {
      try Self.parse("a SEARCH " + String(repeating: "(", count: 60) + "ALL" + String(repeating: ")", count: 60))
    }
  }

  @Test func hostileSets() throws {
    // A million ranges are refused at the limit of 100,000; so many are read.
    let million = "a FETCH 1" + String(repeating: ",3", count: 1_000_000) + " FLAGS"
    do throws(CommandError) {
      _ = try Self.parse(million)
      Issue.record("a million ranges were accepted")
    } catch { #expect(error.code == .limit) }
    var text = "a FETCH 1"
    for number in 1..<100_000 { text += ",\(number * 2 + 1)" }
    guard case .fetch(let fetch) = try Self.parse(text + " FLAGS") else { return #expect(Bool(false)) }
    #expect(fetch.set.resolved(largest: 1_000_000).count == 100_000)
    // All numbers there are, in two bytes: nothing may unroll them.
    #expect(SequenceSet.all.resolved(largest: .max).count == Int(UInt32.max))
  }

  @Test func randomBytes() {
    // Every prefix and many mutations of the accepted rows: an answer, never a trap.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    var good = 0
    for text in Self.accepted.map(\.0) + Self.rejected where !text.isEmpty {
      let bytes = Array(text.utf8)
      for end in bytes.indices { if (try? TaggedCommand.parse(Array(bytes[..<end]))) != nil { good += 1 } }
      for _ in 0..<200 {
        var changed = bytes
        changed[random(changed.count)] = UInt8(random(256))
        if random(2) == 0 { changed.remove(at: random(changed.count)) }
        if (try? TaggedCommand.parse(changed)) != nil { good += 1 }
      }
    }
    #expect(good > 0)
  }
}
