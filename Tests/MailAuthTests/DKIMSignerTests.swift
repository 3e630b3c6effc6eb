import DNS
import MailAuth
import TestKit
import Testing

@Suite struct DKIMSignerTests {
  static let message = Array(
    """
    Received: from x\r
    From: A <a@example.com>\r
    To: b@example.net\r
    Subject: Hello  there\r
    \tfolded\r
    List-Unsubscribe: <https://example.com/u>\r
    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
    \r
    First  line \r
    \r
    Second line\r
    \r
    \r

    """.utf8)

  static let keyNames = [
    "test.private", "1024_testkey.key", "2048_testkey.key", "2048_testkey_PKCS8.key", "ed25519test.key",
    "rfc8032_7_1.key",
  ]

  @Test(arguments: keyNames, [Canonicalization.simple, .relaxed]) func roundTrips(
    _ name: String, _ form: Canonicalization
  ) async throws {
    let key = try DKIMFixtures.key(name)
    for body in Canonicalization.allCases {
      var signer = DKIMSigner(domain: "example.com", selector: "sel", key: key)
      (signer.headerForm, signer.bodyForm) = (form, body)
      signer.lifetime = 1000
      let field = try signer.signature(for: MessageScanner.scan(Self.message, alsoHash: [body]), time: 1000)
      let dns = InMemoryDNS(["sel._domainkey.example.com": [.txt(key.record)]])
      let signed = field + Self.message
      let results = await DKIMVerifier(time: 1500).verify(MessageScanner.scan(signed), dns)
      #expect(results.map(\.result) == [.pass], "\(results)")
      #expect(results[0].algorithm == key.algorithm)
      // Lines stay short.
      for line in field.split(separator: 0x0A) { #expect(line.count <= 79) }
      // One changed byte anywhere in the signed parts breaks it.
      for index in stride(from: 0, to: Self.message.count, by: 7) where Self.message[index] != 0x0D {
        var changed = Self.message
        changed[index] = changed[index] == UInt8(ascii: "q") ? UInt8(ascii: "z") : UInt8(ascii: "q")
        // Received is not signed; a changed field name may drop an unsigned field.
        if index < 20 { continue }
        let broken = await DKIMVerifier(time: 1500).verify(MessageScanner.scan(field + changed), dns)
        #expect(broken[0].result == .fail, "at \(index)")
      }
    }
  }

  @Test func coversUnsubscribeAndOversigns() async throws {
    let key = try DKIMFixtures.key("ed25519test.key")
    let signer = DKIMSigner(domain: "example.com", selector: "sel", key: key)
    let field = try signer.signature(for: MessageScanner.scan(Self.message, alsoHash: [.relaxed]), time: 1000)
    let text = String(decoding: field.filter { $0 > 0x20 }, as: UTF8.self)
    #expect(text.contains("h=from:from:reply-to:to:to:cc:subject:subject:date:message-id:"))
    #expect(text.contains(":list-unsubscribe:list-unsubscribe-post;"))
    let dns = InMemoryDNS(["sel._domainkey.example.com": [.txt(key.record)]])
    for added in ["From: x@y", "Subject: z", "Reply-To: z@z", "To: z", "Date: now", "Content-Type: text/html"] {
      for message in [
        Array("\(added)\r\n".utf8) + field + Self.message, field + Array("\(added)\r\n".utf8) + Self.message,
      ] {
        let results = await DKIMVerifier(time: 1000).verify(MessageScanner.scan(message), dns)
        #expect(results.map(\.result) == [.fail], "\(added)")
      }
    }
    let other = Array("X-New: 1\r\n".utf8) + field + Self.message
    #expect(await DKIMVerifier(time: 1000).verify(MessageScanner.scan(other), dns).map(\.result) == [.pass])
  }

  @Test func refusesToSign() throws {
    let key = try DKIMFixtures.key("ed25519test.key")
    let signer = DKIMSigner(domain: "example.com", selector: "sel", key: key)
    #expect(throws: DKIMSigningError.bodyNotHashed) {
      try signer.signature(for: MessageScanner.scan(Self.message), time: 1)
    }
    #expect(throws: DKIMSigningError.unsignable) {
      try signer.signature(for: MessageScanner.scan(Array("To: x\r\n\r\n".utf8), alsoHash: [.relaxed]), time: 1)
    }
    let bad = DKIMSigner(domain: "exa mple", selector: "sel", key: key)
    #expect(throws: DKIMSigningError.badName) {
      try bad.signature(for: MessageScanner.scan(Self.message, alsoHash: [.relaxed]), time: 1)
    }
  }

  @Test func keys() throws {
    #expect(throws: DKIMKeyError.notAKey) { try DKIMPrivateKey(pem: Array("nonsense".utf8)) }
    #expect(throws: DKIMKeyError.unsupported) {
      try DKIMPrivateKey(pem: Array("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8))
    }
    #expect(throws: DKIMKeyError.unsupported) {
      try DKIMPrivateKey(pem: Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8))
    }
    for name in Self.keyNames {
      let key = try DKIMFixtures.key(name)
      #expect(try DKIMPrivateKey(pem: key.pem).record == key.record)
    }
    let rsa = try DKIMFixtures.key("2048_testkey.key")
    #expect(rsa.recordStrings.count == 2)
    #expect(rsa.recordStrings.joined() == rsa.record)
    #expect(rsa.quotedRecord.hasPrefix("\"v=DKIM1; k=rsa; p="))
    #expect(try DKIMFixtures.key("ed25519test.key").record.hasSuffix(try DKIMFixtures.record("ed25519test.dns")))
    #expect(try DKIMPrivateKey(pem: DKIMPrivateKey.generateEd25519().pem).algorithm == "ed25519-sha256")
  }
}
