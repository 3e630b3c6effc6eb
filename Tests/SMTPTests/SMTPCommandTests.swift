import Mail
import SMTP
import Testing

private func parse(_ line: String) throws(SMTPSyntaxFault) -> SMTPCommand { try SMTPCommand.parse(line.utf8) }

@Suite struct SMTPCommandTests {
  /// Lines that are commands, and how Barid would send each.
  static let accepted: [(line: String, written: String)] = [
    ("EHLO bar.com", "EHLO bar.com"), ("ehlo [192.0.2.1]", "EHLO [192.0.2.1]"), ("HELO my_pc", "HELO my_pc"),
    ("EHLO [IPv6:2001:db8::1] ", "EHLO [IPv6:2001:db8::1]"), ("LHLO foo.edu", "LHLO foo.edu"),
    ("DATA", "DATA"), ("data  ", "DATA"), ("RSET", "RSET"), ("QUIT", "QUIT"), ("NOOP", "NOOP"), ("NOOP x y", "NOOP"),
    ("HELP", "HELP"), ("HELP mail", "HELP mail"), ("STARTTLS", "STARTTLS"), ("VRFY Crispin", "VRFY Crispin"),
    ("VRFY a b smtputf8", "VRFY a b SMTPUTF8"), ("EXPN list", "EXPN list"),
    ("BDAT 0 LAST", "BDAT 0 LAST"), ("bdat 86 last", "BDAT 86 LAST"), ("BDAT 100000", "BDAT 100000"),
    ("AUTH PLAIN", "AUTH PLAIN"), ("auth plain =", "AUTH PLAIN ="),
    ("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=", "AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ="),
    ("AUTH SCRAM-SHA-256", "AUTH SCRAM-SHA-256"),
    // Paths.
    ("MAIL FROM:<>", "MAIL FROM:<>"), ("MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"),
    ("Mail From: <a@b.example>", "MAIL FROM:<a@b.example>"),
    ("MAIL FROM:<@r1.example,@r2.example:a@b.example>", "MAIL FROM:<a@b.example>"),
    ("RCPT TO:<@[192.0.2.1],@[IPv6:::1]:a@b.example>", "RCPT TO:<a@b.example>"),
    ("MAIL FROM:<\"a b\"@b.example>", "MAIL FROM:<\"a b\"@b.example>"),
    ("MAIL FROM:<\"a\\\"b\\\\c\"@b.example>", "MAIL FROM:<\"a\\\"b\\\\c\"@b.example>"),
    ("MAIL FROM:<\"joe\"@b.example>", "MAIL FROM:<joe@b.example>"),
    ("MAIL FROM:<\"a>b\"@b.example>", "MAIL FROM:<\"a>b\"@b.example>"),
    ("MAIL FROM:<\"a@b\"@c.example>", "MAIL FROM:<\"a@b\"@c.example>"),
    ("MAIL FROM:<a!b%c@d.example>", "MAIL FROM:<a!b%c@d.example>"),
    ("RCPT TO:<a@[192.0.2.1]>", "RCPT TO:<a@[192.0.2.1]>"),
    ("RCPT TO:<a@[IPv6:2001:db8::1]>", "RCPT TO:<a@[IPv6:2001:db8::1]>"),
    ("RCPT TO:<postmaster>", "RCPT TO:<postmaster>"), ("RCPT TO:<PostMaster>", "RCPT TO:<postmaster>"),
    ("RCPT TO:<postmaster@b.example>", "RCPT TO:<postmaster@b.example>"),
    // Parameters.
    ("MAIL FROM:<a@b.c> SIZE=1000", "MAIL FROM:<a@b.c> SIZE=1000"),
    ("MAIL FROM:<a@b.c> body=8bitmime size=0", "MAIL FROM:<a@b.c> SIZE=0 BODY=8BITMIME"),
    ("MAIL FROM:<a@b.c> BODY=BINARYMIME", "MAIL FROM:<a@b.c> BODY=BINARYMIME"),
    ("MAIL FROM:<a@b.c>  BODY=7BIT  SMTPUTF8 ", "MAIL FROM:<a@b.c> BODY=7BIT SMTPUTF8"),
    (
      "MAIL FROM:<e=mc2@example.com> AUTH=e+3Dmc2@example.com", "MAIL FROM:<e=mc2@example.com> AUTH=e+3Dmc2@example.com"
    ),
    ("MAIL FROM:<a@b.c> AUTH=<>", "MAIL FROM:<a@b.c> AUTH=<>"),
    ("MAIL FROM:<a@b.c> RET=hdrs ENVID=QQ+2B314159", "MAIL FROM:<a@b.c> RET=HDRS ENVID=QQ+2B314159"),
    ("MAIL FROM:<a@b.c> REQUIRETLS MT-PRIORITY=-9", "MAIL FROM:<a@b.c> REQUIRETLS MT-PRIORITY=-9"),
    ("MAIL FROM:<a@b.c> HOLDFOR=86400", "MAIL FROM:<a@b.c> HOLDFOR=86400"),
    ("MAIL FROM:<a@b.c> HOLDUNTIL=2026-11-21T04:00:00Z", "MAIL FROM:<a@b.c> HOLDUNTIL=2026-11-21T04:00:00Z"),
    ("MAIL FROM:<a@b.c> BY=120;RT", "MAIL FROM:<a@b.c> BY=120;RT"),
    ("MAIL FROM:<a@b.c> BY=-5;n", "MAIL FROM:<a@b.c> BY=-5;N"),
    ("RCPT TO:<a@b.c> NOTIFY=NEVER", "RCPT TO:<a@b.c> NOTIFY=NEVER"),
    ("RCPT TO:<a@b.c> notify=delay,success", "RCPT TO:<a@b.c> NOTIFY=SUCCESS,DELAY"),
    ("RCPT TO:<a@b.c> ORCPT=rfc822;Dana+2Bx@b.c", "RCPT TO:<a@b.c> ORCPT=rfc822;Dana+2Bx@b.c"),
    ("RCPT TO:<a@b.c> ORCPT=utf-8;\\x{628}@b.c", "RCPT TO:<a@b.c> ORCPT=utf-8;\\x{628}@b.c"),
    ("RCPT TO:<a@b.c> ORCPT=utf-8;بريد@b.c", "RCPT TO:<a@b.c> ORCPT=utf-8;بريد@b.c"),
  ]

  @Test(arguments: accepted) func accepts(_ line: String, _ written: String) throws {
    let command = try parse(line)
    #expect(command.line == written)
    // Round trip: what is written is read as the same.
    #expect(try parse(command.line) == (line.hasPrefix("NOOP") ? .noop : command))
  }

  /// Lines that are not, and the code and status that each gets.
  static let refused: [(line: String, reply: String)] = [
    ("", "500 5.5.1"), (" ", "500 5.5.1"), ("MAIL\u{0} FROM:<a@b.c>", "500 5.5.2"), ("HELO a\u{7}", "500 5.5.2"),
    ("MAILFROM:<a@b.c>", "500 5.5.1"), ("DATAX", "500 5.5.1"), ("XCLIENT a", "500 5.5.1"), (" NOOP", "500 5.5.1"),
    ("GET / HTTP/1.1", "500 5.5.1"), ("بريد", "500 5.5.1"),
    ("ETRN x", "502 5.5.1"), ("SAML FROM:<a@b.c>", "502 5.5.1"),
    ("EHLO", "501 5.5.4"), ("EHLO a b", "501 5.5.4"), ("DATA x", "501 5.5.4"), ("RSET x", "501 5.5.4"),
    ("QUIT x", "501 5.5.4"),
    ("STARTTLS x", "501 5.5.4"), ("VRFY", "501 5.5.4"), ("EXPN", "501 5.5.4"),
    ("BDAT", "501 5.5.4"), ("BDAT -1", "501 5.5.4"), ("BDAT 1 LASTX", "501 5.5.4"), ("BDAT 1e3", "501 5.5.4"),
    ("BDAT 9999999999999999999", "501 5.5.4"), ("BDAT 1 LAST LAST", "501 5.5.4"),
    ("AUTH", "501 5.5.4"), ("AUTH PL@IN", "501 5.5.4"), ("AUTH AVERYLONGMECHANISMNAME", "501 5.5.4"),
    ("AUTH PLAIN a", "501 5.5.2"), ("AUTH PLAIN ==", "501 5.5.2"), ("AUTH PLAIN AAAA BBBB", "501 5.5.2"),
    ("MAIL", "501 5.5.4"), ("MAIL FROM", "501 5.5.4"), ("MAIL FROM:", "501 5.5.4"), ("MAIL TO:<a@b.c>", "501 5.5.4"),
    ("MAIL FROM <a@b.c>", "501 5.5.4"), ("RCPT FROM:<a@b.c>", "501 5.5.4"),
    ("MAIL FROM:a@b.c", "501 5.1.7"), ("MAIL FROM:<a@b.c", "501 5.1.7"), ("MAIL FROM:<a>", "501 5.1.7"),
    ("MAIL FROM:<a@>", "501 5.1.7"), ("MAIL FROM:<@b.c>", "501 5.1.7"), ("MAIL FROM:<a@b..c>", "501 5.1.7"),
    ("MAIL FROM:<a..b@c.d>", "501 5.1.7"), ("MAIL FROM:<.a@c.d>", "501 5.1.7"), ("MAIL FROM:<a b@c.d>", "501 5.1.7"),
    ("MAIL FROM:<a@b.c@d.e>", "501 5.1.7"), ("MAIL FROM:<\"a@b.c>", "501 5.1.7"),
    ("MAIL FROM:<postmaster>", "501 5.1.7"),
    ("MAIL FROM:<a@-b.c>", "501 5.1.7"), ("MAIL FROM:<a@b_c.d>", "501 5.1.7"),
    ("MAIL FROM:<a@[1.2.3.256]>", "501 5.1.7"),
    ("MAIL FROM:<a@[IPv6:1::2::3]>", "501 5.1.7"), ("MAIL FROM:<<a@b.c>>", "501 5.1.7"),
    ("MAIL FROM:<a@b.c,d@e.f>", "501 5.1.7"),
    ("RCPT TO:<>", "501 5.1.3"), ("RCPT TO:a@b.c", "501 5.1.3"), ("RCPT TO:<a>", "501 5.1.3"),
    ("RCPT TO:<@x:>", "501 5.1.3"),
    ("RCPT TO:<@x,y:a@b.c>", "501 5.1.3"), ("RCPT TO:<postmaster@>", "501 5.1.3"),
    ("RCPT TO:<a@b.c\u{0}>", "500 5.5.2"),
    ("MAIL FROM:<بريد@b.c>", "553 5.6.7"), ("MAIL FROM:<a@مثال.إختبار>", "553 5.6.7"),
    ("MAIL FROM:<a@b.c> FOO", "555 5.5.4"), ("MAIL FROM:<a@b.c> X=1", "555 5.5.4"),
    ("RCPT TO:<a@b.c> SIZE=1", "555 5.5.4"),
    ("MAIL FROM:<a@b.c>SIZE=1", "501 5.5.4"), ("MAIL FROM:<a@b.c> =1", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> SIZE", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> SIZE=", "501 5.5.4"), ("MAIL FROM:<a@b.c> SIZE=-1", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> SIZE=1 SIZE=1", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> BODY=9BIT", "501 5.5.4"), ("MAIL FROM:<a@b.c> SMTPUTF8=1", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> AUTH=a=b", "501 5.5.4"), ("MAIL FROM:<a@b.c> AUTH=a+zz", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> RET=ALL", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> ENVID=+0A", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> ENVID=" + String(repeating: "x", count: 101), "501 5.5.4"),
    ("MAIL FROM:<a@b.c> MT-PRIORITY=10", "501 5.5.4"), ("MAIL FROM:<a@b.c> MT-PRIORITY=-0", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> MT-PRIORITY=+3", "501 5.5.4"), ("MAIL FROM:<a@b.c> HOLDFOR=0", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> HOLDFOR=1 HOLDUNTIL=2026-11-21T04:00:00Z", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> HOLDUNTIL=2026-02-30T04:00:00Z", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> HOLDUNTIL=tomorrow", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> BY=0;R", "501 5.5.4"), ("MAIL FROM:<a@b.c> BY=5", "501 5.5.4"),
    ("MAIL FROM:<a@b.c> BY=5;X", "501 5.5.4"),
    ("RCPT TO:<a@b.c> NOTIFY=NEVER,DELAY", "501 5.5.4"), ("RCPT TO:<a@b.c> NOTIFY=,", "501 5.5.4"),
    ("RCPT TO:<a@b.c> ORCPT=rfc822", "501 5.5.4"),
    ("RCPT TO:<a@b.c> ORCPT=;a@b.c", "501 5.5.4"), ("RCPT TO:<a@b.c> ORCPT=rfc822;+0D+0A", "501 5.5.4"),
    ("RCPT TO:<a@b.c> ORCPT=utf-8;\\x{D800}", "501 5.5.4"),
    ("RCPT TO:<a@b.c> ORCPT=rfc822;" + String(repeating: "x", count: 500), "501 5.5.4"),
  ]

  @Test(arguments: refused) func refuses(_ line: String, _ wanted: String) {
    do {
      let command = try parse(line)
      Issue.record("taken for \(command)")
    } catch {
      #expect("\(error.reply.code) \(error.reply.status?.description ?? "")" == wanted)
    }
  }

  /// Cut anywhere, a line is a command or a fault, never a crash.
  @Test func everyPrefix() {
    for (line, _) in Self.accepted {
      let bytes = Array(line.utf8)
      for end in 0...bytes.count { _ = try? SMTPCommand.parse(bytes[..<end]) }
    }
  }

  @Test func details() throws {
    guard
      case .mail(let sender) = try parse(
        "MAIL FROM:<@r.example:\"a b\"@c.example> HOLDUNTIL=2026-11-21T05:00:00.5+01:00")
    else {
      Issue.record("not MAIL")
      return
    }
    #expect(sender.reversePath.address?.localPart == "a b")
    #expect(sender.parameters.hold == .until(seconds: 1_795_233_600, text: "2026-11-21T05:00:00.5+01:00"))
    guard case .rcpt(let recipient) = try parse("RCPT TO:<ا@b.example> ORCPT=utf-8;\\x{628}") else { return }
    #expect(recipient.isInternationalised)
  }

  @Test func originalRecipients() throws {
    for (encoded, address) in [
      ("rfc822;George+2Bx@Tax-ME.GOV", "George+x@Tax-ME.GOV"), ("utf-8;\\x{0628}@b.c", "ب@b.c"),
    ] {
      guard case .rcpt(let recipient) = try parse("RCPT TO:<a@b.c> ORCPT=\(encoded)") else { continue }
      #expect(recipient.parameters.originalRecipient?.address == address)
    }
  }

  @Test func clientNames() {
    for good in ["a", "a.example", "[192.0.2.1]", "xn--abc.example", "1.2.3"] {
      #expect(ClientName(good).isWellFormed, "\(good)")
    }
    for bad in ["", "a_b", "-a", "a-", "a..b", ".a", "a.", "[", "[]", "[1 2]", "مثال"] {
      #expect(!ClientName(bad).isWellFormed, "\(bad)")
    }
  }

  @Test func xtext() {
    #expect(Xtext("a+b=c d").encoded == "a+2Bb+3Dc+20d")
    #expect(Xtext(encoded: "a+2Bb+3Dc+20d")?.decoded == "a+b=c d")
    for bad in ["", "+", "+4", "+zz", "a=b", "a b", "\u{e9}"] { #expect(Xtext(encoded: bad) == nil) }
  }

  @Test func credentialsStayOutOfDescriptions() throws {
    #expect(String(describing: try parse("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=")) == "AUTH PLAIN")
  }
}
