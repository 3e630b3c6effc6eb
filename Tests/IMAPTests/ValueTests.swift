import IMAP
import Testing

@Suite struct ValueTests {
  @Test func modifiedUTF7() {
    // RFC 3501 §5.1.3's example, Arabic names that clients create, a surrogate pair, `&`.
    let rows: [(String, String)] = [
      ("INBOX", "INBOX"), ("a&-b", "a&b"), ("&-&-", "&&"), ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
      ("&BkUGLAZEBi8-", "مجلد"), ("&BicGRAY5BkUGRA-/2026", "العمل/2026"),
      ("&BicGRAYxBjMGJwYmBkQ- &BicGRAZFBjEGMwZEBik-", "الرسائل المرسلة"),
      ("&2D3eAA-", "\u{1F600}"), ("caf&AOk-", "café"), ("", ""),
    ]
    for (encoded, text) in rows {
      #expect(MailboxName(modifiedUTF7: encoded.utf8)?.text == text)
      #expect(String(decoding: MailboxName(text).modifiedUTF7, as: UTF8.self) == encoded)
    }
    for bad in ["&", "&AOk", "&AO-", "&AOl-", "&A-", "&!-", "&2D0-", "&3gA-", "&AGE-", "&ZeVnLIqe"] {
      #expect(MailboxName(modifiedUTF7: bad.utf8) == nil, "\(bad)")
    }
  }

  @Test func modifiedUTF7RoundTrips() {
    var state: UInt32 = 7
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<8 {
        state = state &* 1_664_525 &+ 1_013_904_223
        let value = (state >> 8) % (state & 1 == 0 ? 0x80 : 0x2_0000)
        if let scalar = Unicode.Scalar(value), value > 0 { text.unicodeScalars.append(scalar) }
      }
      #expect(MailboxName(modifiedUTF7: MailboxName(text).modifiedUTF7)?.text == MailboxName(text).text)
    }
  }

  @Test func inbox() {
    for (text, name) in [
      ("inbox", "INBOX"), ("InBoX/Sub", "INBOX/Sub"), ("inboxes", "inboxes"), ("a/inbox", "a/inbox"),
      ("INBOX", "INBOX"),
    ] { #expect(MailboxName(text).text == name) }
    #expect(MailboxName("a/b/c").ancestors().map(\.text) == ["a", "a/b"])
  }

  @Test func mailboxFlaws() {
    for (text, flaw) in [
      ("", MailboxName.Flaw.empty), ("/a", .emptyPart), ("a//b", .emptyPart), ("a/", .emptyPart), ("a\u{7}", .control),
      ("a*", .wildcard), ("a%b", .wildcard), ("a\u{2028}", .control), (String(repeating: "x", count: 1_001), .tooLong),
      (String(repeating: "x/", count: 40) + "x", .tooDeep),
    ] { #expect(MailboxName(text).flaw() == flaw, "\(text)") }
    for text in ["INBOX", "a b/مجلد", "#x", "a.b", "~"] { #expect(MailboxName(text).flaw() == nil) }
  }

  @Test func patterns() {
    let rows: [(String, String, Bool)] = [
      ("*", "a/b/c", true), ("%", "a", true), ("%", "a/b", false), ("a/%", "a/b", true), ("a/%", "a/b/c", false),
      ("a*", "a/b", true), ("*c", "a/b/c", true), ("%/%", "a/b", true), ("%/%", "a", false), ("inbox", "INBOX", true),
      ("iNb*", "INBOX", false), ("inbox/%", "INBOX/x", true), ("Inbox*", "INBOX/x", true), ("", "", true),
      ("a", "A", false),
      ("%%", "ab", true), ("*%", "a/b", true), ("%*", "a/b", true), ("a%c", "abc", true), ("a%c", "a/c", false),
      ("مج*", "مجلد/فرعي", true), ("مجلد/%", "مجلد/فرعي", true),
    ]
    for (pattern, name, matches) in rows {
      #expect(MailboxPattern(pattern).matches(MailboxName(name)) == matches, "\(pattern) \(name)")
    }
    #expect(MailboxPattern("a/%").couldMatchBelow(MailboxName("a")))
    #expect(MailboxPattern("*").couldMatchBelow(MailboxName("a")))
    #expect(!MailboxPattern("%").couldMatchBelow(MailboxName("a")))
    #expect(!MailboxPattern("a").couldMatchBelow(MailboxName("a")))
    #expect(MailboxPattern(reference: "a/", "%").matches(MailboxName("a/b")))
  }

  @Test func hostilePatternIsLinear() {
    // Backtracking would take 2^n steps here.
    let pattern = MailboxPattern(String(repeating: "*a%a", count: 200) + "b")
    let name = MailboxName(String(repeating: "a", count: 2_000))
    let clock = ContinuousClock()
    let time = clock.measure { #expect(!pattern.matches(name)) }
    #expect(time < .seconds(5))
  }

  @Test func sequenceSets() throws {
    let rows: [(String, UInt32, String)] = [
      ("2,4:7,9,12:*", 15, "2,4:7,9,12:15"), ("*:4,5:7", 10, "4:10"), ("559:*", 100, "100:559"), ("*", 7, "7"),
      ("1:*", 0, "1"), ("*", 0, ""), ("3:1,2", 9, "1:3"), ("1,2,3,5", 9, "1:3,5"), ("5,3,1", 9, "1,3,5"),
      ("4294967295", 9, "4294967295"),
    ]
    for (text, largest, resolved) in rows {
      guard case .fetch(let fetch) = try CommandTests.parse("a FETCH \(text) FLAGS") else { continue }
      #expect(fetch.set.resolved(largest: largest).description == resolved, "\(text)")
    }
  }

  @Test func numberSets() {
    let set = NumberSet([5, 1, 2, 3, 9, 10] as [UInt32])
    #expect(set.description == "1:3,5,9:10")
    #expect(set.count == 6)
    #expect(Array(set.numbers) == [1, 2, 3, 5, 9, 10])
    #expect((1...11).filter { set.contains(UInt32($0)) } == [1, 2, 3, 5, 9, 10])
    #expect(set.intersection(NumberSet([3...9])).description == "3,5,9")
    #expect(set.union(NumberSet([4...4])).description == "1:5,9:10")
    #expect(NumberSet(ascending: [7, 8, 8, 3, 20]).description == "7:8,20")
    #expect(NumberSet([UInt32.max...UInt32.max, 1...2]).description == "1:2,4294967295")
    #expect(NumberSet().description == "")
  }

  @Test func listedPairs() throws {
    let set = SequenceSet([.init(.number(5), .number(5)), .init(.number(7), .number(9))])
    #expect(set.listed(limit: 10) == [5, 7, 8, 9])
    #expect(set.listed(limit: 3) == nil)
    #expect(SequenceSet.all.listed(limit: 10) == nil)
    #expect(SequenceSet([.init(.number(1), .number(.max))]).listed(limit: 1_000) == nil)
  }

  @Test func flags() {
    #expect(IMAPFlag("\\sEEN") == .seen)
    #expect(IMAPFlag("$junk") == .keyword("$Junk"))
    #expect(Set([IMAPFlag.keyword("a"), .keyword("A"), .seen, IMAPFlag("\\Seen")]).count == 2)
    #expect(IMAPFlag.isKeyword("$Forwarded"))
    for bad in ["", "a b", "a\\", "(x", "x]", "é"] { #expect(!IMAPFlag.isKeyword(bad)) }
  }

  @Test func partialRanges() {
    #expect(PartialRange(1...3).indices(in: 10) == 0..<3)
    #expect(PartialRange(8...30).indices(in: 10) == 7..<10)
    #expect(PartialRange(isFromEnd: true, 1...3).indices(in: 10) == 7..<10)
    #expect(PartialRange(isFromEnd: true, 9...30).indices(in: 10) == 0..<2)
    #expect(PartialRange(11...30).indices(in: 10).isEmpty)
    #expect(PartialFetch(first: 5, count: 10).range(in: 8) == 5..<8)
    #expect(PartialFetch(first: 9, count: 10).range(in: 8).isEmpty)
    #expect(PartialFetch(first: UInt64(Int64.max), count: UInt64(Int64.max)).range(in: 8).isEmpty)
  }

  @Test func traits() throws {
    let rows: [(String, Set<SessionState>, Bool)] = [
      ("a NOOP", [.notAuthenticated, .authenticated, .selected], true), ("a LOGIN x y", [.notAuthenticated], false),
      ("a SELECT x", [.authenticated, .selected], true), ("a FETCH 1 FLAGS", [.selected], false),
      ("a UID FETCH 1 FLAGS", [.selected], true), ("a STORE 1 FLAGS ()", [.selected], false),
      ("a SEARCH ALL", [.selected], false), ("a UID SEARCH ALL", [.selected], true), ("a COPY 1 x", [.selected], true),
      ("a IDLE", [.authenticated, .selected], true), ("a ENABLE X", [.authenticated], true),
    ]
    for (text, states, mayExpunge) in rows {
      let command = try TaggedCommand.parse(Array(text.utf8))
      #expect(command.command.traits.states == states, "\(text)")
      #expect(command.command.traits.mayExpunge == mayExpunge, "\(text)")
      for state in SessionState.allCases {
        #expect((state.refusal(of: command) == nil) == states.contains(state), "\(text)")
      }
    }
  }
}
