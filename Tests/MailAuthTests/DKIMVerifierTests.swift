import DNS
import MailAuth
import TestKit
import Testing

@Suite struct DKIMVerifierTests {
  static func verify(_ message: [UInt8], _ dns: InMemoryDNS, time: Int64 = DKIMFixtures.now) async -> [DKIMEvidence] {
    await DKIMVerifier(time: time).verify(MessageScanner.scan(message), dns)
  }

  /// RFC 6376 and RFC 8463 examples, real mail of ietf.org, facebookmail.com and github.com.
  @Test(arguments: ["001.txt", "002.txt", "003.txt", "004.txt", "006.txt"]) func vectors(_ name: String) async throws {
    let results = await Self.verify(try DKIMFixtures.message("mailauth/\(name)"), try DKIMFixtures.dns())
    #expect(!results.isEmpty)
    for result in results { #expect(result.result == .pass, "\(result)") }
  }

  @Test func expires() async throws {
    let message = try DKIMFixtures.message("mailauth/005.txt")
    let dns = try DKIMFixtures.dns()
    #expect(await Self.verify(message, dns, time: 1_667_843_700).map(\.result) == [.pass])
    #expect(await Self.verify(message, dns).map(\.result) == [.permerror])
    #expect(await Self.verify(message, dns, time: 1_667_800_000).map(\.result) == [.permerror])
  }

  /// Every signature of the corpus gets dkimpy's verdict (Tests/Interop/dkimpy_corpus.py wrote them down).
  @Test func agreesWithDKIMPy() async throws {
    let dns = try DKIMFixtures.dns()
    var expected: [String: [Bool]] = [:]
    for line in try TestResources.text("dkim/dkimpy-results.txt").split(separator: "\n") {
      let parts = line.split(separator: " ")
      expected[String(parts[0]), default: []].append(parts[2] == "pass")
    }
    #expect(expected.count >= 30)
    for (name, verdicts) in expected {
      let results = await Self.verify(try DKIMFixtures.message(name), dns)
      #expect(results.map { $0.result == .pass } == verdicts, "\(name): \(results)")
    }
  }

  /// A message cut anywhere into two pieces, or into single bytes, is scanned the same.
  @Test func dripsTheSame() throws {
    for name in ["001.txt", "002.txt"] {
      let message = try DKIMFixtures.message("mailauth/\(name)")
      let crlf = message.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
      for bytes in [message, crlf] {
        let whole = MessageScanner.scan(bytes, alsoHash: [.simple, .relaxed])
        for cut in 0...bytes.count {
          var scanner = MessageScanner(alsoHash: [.simple, .relaxed])
          scanner.append(bytes[..<cut])
          scanner.append(bytes[cut...])
          #expect(scanner.finish() == whole)
        }
        var scanner = MessageScanner(alsoHash: [.simple, .relaxed])
        for byte in bytes { scanner.append([byte]) }
        #expect(scanner.finish() == whole)
      }
    }
  }

  static let signature = """
    DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; t=1; h=from; \
    bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA
    """

  /// Signature fields that are refused without a look at the key, and the words that say why.
  @Test(arguments: [
    ("v=1; ", "", "v= is missing"), ("v=1", "v=2", "v= is not 1"), ("v=1", "v=1.0", "v= is not 1"),
    ("a=rsa-sha256; ", "", "a= is missing"), ("rsa-sha256", "rsa-sha1", "rsa-sha1"),
    ("rsa-sha256", "rsa-md5", "unknown"), ("d=example.com; ", "", "d= is missing"),
    ("d=example.com", "d=exa(mple.com", "d= is not a domain"), ("d=example.com", "d=a..b", "d= is not a domain"),
    ("s=s; ", "", "s= is missing"), ("h=from; ", "", "h= is missing"), ("h=from", "h=to:subject", "From is not signed"),
    ("h=from", "h=", "From is not signed"), ("b=AAAA", "b=", "b= is not base64"), ("b=AAAA", "b=A", "b= is not base64"),
    ("b=AAAA", "b=A*AA", "b= is not base64"), ("; b=AAAA", "", "b= is missing"),
    ("bh=47DE", "bh=", "bh= is not a SHA-256"),
    ("relaxed/relaxed", "relaxed/nofws", "canonicalization"), ("relaxed/relaxed", "a/b/c", "canonicalization"),
    ("t=1", "t=abc", "t= is not"), ("t=1", "t=", "t= is not"), ("t=1", "t=5; x=4", "x= is earlier"),
    ("t=1", "t=1; l=abc", "l= is not"), ("t=1", "t=1; q=dns/xml", "q="), ("t=1", "t=1; i=a@example.org", "within"),
    ("t=1", "t=1; i=a@badexample.com", "within"), ("t=1", "t=1; i=example.com", "i= is not an identity"),
    ("t=1", "t=1; t=2", "twice"), ("t=1", "t=1;;", "list of tags"), ("t=1", "t=1; 1a=b", "list of tags"),
    ("t=1", "t=1; novalue", "list of tags"), ("t=1", "t=99999999999", "future"),
  ])
  func refuses(_ old: String, _ new: String, _ reason: String) async throws {
    let field = try #require(replacing(Self.signature, old, new))
    let results = await Self.verify(Array("\(field)\r\nFrom: a@example.com\r\n\r\n".utf8), InMemoryDNS())
    #expect(results.map(\.result) == [.permerror])
    #expect(results[0].reasons.joined().contains(reason), "\(results)")
  }

  /// Key records for a signature that would pass.
  @Test(arguments: [
    ("", "pass"), ("v=DKIM1; ", "pass"), ("v=DKIM2; ", "permerror"), ("h=sha256; ", "pass"),
    ("h=sha1:sha256; ", "pass"),
    ("h=sha1; ", "permerror"), ("k=ed25519; ", "permerror"), ("s=email; ", "pass"), ("s=*; ", "pass"),
    ("s=tlsrpt; ", "permerror"), ("t=y; ", "pass"), ("t=s; ", "pass"), ("n=hello; ", "pass"), ("z=1; ", "pass"),
    ("k=rsa; v=DKIM1; ", "permerror"), ("p=; ", "permerror"),
  ])
  func readsKeyRecords(_ prefix: String, _ result: String) async throws {
    let key = try DKIMFixtures.key("test.private")
    let message = Array("From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n".utf8)
    let field = try DKIMSigner(domain: "example.com", selector: "s", key: key).signature(
      for: MessageScanner.scan(message, alsoHash: [.relaxed]), time: 5)
    let data = key.record.split(separator: "p=", maxSplits: 1)[1]
    let dns = InMemoryDNS(["s._domainkey.example.com": [.txt(prefix + "p=" + data)]])
    let results = await Self.verify(field + message, dns)
    #expect(results.map(\.result.rawValue) == [result], "\(results)")
    #expect(results[0].isTesting == (prefix == "t=y; "))
  }

  @Test func strictKeyWantsTheDomainItself() async throws {
    let key = try DKIMFixtures.key("test.private")
    let message = Array("From: a@example.com\r\n\r\nbody\r\n".utf8)
    var signer = DKIMSigner(domain: "example.com", selector: "s", key: key)
    signer.identity = "a@sub.example.com"
    let field = try signer.signature(for: MessageScanner.scan(message, alsoHash: [.relaxed]), time: 5)
    var dns = InMemoryDNS(["s._domainkey.example.com": [.txt("t=s; " + key.record.dropFirst("v=DKIM1; ".count))]])
    #expect(await Self.verify(field + message, dns).map(\.result) == [.permerror])
    dns = InMemoryDNS(["s._domainkey.example.com": [.txt(key.record)]])
    #expect(await Self.verify(field + message, dns).map(\.result) == [.pass])
    dns = InMemoryDNS()
    #expect(await Self.verify(field + message, dns).map(\.result) == [.permerror])
    dns.fail("s._domainkey.example.com")
    #expect(await Self.verify(field + message, dns).map(\.result) == [.temperror])
    dns = InMemoryDNS()
    dns.fail("s._domainkey.example.com", with: .bogus)
    #expect(await Self.verify(field + message, dns).map(\.result) == [.temperror])
  }

  /// dkimpy's own bad records.
  @Test(arguments: ["badk.txt", "badversion.txt", "test_bad.txt", "test_tlsrpt.txt"]) func badRecords(_ name: String)
    async throws
  {
    let message = Array("From: a@example.com\r\n\r\nbody\r\n".utf8)
    let signer = DKIMSigner(domain: "example.com", selector: "s", key: try DKIMFixtures.key("test.private"))
    let field = try signer.signature(for: MessageScanner.scan(message, alsoHash: [.relaxed]), time: 5)
    let dns = InMemoryDNS(["s._domainkey.example.com": [.txt(try DKIMFixtures.record(name))]])
    let result = await Self.verify(field + message, dns).map(\.result)
    #expect(result == [.permerror] || result == [.fail])
  }

  @Test func unsigned() async {
    #expect(await Self.verify(Array("From: a@b.c\r\n\r\n".utf8), InMemoryDNS()).map(\.result) == [.none])
    #expect(await Self.verify([], InMemoryDNS()).map(\.result) == [.none])
  }
}

/// `text` with the first `old` replaced by `new`; nil when there is none.
func replacing(_ text: String, _ old: String, _ new: String) -> String? {
  guard let range = text.firstRange(of: old) else { return nil }
  return text.replacingCharacters(in: range, with: new)
}

extension String {
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }

  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
