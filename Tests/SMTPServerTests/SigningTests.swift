import DNS
import Directory
import Glibc
import MailAuth
import SMTPServer
import ServiceKit
import Testing

@Suite("Signing over TCP")
struct SigningTests {
  /// What a user submits carries both signatures of the author's domain, and they verify with the records that are to be published.
  @Test func signsSubmissions() async throws {
    let office = try await TestOffice.start(signs: true)
    try await office.directory.makeKeys(for: TestOffice.domain)
    let port = office.submissionPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      _ = try client.ask("EHLO a.example")
      #expect(try client.ask("AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=").hasPrefix("235"))
      for line in ["MAIL FROM:<user@example.test>", "RCPT TO:<other@example.test>", "DATA"] { _ = try client.ask(line) }
      let letter =
        "From: user@example.test\r\nBcc: secret@example.test\r\nSubject: hi\r\nList-Unsubscribe: <https://x.example/u>\r\n"
        + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\ntext\r\n."
      #expect(try client.ask(letter).hasPrefix("250"))
    }
    let message = try #require(try await office.inbox(office.other).first)
    var dns = InMemoryDNS()
    for key in try office.directory.keys(of: TestOffice.domain) {
      dns.add(.txt(key.record), to: "\(key.selector)._domainkey.\(TestOffice.domain)")
    }
    let scanned = MessageScanner.scan(Array(message.utf8))
    let found = await DKIMVerifier(time: Int64(time(nil))).verify(scanned, dns)
    #expect(found.map(\.result) == [.pass, .pass], "\(found)")
    #expect(Set(found.map(\.algorithm)) == ["rsa-sha256", "ed25519-sha256"])
    #expect(found.allSatisfy { $0.domain == TestOffice.domain })
    let text = message.replacing("\r\n ", with: "").replacing("\r\n\t", with: "")
    #expect(text.contains("list-unsubscribe:list-unsubscribe-post"))
    #expect(text.contains("h=from:from:"))
    #expect(!message.contains("secret@"))
    await office.stop()
  }

  /// Without keys, or for a stranger, nothing is signed and nothing is refused.
  @Test func signsNothingElse() async throws {
    let office = try await TestOffice.start(signs: true)
    let port = office.smtpPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      for line in ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<user@example.test>", "DATA"] {
        _ = try client.ask(line)
      }
      #expect(try client.ask("From: a@b.example\r\n\r\nx\r\n.").hasPrefix("250"))
    }
    #expect(try await office.inbox(office.account).first?.contains("DKIM-Signature") == false)
    await office.stop()
  }

  /// A message that is passed on can be sealed with the domain's keys, and the seal validates.
  @Test func seals() async throws {
    let office = try await TestOffice.start()
    try await office.directory.makeKeys(for: TestOffice.domain)
    let signers = DomainSigners(directory: office.directory, now: { Int64(time(nil)) })
    let letter = Array("From: a@b.example\r\nSubject: x\r\n\r\nbody\r\n".utf8)
    let spool = office.store.spool()
    letter.withUnsafeBytes { spool.append($0) }
    let message = try await spool.finish()
    let results = AuthenticationResults(authservID: "mail.example.test", methods: [.init("dmarc", "pass")])
    let set = try #require(
      await signers.seal(message, domain: TestOffice.domain, chain: ARCEvidence(result: .none), results: results))
    var dns = InMemoryDNS()
    for key in try office.directory.keys(of: TestOffice.domain) {
      dns.add(.txt(key.record), to: "\(key.selector)._domainkey.\(TestOffice.domain)")
    }
    let evidence = await ARCValidator(time: Int64(time(nil))).validate(MessageScanner.scan(set + letter), dns)
    #expect(evidence.result == .pass, "\(evidence)")
    #expect(evidence.links.first?.results.contains("dmarc=pass") == true)
    await office.stop()
  }
}
