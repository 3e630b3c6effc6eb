import SASL
import Testing

private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct PlainTests {
  static let accepted: [(message: String, authorization: String, authentication: String, password: String)] = [
    // RFC 4616 §4, RFC 4954 §4.4, RFC 5034 §6.
    ("\0tim\0tanstaaftanstaaf", "", "tim", "tanstaaftanstaaf"),
    ("Ursel\0Kurt\0xipj3plmq", "Ursel", "Kurt", "xipj3plmq"),
    ("test\0test\01234", "test", "test", "1234"),
    ("\0بريد@مثال.إختبار\0كلمة السر", "", "بريد@مثال.إختبار", "كلمة السر"),
    ("\0a\0" + String(repeating: "x", count: 1_024), "", "a", String(repeating: "x", count: 1_024)),
  ]

  @Test(arguments: accepted) func accepts(
    _ message: String, _ authorization: String, _ authentication: String, _ password: String
  ) {
    var server = PlainServer()
    let wanted = Credentials(
      authorizationIdentity: authorization, authenticationIdentity: authentication, password: octets(password))
    #expect(server.respond(to: octets(message)) == .credentials(wanted))
    #expect(server.respond(to: octets(message)) == .failure(.finished))
    // Without an initial response there is one empty challenge.
    var slow = PlainServer()
    #expect(slow.respond(to: nil) == .challenge([]))
    #expect(slow.respond(to: octets(message)) == .credentials(wanted))
    // The client's side says the same.
    var client = PlainClient(wanted)
    #expect(client.initialResponse == octets(message))
    #expect(client.respond(to: []) == octets(message))
    #expect(client.respond(to: []) == nil)
  }

  static let refused: [(message: [UInt8], fault: SASLFault)] = [
    ([], .malformed), (octets("a"), .malformed), (octets("a\0b"), .malformed), (octets("\0\0b"), .malformed),
    (octets("\0a\0"), .malformed),
    (octets("\0a\0b\0"), .malformed), (octets("\0a\0b\0c"), .malformed), ([0, 0xC3, 0, 97], .malformed),
    ([0, 97, 0, 0xFF], .malformed), ([0xC0, 0x80, 0, 97, 0, 97], .malformed),
    (octets("\0a\0" + String(repeating: "x", count: 1_025)), .tooLong),
    (octets("\0" + String(repeating: "x", count: 1_025) + "\0a"), .tooLong),
    ([UInt8](repeating: 97, count: 9_000), .tooLong),
  ]

  @Test(arguments: refused) func refuses(_ message: [UInt8], _ fault: SASLFault) {
    var server = PlainServer()
    #expect(server.respond(to: message) == .failure(fault))
    #expect(server.respond(to: message) == .failure(.finished))
  }
}

@Suite struct LoginTests {
  let wanted = Credentials(authenticationIdentity: "tim", password: octets("secret"))

  @Test func exchange() {
    var server = LoginServer()
    #expect(server.respond(to: nil) == .challenge(octets("Username:")))
    #expect(server.respond(to: octets("tim")) == .challenge(octets("Password:")))
    #expect(server.respond(to: octets("secret")) == .credentials(wanted))
    #expect(server.respond(to: octets("secret")) == .failure(.finished))
  }

  @Test func nameAtOnce() {
    var server = LoginServer()
    #expect(server.respond(to: octets("tim")) == .challenge(octets("Password:")))
    #expect(server.respond(to: octets("secret")) == .credentials(wanted))
  }

  @Test func refuses() {
    for bad: [UInt8] in [[], [0], octets("a\0b"), [0xFF]] {
      var name = LoginServer()
      _ = name.respond(to: nil)
      #expect(name.respond(to: bad) == .failure(.malformed))
      var password = LoginServer()
      _ = password.respond(to: octets("tim"))
      #expect(password.respond(to: bad) == .failure(.malformed))
      #expect(password.respond(to: octets("x")) == .failure(.finished))
    }
  }

  /// Both sides against each other, for every mechanism.
  @Test(arguments: SASLMechanism.allCases) func bothSides(_ mechanism: SASLMechanism) {
    for sendsInitially in [true, false] {
      var server = mechanism.server()
      var client = mechanism.client(wanted)
      #expect(server.name == mechanism.rawValue && client.name == mechanism.rawValue)
      var step = server.respond(to: sendsInitially ? client.initialResponse : nil)
      while case .challenge(let challenge) = step {
        guard let response = client.respond(to: challenge) else {
          Issue.record("the client gave up")
          return
        }
        step = server.respond(to: response)
      }
      #expect(step == .credentials(wanted))
    }
  }
}

@Suite struct LineTests {
  @Test func lines() {
    #expect(SASLResponseLine(octets("*")) == .cancelled)
    #expect(SASLResponseLine([]) == .response([]))
    #expect(SASLResponseLine(octets("dGVzdA==")) == .response(octets("test")))
    for bad in ["=AAA", "AAA=BBB", "dGVzdA", "d GVzdA==", "**", "dGVzdB==="] {
      #expect(SASLResponseLine(octets(bad)) == .malformed)
    }
    #expect(SASLResponseLine.initial(octets("=")) == .response([]))
    #expect(SASLResponseLine.initial(octets("==")) == .malformed)
    #expect(SASLResponseLine.encode(octets("test")) == octets("dGVzdA=="))
  }

  @Test func passwordsStayOutOfText() {
    let credentials = Credentials(authenticationIdentity: "tim", password: octets("secret"))
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in [
      "\(credentials)", String(reflecting: credentials), dumped, "\(SASLServerStep.credentials(credentials))",
    ] {
      #expect(!text.contains("115") && !text.contains("secret"))
    }
  }
}
