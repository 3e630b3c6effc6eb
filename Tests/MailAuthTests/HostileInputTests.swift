import DNS
import MailAuth
import Synchronization
import Testing

/// Bounded work and a defined result, whatever comes.
@Suite struct HostileInputTests {
  static let field = """
    DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=from;\r
     bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r

    """

  static func verify(_ text: String, _ dns: any DNSLookup) async -> [DKIMEvidence] {
    await DKIMVerifier(time: 0).verify(MessageScanner.scan(Array(text.utf8)), dns)
  }

  @Test func manySignatures() async {
    let dns = RememberingLookup(InMemoryDNS())
    let results = await Self.verify(String(repeating: Self.field, count: 500) + "From: a@example.com\r\n\r\n", dns)
    #expect(results.count == 17)
    #expect(results.last?.result == .policy)
    #expect(results.dropLast().allSatisfy { $0.result == .permerror })
    #expect(dns.questionCount <= 16)
  }

  /// Each signature may ask for another hash of the body; only so many are computed.
  @Test func manyBodyHashes() async {
    let text = (0..<500).map { replacing(Self.field, "h=from", "h=from; l=\($0)") ?? "" }.joined()
    let results = await Self.verify(text + "From: a@example.com\r\n\r\nbody", InMemoryDNS())
    #expect(results.count == 17)
  }

  @Test func hugeSignature() async {
    let padding = String(repeating: " x", count: 512 * 1024)
    let results = await Self.verify(
      (replacing(Self.field, "h=from", "z=\(padding); h=from") ?? "") + "\r\n", InMemoryDNS())
    #expect(results.map(\.result) == [.permerror])
    #expect(results[0].reasons == ["the signature is too long"])
  }

  @Test func hugeHeader() async {
    let text = "X: " + String(repeating: "y", count: 3 << 20) + "\r\n" + Self.field + "From: a@example.com\r\n\r\nbody"
    let scanned = MessageScanner.scan(Array(text.utf8))
    #expect(scanned.isHeaderTooLong)
    #expect(scanned.header.isEmpty)
    #expect(await DKIMVerifier(time: 0).verify(scanned, InMemoryDNS()).map(\.result) == [.permerror])
    #expect(await ARCValidator(time: 0).validate(scanned, InMemoryDNS()).result == .fail)
  }

  /// h= with thousands of names over thousands of fields is linear.
  @Test func manyFields() async throws {
    let names = Array(repeating: "x", count: 20_000).joined(separator: ":")
    let text = (replacing(Self.field, "h=from", "h=from:\(names)") ?? "") + String(repeating: "X: y\r\n", count: 20_000)
    let key = try DKIMFixtures.key("test.private")
    let dns = InMemoryDNS(["s._domainkey.example.com": [.txt(key.record)]])
    let results = await Self.verify(text + "From: a@example.com\r\n\r\n", dns)
    #expect(results.count == 1)
    #expect(results[0].result == .fail || results[0].result == .permerror)
  }

  /// Keys of 8192 and 16384 bits, keys of 512 bits, and nonsense.
  @Test(arguments: [64, 513, 1024, 2048, 4000]) func oddKeys(_ count: Int) async {
    // SEQUENCE { INTEGER modulus, INTEGER 65537 }
    let modulus = [0x00] + [UInt8](repeating: 0xC5, count: count)
    func length(_ count: Int) -> [UInt8] { [0x82, UInt8(count >> 8), UInt8(count & 255)] }
    let integers = [0x02] + length(modulus.count) + modulus + [0x02, 0x03, 0x01, 0x00, 0x01]
    let der: [UInt8] = [0x30] + length(integers.count) + integers
    let text = "v=DKIM1; p=" + Self.base64(der)
    let results = await Self.verify(
      Self.field + "From: a@example.com\r\n\r\n", InMemoryDNS(["s._domainkey.example.com": [.txt(text)]]))
    #expect(results.map(\.result) == [.permerror], "\(results)")
  }

  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = Array(bytes[start..<min(start + 3, bytes.count)]) + [0, 0]
      let bits = Int(piece[0]) << 16 | Int(piece[1]) << 8 | Int(piece[2])
      for index in 0...min(3, bytes.count - start) { text.append(alphabet[bits >> (18 - 6 * index) & 63]) }
    }
    return text
  }

  @Test func manyARCSets() async {
    let one = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.b; s=s; b=AAAA\r\n"
    let text = String(repeating: one, count: 2000) + "From: a@example.com\r\n\r\n"
    let dns = RememberingLookup(InMemoryDNS())
    #expect(await ARCValidator(time: 0).validate(MessageScanner.scan(Array(text.utf8)), dns).result == .fail)
    #expect(dns.questionCount == 0)
  }

  @Test func recursiveIncludes() async throws {
    var dns = InMemoryDNS()
    for index in 0..<50 {
      let all = (0..<50).map { "include:d\($0).example" }.joined(separator: " ")
      dns.add(.txt("v=spf1 \(all) -all"), to: "d\(index).example")
    }
    let lookup = RememberingLookup(dns)
    let evidence = try await SPFTests.check("1.2.3.4", "a@d0.example", lookup)
    #expect(evidence.result == .permerror)
    #expect(lookup.questionCount <= 11)
  }

  /// The most questions that a record can cause: ten times "mx" with ten hosts each.
  @Test func manyHosts() async throws {
    var dns = InMemoryDNS([
      "example.com": [.txt("v=spf1 " + (0..<10).map { "mx:m\($0).example" }.joined(separator: " "))]
    ])
    for term in 0..<10 {
      for host in 0..<10 {
        dns.add(.mx(preference: 0, exchange: "h\(term)-\(host).example"), to: "m\(term).example")
        dns.add(.a(IPv4Address(9, 9, 9, 9)), to: "h\(term)-\(host).example")
      }
    }
    let evidence = try await SPFTests.check("1.2.3.4", "a@example.com", dns)
    #expect(evidence.result == .neutral)
    #expect(evidence.questions == 111)
  }

  /// A record full of macros cannot make a name or text grow without bound.
  @Test func macroBombs() async throws {
    let bomb = String(repeating: "%{s}", count: 15_000)
    let dns = InMemoryDNS([
      "example.com": [.txt("v=spf1 a:\(bomb).example.com -all exp=e.example.com")], "e.example.com": [.txt(bomb)],
    ])
    let evidence = try await SPFTests.check("1.2.3.4", String(repeating: "x", count: 300) + "@example.com", dns)
    #expect(evidence.result == .fail)
    #expect(evidence.explanation == nil)
  }

  /// A DNS that answers only when the asker gives up: the time limit is the caller's cancellation.
  struct SlowDNS: DNSLookup {
    func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
      let stream = AsyncStream<Void> { _ in }
      for await _ in stream {}
      return .temporaryFailure("cancelled")
    }
  }

  @Test func slowDNS() async throws {
    let task = Task { () -> [String] in
      let spf = try await SPFTests.check("1.2.3.4", "a@example.com", SlowDNS())
      let dkim = await Self.verify(Self.field + "From: a@example.com\r\n\r\n", SlowDNS())
      let dmarc = await DMARCTests.slow(SlowDNS())
      return [spf.result.rawValue, dkim[0].result.rawValue, dmarc.result.rawValue]
    }
    task.cancel()
    #expect(try await task.value == ["temperror", "temperror", "temperror"])
  }

  /// A tree walk over the longest name asks at most eight questions.
  @Test func longestName() async {
    let name = Array(repeating: "a", count: 120).joined(separator: ".")
    let lookup = RememberingLookup(InMemoryDNS())
    let evidence = await DMARCCheck(authors: [name], spfDomain: nil, dkimDomains: []).evaluate(lookup)
    #expect(evidence.result == .none)
    #expect(lookup.questionCount == 8)
  }

  /// Random bytes never trap.
  @Test func noise() async {
    var state: UInt64 = 42
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let words = [
      "DKIM-Signature:", "v=1;", "a=rsa-sha256;", "b=", "bh=", "h=from", ";", "\r\n", "\n", " ", "d=a.b;", "s=s;",
      "From:",
      "ARC-Seal:", "i=1;", "cv=none;", "ARC-Authentication-Results:", "(", ")", "\\", "\"", "\0", "\u{FF}", "=", ".",
      "\r",
    ]
    for _ in 0..<3000 {
      let text = (0..<Int(random() % 40)).map { _ in words[Int(random() % UInt64(words.count))] }.joined()
      let scanned = MessageScanner.scan(Array(text.utf8))
      _ = await DKIMVerifier(time: 0).verify(scanned, InMemoryDNS())
      _ = await ARCValidator(time: 0).validate(scanned, InMemoryDNS())
      _ = AuthenticationResults(parsing: Array(text.utf8))
      _ = AuthorDomains.domains(of: scanned)
      _ = DMARCRecord(Array(text.utf8))
    }
  }
}

extension DMARCTests {
  static func slow(_ dns: any DNSLookup) async -> DMARCEvidence {
    await DMARCCheck(authors: ["example.com"], spfDomain: nil, dkimDomains: []).evaluate(dns)
  }
}
