import SMTP
import Testing

/// A client that says anything: the machine never traps, never loops, and answers each line once.
@Suite struct RandomTests {
  private static let words = [
    "EHLO a\r\n", "HELO a\r\n", "MAIL FROM:<a@b.c>\r\n", "MAIL FROM:<> BODY=BINARYMIME SIZE=5\r\n",
    "RCPT TO:<a@b.c>\r\n", "RCPT TO:<postmaster>",
    "DATA\r\n", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "BDAT 0 LAST\r\n", "BDAT 99999999999\r\n", "RSET\r\n", "NOOP\r\n",
    "QUIT\r\n", "STARTTLS\r\n",
    "AUTH PLAIN\r\n", "AUTH LOGIN AAAA\r\n", "*\r\n", "AAAA\r\n", "VRFY x\r\n", ".\r\n", "\r\n", "\n", "\r", "\0", "<",
    ">", ":", "\u{e9}", "abc", " ",
    "@x:", "\"", "[IPv6:", "HOLDUNTIL=2026-", "BY=-;", "NOTIFY=,", "ORCPT=utf-8;\\x{", "MT-PRIORITY=-", "ENVID=+",
    String(repeating: "y", count: 700),
  ]

  @Test(arguments: 1...40) func anything(_ start: UInt64) {
    var seed = start &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      seed ^= seed << 13
      seed ^= seed >> 7
      seed ^= seed << 17
      return Int(seed >> 33) % bound
    }
    var settings = ServerSettings(role: [.mx, .submission, .lmtp][next(3)], hostName: "h")
    settings.extensions.mechanisms = ["PLAIN", "LOGIN"]
    settings.requiresTLS = false
    settings.requiresAuthentication = next(2) == 0
    settings.limits.errors = 1_000
    for _ in 0..<40 {
      var service = FakeService(settings, isTLS: next(2) == 0)
      for _ in 0..<60 {
        service.receive(Array(Self.words[next(Self.words.count)].utf8))
        service.output = []
      }
      #expect(service.machine.transaction.map { $0.recipients.count <= 60 } ?? true)
    }
  }
}
