import POP3
import Testing

@Suite struct POP3CommandTests {
  static let accepted: [(line: String, command: POP3Command)] = [
    ("CAPA", .capa), ("capa ", .capa), ("USER mrose", .user("mrose")), ("USER a b", .user("a b")),
    ("user بريد@مثال.إختبار", .user("بريد@مثال.إختبار")),
    ("PASS x", .pass(Array("x".utf8))), ("PASS  a b ", .pass(Array(" a b ".utf8))),
    ("pass كلمة", .pass(Array("كلمة".utf8))), ("PASS a\tb", .pass(Array("a\tb".utf8))),
    (
      "APOP m c4c9334bac560ecc979e58001b3e22fb",
      .apop(
        name: "m",
        digest: [0xc4, 0xc9, 0x33, 0x4b, 0xac, 0x56, 0x0e, 0xcc, 0x97, 0x9e, 0x58, 0x00, 0x1b, 0x3e, 0x22, 0xfb])
    ),
    ("AUTH", .auth(mechanism: nil, initialResponse: nil)),
    ("auth plain", .auth(mechanism: "PLAIN", initialResponse: nil)),
    ("AUTH PLAIN =", .auth(mechanism: "PLAIN", initialResponse: [])),
    ("AUTH PLAIN AGEAYg==", .auth(mechanism: "PLAIN", initialResponse: [0, 97, 0, 98])),
    ("STLS", .stls), ("STAT", .stat), ("LIST", .list(nil)), ("LIST 1", .list(1)), ("list  007", .list(7)),
    ("RETR 999999999", .retr(999_999_999)),
    ("DELE 2", .dele(2)), ("NOOP", .noop), ("RSET", .rset), ("TOP 1 0", .top(1, lines: 0)),
    ("top 3  10 ", .top(3, lines: 10)), ("TOP 1 2147483647", .top(1, lines: .max)),
    ("TOP 1 99999999999999999999", .top(1, lines: .max)),
    ("UIDL", .uidl(nil)), ("UIDL 5", .uidl(5)), ("UTF8", .utf8), ("LANG", .lang(nil)), ("LANG *", .lang("*")),
    ("LANG ar-EG", .lang("ar-EG")), ("QUIT", .quit),
  ]

  @Test(arguments: accepted) func accepts(_ line: String, _ command: POP3Command) throws {
    #expect(try POP3Command.parse(line.utf8) == command)
    for end in 0...line.utf8.count { _ = try? POP3Command.parse(line.utf8.prefix(end)) }
  }

  static let refused: [(line: String, fault: POP3SyntaxFault)] = [
    ("", .unknownCommand), (" ", .unknownCommand), (" STAT", .unknownCommand), ("STATX", .unknownCommand),
    ("TOPS 1 1", .unknownCommand), ("XTND", .unknownCommand),
    ("STAT 1", .unexpectedArgument), ("QUIT now", .unexpectedArgument), ("LIST 1 2", .unexpectedArgument),
    ("TOP 1 2 3", .unexpectedArgument),
    ("RETR", .missingArgument), ("TOP 1", .missingArgument), ("TOP", .missingArgument), ("USER", .missingArgument),
    ("USER ", .missingArgument), ("PASS", .missingArgument), ("PASS ", .missingArgument),
    ("APOP a", .missingArgument), ("RETR 0", .badNumber), ("RETR -1", .badNumber), ("RETR +1", .badNumber),
    ("RETR 1.5", .badNumber), ("RETR 0x1", .badNumber),
    ("DELE 9999999999", .badNumber), ("LIST x", .badNumber), ("TOP 0 1", .badNumber), ("TOP 1 -1", .badNumber),
    ("TOP 1 9999999999x", .badNumber), ("TOP 9999999999 1", .badNumber),
    ("RETR ١", .badNumber),
    ("APOP a zz", .badCharacter), ("APOP a " + String(repeating: "g", count: 32), .badCharacter),
    ("STAT\u{0}", .badCharacter), ("PASS a\u{0}b", .badCharacter), ("AUTH PL@IN", .badCharacter),
    ("AUTH PLAIN a", .badBase64), ("AUTH PLAIN AAA=BBB=", .badBase64), ("AUTH PLAIN AAAA AAAA", .unexpectedArgument),
  ]

  @Test(arguments: refused) func refuses(_ line: String, _ fault: POP3SyntaxFault) {
    #expect(throws: fault) { try POP3Command.parse(line.utf8) }
    #expect(!fault.reply.isPositive && fault.reply.code == nil)
  }

  @Test func brokenUTF8() {
    #expect(throws: POP3SyntaxFault.badUTF8) { try POP3Command.parse(Array("USER ".utf8) + [0xC3]) }
    #expect(throws: POP3SyntaxFault.badUTF8) { try POP3Command.parse(Array("PASS ".utf8) + [0xC3]) }
  }
}

@Suite struct ReplyTests {
  @Test func written() {
    #expect(POP3Reply.ok("").bytes == Array("+OK\r\n".utf8))
    #expect(POP3Reply.stat(count: 2, octets: 320).bytes == Array("+OK 2 320\r\n".utf8))
    #expect(POP3Reply.error("a\r\n+OK", .inUse).bytes == Array("-ERR [IN-USE] a??+OK\r\n".utf8))
  }

  @Test func everyPhraseInEveryLanguage() {
    for language in POP3Language.allCases {
      for phrase in POP3Phrase.allCases {
        let text = phrase.text(in: language)
        // RFC 2449 §4: a response line has at most 512 octets.
        #expect(!text.isEmpty && text.utf8.count < 400 && !text.hasPrefix("["))
        #expect(language != .english || text.utf8.allSatisfy { $0 < 128 })
      }
    }
  }

  @Test func listings() {
    var output: [UInt8] = []
    ListingWriter.line(1, 0, into: &output)
    ListingWriter.line(100_000, 1_234_567_890, into: &output)
    ListingWriter.line(7, id: Array("abc".utf8), into: &output)
    ListingWriter.end(into: &output)
    #expect(String(decoding: output, as: UTF8.self) == "1 0\r\n100000 1234567890\r\n7 abc\r\n.\r\n")
  }
}

@Suite struct DeletionTests {
  @Test func marks() {
    var machine = ServerMachine(settings: ServerSettings(), isTLS: true)
    var consumed = 0
    for line in ["USER a\r\n", "PASS b\r\n"] { _ = machine.advance(Array(line.utf8).span, consumed: &consumed) }
    _ = machine.opened(messageCount: 1_000)
    for number in [1_000, 1, 64, 65, 129, 64] {
      _ = machine.advance(Array("DELE \(number)\r\n".utf8).span, consumed: &consumed)
    }
    #expect(machine.deleted.indices == [0, 63, 64, 128, 999] && machine.deleted.count == 5)
    #expect(machine.close(nil) == .close(nil) && machine.deleted.count == 0)
  }
}
