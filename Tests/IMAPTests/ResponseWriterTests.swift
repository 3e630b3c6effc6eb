import IMAP
import Mail
import Testing

@Suite struct ResponseWriterTests {
  static func written(utf8: Bool = false, _ body: (inout ResponseWriter) -> Void) -> String {
    var writer = ResponseWriter(usesUTF8: utf8)
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test func statuses() {
    let rows: [((inout ResponseWriter) -> Void, String)] = [
      ({ $0.status(.ok, tag: "a1", "Done") }, "a1 OK Done\r\n"),
      ({ $0.status(.no, tag: "a1", .tryCreate, "No such\r\nmailbox\0") }, "a1 NO [TRYCREATE] No such  mailbox \r\n"),
      ({ $0.status(.bye, .unavailable, "Bye") }, "* BYE [UNAVAILABLE] Bye\r\n"),
      ({ $0.status(.ok, .capability(["IMAP4rev1", "ID"]), "Hi") }, "* OK [CAPABILITY IMAP4rev1 ID] Hi\r\n"),
      ({ $0.status(.ok, .permanentFlags([.seen], allowsNew: true), "x") }, "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"),
      ({ $0.status(.ok, .permanentFlags([], allowsNew: true), "x") }, "* OK [PERMANENTFLAGS (\\*)] x\r\n"),
      (
        { $0.status(.ok, tag: "a", .appendUID(uidValidity: 3, uids: NumberSet([4...6])), "x") },
        "a OK [APPENDUID 3 4:6] x\r\n"
      ),
      (
        {
          $0.status(
            .ok, tag: "a", .copyUID(uidValidity: 3, source: [304, 319, 320], destination: [3956, 3957, 3958]), "x")
        },
        "a OK [COPYUID 3 304,319:320 3956:3958] x\r\n"
      ),
      (
        { $0.status(.ok, tag: "a", .copyUID(uidValidity: 3, source: [9, 2], destination: [5, 6]), "x") },
        "a OK [COPYUID 3 9,2 5:6] x\r\n"
      ),
      ({ $0.status(.ok, tag: "a", .modified(NumberSet([7...7, 9...9])), "x") }, "a OK [MODIFIED 7,9] x\r\n"),
      ({ $0.status(.ok, .inProgress(tag: "a", done: 5, of: nil), "x") }, "* OK [INPROGRESS (\"a\" 5 NIL)] x\r\n"),
      ({ $0.status(.no, tag: "a", .badCharset(["UTF-8"]), "x") }, "a NO [BADCHARSET (UTF-8)] x\r\n"),
      ({ $0.continuation() }, "+ OK\r\n"), ({ $0.continuation([]) }, "+ \r\n"),
      ({ $0.error(CommandError(tag: nil, text: "Expected a tag")) }, "* BAD Expected a tag\r\n"),
      ({ $0.refusal(.init(tag: "a", code: .tooBig, text: "x", closes: true)) }, "* BYE [TOOBIG] x\r\n"),
    ]
    for (body, expected) in rows { #expect(Self.written(body) == expected) }
  }

  @Test func strings() {
    let rows: [(String, String, String)] = [
      ("abc", "abc", "\"abc\""), ("", "\"\"", "\"\""), ("a b", "\"a b\"", "\"a b\""), ("nil", "\"nil\"", "\"nil\""),
      ("a\"\\", "\"a\\\"\\\\\"", "\"a\\\"\\\\\""), ("a]", "a]", "\"a]\""), ("a\r\nb", "{4}\r\na\r\nb", "{4}\r\na\r\nb"),
      ("é", "{2}\r\né", "{2}\r\né"), ("a%", "\"a%\"", "\"a%\""),
    ]
    for (text, astring, string) in rows {
      #expect(Self.written { $0.astring(text) } == astring)
      #expect(Self.written { $0.string(text) } == string)
    }
    #expect(Self.written(utf8: true) { $0.string("é") } == "\"é\"")
    #expect(Self.written { $0.nstring(nil as String?) } == "NIL")
    var writer = ResponseWriter()
    writer.literal([0x61, 0, 0x62])
    writer.literal8([0])
    #expect(writer.take() == Array("{3}\r\na".utf8) + [0x80, 0x62] + Array("~{1}\r\n\0".utf8))
    #expect(writer.bytes.isEmpty)
    // NUL anywhere in literals of every length up to three words, and of some that are looked at in larger pieces.
    for length in Array(0..<25) + [63, 64, 65, 127, 128, 150] {
      for at in 0..<length {
        var octets = [UInt8](repeating: 0xFF, count: length)
        octets[at] = 0
        octets[length - 1] = at == length - 1 ? 0 : 1
        writer.literal(octets)
        #expect(writer.take().suffix(length).elementsEqual(octets.map { $0 == 0 ? 0x80 : $0 }))
      }
    }
    for number in [0, 9, 10, 99, 100, 4_294_967_295, UInt64.max] {
      writer.fetchBinarySize(SectionSpec(), number)
      #expect(String(decoding: writer.take(), as: UTF8.self) == " BINARY.SIZE[] \(number)")
    }
    #expect(Self.written { $0.string(String(repeating: "x", count: 2_000)) }.hasPrefix("{2000}\r\n"))
  }

  @Test func mailboxes() {
    let name = MailboxName("مجلد")
    let rows: [((inout ResponseWriter) -> Void, String)] = [
      (
        { $0.list(name, attributes: [.hasNoChildren, .sent]) },
        "* LIST (\\HasNoChildren \\Sent) \"/\" &BkUGLAZEBi8-\r\n"
      ),
      (
        { $0.list(MailboxName("a"), attributes: [], childInfo: ["SUBSCRIBED"], oldName: MailboxName("b c")) },
        "* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (\"b c\"))\r\n"
      ),
      ({ $0.listDelimiter() }, "* LIST (\\Noselect) \"/\" \"\"\r\n"),
      ({ $0.lsub(.inbox, attributes: []) }, "* LSUB () \"/\" INBOX\r\n"),
      (
        { $0.status(of: .inbox, [.messages(3), .appendLimit(nil), .mailboxID("F1"), .size(9)]) },
        "* STATUS INBOX (MESSAGES 3 APPENDLIMIT NIL MAILBOXID (F1) SIZE 9)\r\n"
      ),
      ({ $0.flags([.seen, .keyword("$Junk")]) }, "* FLAGS (\\Seen $Junk)\r\n"),
      ({ $0.exists(0) }, "* 0 EXISTS\r\n"), ({ $0.expunge(4_294_967_295) }, "* 4294967295 EXPUNGE\r\n"),
      ({ $0.vanished(NumberSet([1...3, 7...7]), earlier: true) }, "* VANISHED (EARLIER) 1:3,7\r\n"),
      ({ $0.vanished(NumberSet()) }, ""), ({ $0.enabled([]) }, "* ENABLED\r\n"), ({ $0.id(nil) }, "* ID NIL\r\n"),
      (
        { $0.id([.init(name: "name", value: "Barid"), .init(name: "x", value: nil)]) },
        "* ID (\"name\" \"Barid\" \"x\" NIL)\r\n"
      ),
      (
        { $0.namespace(personal: [.init(prefix: "")], others: [.init(prefix: "Users/")], shared: []) },
        "* NAMESPACE ((\"\" \"/\")) ((\"Users/\" \"/\")) NIL\r\n"
      ),
      ({ $0.quota("", [(name: "STORAGE", usage: 1, limit: 2)]) }, "* QUOTA \"\" (STORAGE 1 2)\r\n"),
      ({ $0.metadata(.inbox, [(name: "/a/b", value: nil)]) }, "* METADATA INBOX (/a/b NIL)\r\n"),
      ({ $0.acl(.inbox, [(identifier: "fred", rights: "lr")]) }, "* ACL INBOX fred lr\r\n"),
    ]
    for (body, expected) in rows { #expect(Self.written(body) == expected) }
    #expect(Self.written(utf8: true) { $0.mailbox(name) } == "\"مجلد\"")
  }

  @Test func searches() {
    var result = SearchResult(tag: "a1", isUID: true)
    (result.min, result.max, result.count, result.highestModSequence) = (2, 9, 3, 77)
    result.all = NumberSet([2, 3, 9] as [UInt32])
    #expect(
      Self.written { $0.esearch(result) } == "* ESEARCH (TAG \"a1\") UID MIN 2 MAX 9 ALL 2:3,9 COUNT 3 MODSEQ 77\r\n")
    #expect(Self.written { $0.esearch(SearchResult(tag: nil, isUID: false)) } == "* ESEARCH\r\n")
    result = SearchResult(tag: nil, isUID: false)
    result.ordered = [9, 2, 3]
    result.partial = (PartialRange(isFromEnd: true, 1...3), [])
    #expect(Self.written { $0.esearch(result) } == "* ESEARCH ALL 9,2:3 PARTIAL (-1:-3 NIL)\r\n")
    #expect(Self.written { $0.search([] as [UInt32]) } == "* SEARCH\r\n")
    #expect(Self.written { $0.search([2, 5] as [UInt32], highestModSequence: 9) } == "* SEARCH 2 5 (MODSEQ 9)\r\n")
    #expect(Self.written { $0.sort([5, 2] as [UInt32]) } == "* SORT 5 2\r\n")
  }

  @Test func threads() {
    // RFC 5256 §4: the examples.
    let deep = ThreadNode(
      3, [ThreadNode(6, [ThreadNode(4, [ThreadNode(23)]), ThreadNode(44, [ThreadNode(7, [ThreadNode(96)])])])])
    #expect(Self.written { $0.thread([ThreadNode(2), deep]) } == "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n")
    #expect(Self.written { $0.thread([ThreadNode(0, [ThreadNode(3), ThreadNode(5)])]) } == "* THREAD ((3)(5))\r\n")
    #expect(Self.written { $0.thread([]) } == "* THREAD\r\n")
    var chain = ThreadNode(1)
    for number in 2...5_000 { chain = ThreadNode(UInt32(number), [chain]) }
    #expect(Self.written { $0.thread([chain]) }.hasPrefix("* THREAD (5000 4999 "))
  }

  @Test func fetches() {
    let text = Self.written {
      $0.beginFetch(12)
      $0.fetchUID(7)
      $0.fetchFlags([.seen])
      $0.fetchModSequence(9)
      $0.fetchInternalDate(MailDate(seconds: 837_596_665, zoneMinutes: -420))
      $0.fetchSize(44)
      $0.fetchSection(SectionSpec(part: [1, 2], .headerFields(["To", "x y"])), first: 5, Array("FETCH (".utf8))
      $0.fetchSection(SectionSpec(part: [], .whole), nil as [UInt8]?)
      $0.fetchBinary(SectionSpec(part: [3]), [0])
      $0.fetchBinarySize(SectionSpec(part: [3]), 1)
      $0.fetchEmailID("M1")
      $0.fetchThreadID(nil)
      $0.fetchPreview("x")
      $0.fetchSaveDate(nil)
      $0.endFetch()
    }
    #expect(
      text == "* 12 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (9) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 44 "
        + "BODY[1.2.HEADER.FIELDS (To \"x y\")]<5> {7}\r\nFETCH ( BODY[] NIL BINARY[3] ~{1}\r\n\0 BINARY.SIZE[3] 1 "
        + "EMAILID (M1) THREADID NIL PREVIEW \"x\" SAVEDATE NIL)\r\n")
    let uid = Self.written {
      $0.beginUIDFetch(25)
      $0.fetchFlags([])
      $0.endFetch()
    }
    #expect(uid == "* 25 UIDFETCH (FLAGS ())\r\n")
  }

  /// What is written as a date-time is read back, for instants over four centuries and every kind of zone.
  @Test func datesRoundTrip() throws {
    for step in 0..<500 {
      let date = MailDate(
        seconds: -6_000_000_000 + Int64(step) * 31_556_953, zoneMinutes: [0, 330, -480, 840, -719][step % 5])
      let text = Self.written { $0.dateTime(date) }
      guard case .append(let append) = try CommandTests.parse("a APPEND x \(text) {1}\r\nx") else { continue }
      #expect(append.messages[0].date == date, "\(text)")
    }
  }
}
