import DNS
import MailAuth
import Testing

@Suite struct AuthenticationResultsTests {
  /// RFC 8601 Appendix B, and forms that are met.
  @Test func reads() throws {
    func read(_ text: String) -> AuthenticationResults? { AuthenticationResults(parsing: Array(text.utf8)) }
    #expect(read("example.org 1; none") == .init(authservID: "example.org"))
    let one = try #require(
      read(
        """
        example.com;\r
                  auth=pass (cram-md5) smtp.auth=sender@example.net;\r
                  spf=pass smtp.mailfrom=example.net
        """))
    #expect(one.methods.map(\.method) == ["auth", "spf"])
    #expect(one.methods[0].property("smtp", "auth") == "sender@example.net")
    let two = try #require(
      read(
        """
        foo.example.net (foobar) 1 (baz);\r
            dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r
              policy (A dot can go here) . (like that) expired\r
              (this surprised me) = (as I wasn't expecting it) 1362471462
        """))
    #expect(two.authservID == "foo.example.net")
    #expect(two.methods == [.init("dkim", "fail", [.init("policy", "expired", "1362471462")])])
    let three = try #require(
      read("example.com; dkim=pass reason=\"good \\\"signature\\\"\" header.i=@mail-router.example.net; x=y"))
    #expect(three.methods[0].reason == "good \"signature\"")
    #expect(three.methods[0].property("header", "i") == "@mail-router.example.net")
    #expect(read("i=3; mx.example; arc=pass")?.instance == 3)
    #expect(read("i=3; mx.example; arc=pass")?.methods.count == 1)
    #expect(read("mx.example; dkim=pass header.b=\"ab/c+=\"")?.methods[0].property("header", "b") == "ab/c+=")
    for bad in [
      "", ";", "mx.example; =pass", "mx.example; spf=", "mx.example; spf=pass smtp", "mx.example 2; none",
      "mx.example; spf=pass smtp.mailfrom=\"x", "mx.example garbage",
    ] {
      #expect(read(bad) == nil, "\(bad)")
    }
    // Deep comments and long input stay cheap.
    #expect(read(String(repeating: "(", count: 100_000)) == nil)
  }

  @Test func writes() throws {
    var results = AuthenticationResults(authservID: "mx.example.org")
    #expect(String(decoding: results.field, as: UTF8.self) == "Authentication-Results: mx.example.org; none\r\n")
    results.methods = [
      .init("spf", "fail", reason: "say \"no\" \\ \r\nX: y", [.init("smtp", "mailfrom", "a b@example.com")]),
      .init(
        "dkim", "pass", comment: "2048 (bits)",
        [.init("header", "d", "example.com"), .init("header", "i", "@example.com")]),
      .init("iprev", "pass", [.init("policy", "iprev", "2001:db8::1")]),
    ]
    let field = String(decoding: results.field, as: UTF8.self)
    #expect(!field.contains("\r\nX"))
    let value = try #require(field.firstIndex(of: ":"))
    let again = try #require(AuthenticationResults(parsing: Array(field[field.index(after: value)...].utf8)))
    #expect(again.methods.map(\.result) == ["fail", "pass", "pass"])
    #expect(again.methods[0].reason == "say \"no\" \\ X: y")
    #expect(again.methods[0].properties == results.methods[0].properties)
    #expect(again.methods[1].properties == results.methods[1].properties)
    #expect(again.methods[2].properties == results.methods[2].properties)
  }

  @Test func removesForged() {
    let header = """
      Received: x\r
      Authentication-Results: mx.example.org; spf=pass\r
      Authentication-results : (hm) MX.Example.ORG\r
      \t; dkim=pass\r
      Authentication-Results: other.example; spf=pass\r
      Authentication-Results: mx.example.org.evil.example; spf=pass\r
      Subject: y\r
      Authentication-Results: "mx.example.org" garbage\r
      \r
      body
      """
    let message = MessageScanner.scan(Array(header.utf8))
    #expect(message.forgedResults(of: ["mx.example.org"]).count == 3)
    #expect(
      String(decoding: message.headerWithoutForgedResults(of: ["mx.example.org"]), as: UTF8.self)
        == """
        Received: x\r
        Authentication-Results: other.example; spf=pass\r
        Authentication-Results: mx.example.org.evil.example; spf=pass\r
        Subject: y\r

        """)
    #expect(message.headerWithoutForgedResults(of: ["third.example"]) == message.header)
  }
}
