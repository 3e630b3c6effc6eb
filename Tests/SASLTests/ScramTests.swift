import SASL
import Testing

@Suite("SCRAM-SHA-256") struct ScramTests {
  private static let salt = Array("0123456789abcdef".utf8)

  private func server(_ passwords: [String], iterations: Int = 4_096) -> ScramServer {
    let verifiers = passwords.enumerated().map { index, password in
      (
        verifier: ScramVerifier(password: Array(password.utf8), salt: Self.salt, iterations: iterations),
        secret: [UInt8(index)]
      )
    }
    return ScramServer(nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") { _ in
      ScramServer.Account(salt: Self.salt, iterations: iterations, verifiers: verifiers)
    }
  }

  /// RFC 7677 §3, octet by octet.
  @Test func example() throws {
    let salt: [UInt8] = [
      0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35, 0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36, 0xFA, 0x81,
    ]
    let verifier = ScramVerifier(password: Array("pencil".utf8), salt: salt, iterations: 4_096)
    var server = ScramServer(nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") { name in
      #expect(name == "user")
      return ScramServer.Account(salt: salt, iterations: 4_096, verifiers: [(verifier, [7])])
    }
    var client = ScramClient(
      Credentials(authenticationIdentity: "user", password: Array("pencil".utf8)), nonce: "rOprNGfwEbeRWgbNEkqO")
    #expect(client.initialResponse == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    let first = server.respond(to: client.initialResponse)
    let expectedFirst = Array(
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8)
    #expect(first == .challenge(expectedFirst))
    let final = client.respond(to: expectedFirst)
    let expectedFinal = Array(
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        .utf8)
    #expect(final == expectedFinal)
    let signature = Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)
    #expect(server.respond(to: final) == .challenge(signature))
    #expect(client.respond(to: signature) == [])
    #expect(server.respond(to: []) == .credentials(Credentials(authenticationIdentity: "user", password: [7])))
    #expect(server.respond(to: []) == .failure(.finished))
  }

  @Test func anyOfSeveralPasswords() {
    for (password, expected) in [("one", [0]), ("two", [1]), ("three", nil)] as [(String, [UInt8]?)] {
      var server = server(["one", "two"])
      var client = ScramClient(
        Credentials(authenticationIdentity: "a=b,c", password: Array(password.utf8)), nonce: "abcdefghijklmnopqr")
      guard case .challenge(let first) = server.respond(to: client.initialResponse),
        let final = client.respond(to: first)
      else {
        Issue.record("no challenge")
        continue
      }
      switch server.respond(to: final) {
      case .challenge(let signature):
        #expect(expected != nil && client.respond(to: signature) == [])
        #expect(
          server.respond(to: nil)
            == .credentials(Credentials(authenticationIdentity: "a=b,c", password: expected ?? [])))
      case .credentials(let credentials):
        #expect(expected == nil && credentials.password.isEmpty && credentials.authenticationIdentity == "a=b,c")
      case .failure(let fault): Issue.record("\(fault)")
      }
    }
  }

  @Test(arguments: [
    "", "n", "n,", "n,,", "n,,n=user", "n,,r=x,n=user", "p=tls-unique,,n=user,r=x", "n,,n=us=er,r=x", "n,,n=,r=x",
    "n,,m=x,n=user,r=x", "n,a=,n=user,r=x", "x,,n=user,r=x", "n,,n=user,r=", "n,,n=user,r=a\u{1}b",
  ])
  func malformed(_ message: String) {
    var server = server(["one"])
    #expect(server.respond(to: Array(message.utf8)) == .failure(.malformed))
  }

  @Test func wrongServers() {
    let credentials = Credentials(authenticationIdentity: "u", password: Array("p".utf8))
    for first in [
      "", "r=other,s=AAAA,i=4096", "r=abcdefghijklmnopqr,s=AAAA,i=4096", "r=abcdefghijklmnopqrX,s=AAAA,i=1",
      "r=abcdefghijklmnopqrX,s=AAAA,i=99999999999", "r=abcdefghijklmnopqrX,s=!,i=4096", "m=x",
    ] where !first.isEmpty {
      var client = ScramClient(credentials, nonce: "abcdefghijklmnopqr")
      #expect(client.respond(to: Array(first.utf8)) == nil, "\(first)")
    }
    var client = ScramClient(credentials, nonce: "abcdefghijklmnopqr")
    #expect(client.respond(to: Array("r=abcdefghijklmnopqrX,s=AAAA,i=4096".utf8)) != nil)
    #expect(client.respond(to: Array("v=AAAA".utf8)) == nil)
  }
}
