import POP3
import Testing

/// A client that says anything: the machine never traps and never loops.
@Suite struct RandomTests {
  private static let words = [
    "USER a\r\n", "PASS b\r\n", "PASS ", "APOP a ", "AUTH PLAIN\r\n", "AUTH PLAIN AAAA\r\n", "AUTH\r\n", "*\r\n",
    "AAAA\r\n", "STLS\r\n", "CAPA\r\n",
    "STAT\r\n", "LIST\r\n", "LIST 1\r\n", "UIDL\r\n", "UIDL 2\r\n", "RETR 1\r\n", "RETR 2\r\n", "TOP 1 1\r\n",
    "TOP 2 99\r\n", "DELE 1\r\n", "DELE 2\r\n",
    "RSET\r\n", "NOOP\r\n", "QUIT\r\n", "UTF8\r\n", "LANG\r\n", "LANG ar\r\n", "\r\n", "\n", "\r", "\0", " ", "x",
    "\u{e9}", "9", "-", String(repeating: "y", count: 400),
  ]

  @Test(arguments: 1...40) func anything(_ start: UInt64) {
    var seed = start &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      seed ^= seed << 13
      seed ^= seed >> 7
      seed ^= seed << 17
      return Int(seed >> 33) % bound
    }
    var settings = ServerSettings()
    settings.limits.errors = 1_000
    settings.limits.authenticationFailures = 1_000
    for _ in 0..<40 {
      var service = FakeService(settings, isTLS: next(3) > 0)
      service.name = "a"
      service.password = "b"
      service.messages = [Array("A: b\r\n\r\n.\n".utf8), []]
      service.ids = ["x", "y"]
      for _ in 0..<60 {
        service.receive(Array(Self.words[next(Self.words.count)].utf8))
        service.output = []
      }
      #expect(service.machine.deleted.count <= 2)
    }
  }
}
