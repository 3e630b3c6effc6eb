import DNS
import Glibc
import MailAuth
import SMTPServer
import ServiceKit
import Synchronization
import Testing

/// Strangers' mail over TCP, with a DNS of the test's own.
@Suite("Evidence over TCP")
struct EvidenceTests {
  static let key = DKIMPrivateKey.generateEd25519()

  /// bank.example sends from 192.0.2.1, signs, and asks for `policy`.
  static func dns(_ policy: String = "reject") -> InMemoryDNS {
    InMemoryDNS([
      "bank.example": [.txt("v=spf1 ip4:192.0.2.1 -all")],
      "s._domainkey.bank.example": [.txt(key.record)],
      "_dmarc.bank.example": [.txt("v=DMARC1; p=\(policy); rua=mailto:r@bank.example")],
      "1.2.0.192.in-addr.arpa": [.ptr("mail.bank.example")],
      "mail.bank.example": [.a(IPv4Address(192, 0, 2, 1))],
      "2.0.0.127.bl.example": [.a(IPv4Address(127, 0, 0, 2))],
      "66.100.51.198.bl.example": [.a(IPv4Address(127, 0, 0, 4))],
      "67.100.51.198.bl.example": [.a(IPv4Address(127, 255, 255, 254))],
      "68.100.51.198.bl.example": [.a(IPv4Address(8, 8, 8, 8))],
      "2.0.0.127.all.example": [.a(IPv4Address(127, 0, 0, 2))],
      "1.0.0.127.all.example": [.a(IPv4Address(127, 0, 0, 2))],
      "66.100.51.198.all.example": [.a(IPv4Address(127, 0, 0, 2))],
      "1.2.0.192.all.example": [.a(IPv4Address(127, 0, 0, 2))],
    ])
  }

  static let letter =
    "From: Bank <info@bank.example>\r\nTo: user@example.test\r\nSubject: hello\r\n"
    + "Message-ID: <1@bank.example>\r\n\r\ntext\r\n"

  static func signed(_ letter: String) throws -> String {
    let bytes = try Inspections.sign(
      message: Array(letter.utf8), domain: "bank.example", selector: "s", key: key, time: Int64(time(nil)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Sends a letter; returns the last reply.
  static func send(
    _ letter: String, from address: String, port: Int, sender: String = "info@bank.example",
    to recipients: [String] = ["user@example.test"]
  ) async throws -> String {
    try await onThread {
      let client = try LineClient.proxied(from: address, port: port, hello: "EHLO mail.bank.example")
      let mail = try client.ask("MAIL FROM:<\(sender)>")
      guard mail.hasPrefix("250") else { return mail }
      for recipient in recipients {
        let reply = try client.ask("RCPT TO:<\(recipient)>")
        guard reply.hasPrefix("250") else { return reply }
      }
      #expect(try client.ask("DATA").hasPrefix("354"))
      return try client.ask(letter + ".")
    }
  }

  @Test func passes() async throws {
    let office = try await TestOffice.start(dns: Self.dns())
    let letter =
      "Authentication-Results: mail.example.test; dmarc=pass\r\n"
      + "Authentication-Results: other.example; spf=fail\r\n"
      + (try Self.signed(Self.letter))
    #expect(try await Self.send(letter, from: "192.0.2.1", port: office.smtpPort).hasPrefix("250"))
    let message = try #require(try await office.inbox(office.account).first)
    let lines = message.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "Return-Path: <info@bank.example>")
    #expect(lines[1] == "Authentication-Results: mail.example.test;")
    let header = message.replacing("\r\n\t", with: " ")
    #expect(header.contains("iprev=pass (mail.bank.example) policy.iprev=192.0.2.1"))
    #expect(header.contains("spf=pass smtp.mailfrom=info@bank.example"))
    #expect(header.contains("dkim=pass header.d=bank.example"))
    #expect(header.contains("dmarc=pass header.from=bank.example"))
    #expect(header.contains("Received: from mail.bank.example (mail.bank.example [192.0.2.1])"))
    // Ours is the only one of our name; a stranger's stays.
    #expect(message.split(separator: "mail.example.test;").count == 2, "\(message)")
    #expect(header.contains("Authentication-Results: other.example; spf=fail"))
    let kept = try await office.authenticationResults("INBOX", office.account)
    let value = try #require(kept.first ?? nil)
    let results = try #require(AuthenticationResults(parsing: Array(value.utf8)))
    #expect(results.authservID == "mail.example.test")
    #expect(results.methods.map(\.method) == ["iprev", "spf", "dkim", "dmarc"])
    await office.stop()
  }

  /// A signature over a forged field that is taken out still verifies: it is checked over the message as it came.
  @Test func signatureOverForgedField() async throws {
    let office = try await TestOffice.start(dns: Self.dns())
    var signer = DKIMSigner(domain: "bank.example", selector: "s", key: Self.key)
    signer.signedNames += ["authentication-results"]
    let letter = "Authentication-Results: mail.example.test; dmarc=pass\r\n" + Self.letter
    let scanned = MessageScanner.scan(Array(letter.utf8), alsoHash: [signer.bodyForm])
    let field = String(decoding: try signer.signature(for: scanned, time: Int64(time(nil))), as: UTF8.self)
    #expect(try await Self.send(field + letter, from: "198.51.100.1", port: office.smtpPort).hasPrefix("250"))
    let message = try #require(try await office.inbox(office.account).first)
    #expect(message.contains("dkim=pass"))
    #expect(!message.contains("; dmarc=pass\r\nFrom"))
    await office.stop()
  }

  @Test func rejects() async throws {
    let reports = Mutex<[ReportedMessage]>([])
    let office = try await TestOffice.start(
      dns: Self.dns(), report: { message in reports.withLock { $0.append(message) } })
    let reply = try await Self.send(Self.letter, from: "203.0.113.9", port: office.smtpPort)
    #expect(reply == "550 5.7.1 Refused by the DMARC policy of bank.example")
    #expect(try await office.inbox(office.account).isEmpty)
    #expect(try await office.messages("Junk", of: office.account).isEmpty)
    let reported = reports.withLock { $0 }
    #expect(reported.map(\.applied) == [.reject])
    #expect(reported.first?.source == "203.0.113.9")
    await office.stop()
  }

  @Test func quarantines() async throws {
    let office = try await TestOffice.start(dns: Self.dns("quarantine"))
    #expect(try await Self.send(Self.letter, from: "203.0.113.9", port: office.smtpPort).hasPrefix("250"))
    #expect(try await office.inbox(office.account).isEmpty)
    let message = try #require(try await office.messages("Junk", of: office.account).first)
    #expect(message.replacing("\r\n\t", with: " ").contains("policy.applied-disposition=quarantine"))
    await office.stop()
  }

  @Test func honoursByOption() async throws {
    let office = try await TestOffice.start(dns: Self.dns(), checks: { $0.dmarcMode = .note })
    #expect(try await Self.send(Self.letter, from: "203.0.113.9", port: office.smtpPort).hasPrefix("250"))
    #expect(try await office.inbox(office.account).count == 1)
    await office.stop()
  }

  /// The listed may still write to postmaster and abuse; only documented answers count.
  @Test func blocklists() async throws {
    let office = try await TestOffice.start(
      dns: Self.dns("none"), checks: { $0.blocklists = ["bl.example", "all.example"].compactMap { DNSList($0) } })
    let port = office.smtpPort
    let refused = try await Self.send(Self.letter, from: "198.51.100.66", port: port)
    #expect(refused == "550 5.7.1 Mail from 198.51.100.66 is refused: see bl.example")
    for name in ["postmaster", "POSTMASTER@example.test", "Abuse@example.test"] {
      #expect(
        try await Self.send(Self.letter, from: "198.51.100.66", port: port, to: [name]).hasPrefix("250"), "\(name)")
    }
    // An operator's error, an answer that is none, and a list that lists everybody.
    for address in ["198.51.100.67", "198.51.100.68", "192.0.2.1"] {
      #expect(try await Self.send(Self.letter, from: address, port: port).hasPrefix("250"), "\(address)")
    }
    await office.stop()
  }

  /// Where recipients differ, the stricter one's copy goes to Junk.
  @Test func recipientsDiffer() async throws {
    let office = try await TestOffice.start(
      dns: Self.dns("none"),
      checks: {
        $0.blocklists = [DNSList("bl.example")].compactMap { $0 }
        $0.blocklistAction = .junk
      })
    let reply = try await Self.send(
      Self.letter, from: "198.51.100.66", port: office.smtpPort, to: ["postmaster@example.test", "other@example.test"])
    #expect(reply.hasPrefix("250"))
    #expect(try await office.inbox(office.account).count == 1)
    #expect(try await office.inbox(office.other).isEmpty)
    #expect(try await office.messages("Junk", of: office.other).count == 1)
    await office.stop()
  }

  /// A DNS that never answers costs the time limit and no mail.
  @Test func deadDNS() async throws {
    struct Dead: DNSLookup {
      func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        let never = AsyncStream<Void> { _ in }
        for await _ in never {}
        return .temporaryFailure("cancelled")
      }
    }
    let office = try await TestOffice.start(
      dns: Dead(),
      checks: {
        $0.clientLimit = .milliseconds(50)
        $0.messageLimit = .milliseconds(50)
        $0.blocklists = [DNSList("bl.example")].compactMap { $0 }
      })
    let letter = try Self.signed(Self.letter)
    let began = ContinuousClock.now
    #expect(try await Self.send(letter, from: "192.0.2.1", port: office.smtpPort).hasPrefix("250"))
    #expect(ContinuousClock.now - began < .seconds(5))
    let message = try #require(try await office.inbox(office.account).first)
    for method in ["iprev", "spf", "dkim", "dmarc"] { #expect(message.contains("\(method)=temperror"), "\(method)") }
    await office.stop()
  }

  @Test func greylists() async throws {
    let office = try await TestOffice.start(
      dns: Self.dns("none"),
      checks: {
        $0.greylisting = true
        $0.greylistDelay = 0
      })
    let port = office.smtpPort
    let first = try await Self.send(Self.letter, from: "192.0.2.1", port: port)
    #expect(first == "451 4.7.1 Not known yet, please try again in 0 seconds")
    #expect(
      try await Self.send(Self.letter, from: "192.0.2.1", port: port, to: ["abuse@example.test"]).hasPrefix("250"))
    // The same network may come back by another host.
    #expect(try await Self.send(Self.letter, from: "192.0.2.77", port: port).hasPrefix("250"))
    #expect(
      try await Self.send(Self.letter, from: "192.0.2.1", port: port, to: ["other@example.test"]).hasPrefix("250"))
    #expect(try await Self.send(Self.letter, from: "203.0.113.1", port: port).hasPrefix("451"))
    // A letter that had not to wait makes nobody known.
    for (name, reply) in [("postmaster@example.test", "250"), ("user@example.test", "451")] {
      let answer = try await Self.send(
        Self.letter, from: "203.0.113.200", port: port, sender: "x@new.example", to: [name])
      #expect(answer.hasPrefix(reply))
    }
    await office.stop()
  }

  @Test func tarpits() async throws {
    let office = try await TestOffice.start(dns: Self.dns("none"), checks: { $0.tarpitSeconds = 1 })
    let began = ContinuousClock.now
    #expect(try await Self.send(Self.letter, from: "192.0.2.1", port: office.smtpPort).hasPrefix("250"))
    #expect(ContinuousClock.now - began >= .seconds(1))
    await office.stop()
  }

  /// Loopback in the demo and the test bed, LMTP, and whoever logged in: nobody looks, nothing is said.
  @Test func exemptions() async throws {
    let office = try await TestOffice.start(dns: Self.dns(), checks: { $0.exemptsLoopback = true })
    #expect(try await Self.send(Self.letter, from: "127.0.0.1", port: office.smtpPort).hasPrefix("250"))
    let (lmtp, submission) = (office.lmtpPort, office.submissionPort)
    try await onThread {
      let client = try LineClient(port: lmtp)
      _ = try client.answer()
      for line in ["LHLO a.example", "MAIL FROM:<info@bank.example>", "RCPT TO:<user@example.test>", "DATA"] {
        _ = try client.ask(line)
      }
      #expect(try client.ask("X: other\r\n" + Self.letter + ".").hasPrefix("250"))
      let own = try LineClient(port: submission)
      _ = try own.answer()
      _ = try own.ask("EHLO a.example")
      #expect(try own.ask("AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=").hasPrefix("235"))
      for line in ["MAIL FROM:<user@example.test>", "RCPT TO:<user@example.test>", "DATA"] { _ = try own.ask(line) }
      #expect(try own.ask("From: user@example.test\r\n\r\nx\r\n.").hasPrefix("250"))
    }
    let messages = try await office.inbox(office.account)
    #expect(messages.count == 3)
    #expect(messages.allSatisfy { !$0.contains("Authentication-Results") })
    #expect(try await office.authenticationResults("INBOX", office.account) == [nil, nil, nil])
    await office.stop()
  }

  /// Bounded work: 500 signatures, a DKIM header of 900 KB.
  @Test func hostile() async throws {
    let office = try await TestOffice.start(dns: Self.dns())
    let one =
      "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AA\r\n"
    let many = String(repeating: one, count: 500) + Self.letter
    #expect(try await Self.send(many, from: "192.0.2.1", port: office.smtpPort).hasPrefix("250"))
    let long = "DKIM-Signature: v=1; z=" + String(repeating: "x\r\n ", count: 180_000) + "\r\n" + Self.letter
    let reply = try await Self.send(long, from: "192.0.2.1", port: office.smtpPort)
    #expect(reply.hasPrefix("250"))
    let messages = try await office.inbox(office.account)
    #expect(messages.count == 2)
    #expect(messages[0].contains("dkim=policy"))
    #expect(messages[1].contains("dkim=permerror"))
    await office.stop()
  }

  /// 25 MB through the spool's file: every byte counts for the signature.
  @Test func long() async throws {
    let office = try await TestOffice.start(dns: Self.dns())
    let line = String(repeating: "x", count: 998) + "\r\n"
    let letter = Self.letter + String(repeating: line, count: 3_000)
    #expect(try await Self.send(try Self.signed(letter), from: "192.0.2.1", port: office.smtpPort).hasPrefix("250"))
    #expect(try await office.inbox(office.account).first?.contains("dkim=pass") == true)
    await office.stop()
  }
}
