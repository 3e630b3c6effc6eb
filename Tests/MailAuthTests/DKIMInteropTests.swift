import DNS
import Glibc
import MailAuth
import TestKit
import Testing

/// Both ways with other people's DKIM, over every letter of Tests/Resources/dkim/corpus, in every form.
@Suite struct DKIMInteropTests {
  /// What dkimpy signs verifies here, in every form; what is signed here verifies there.
  @Test(.enabled(if: DKIMFixtures.hasDKIMPy)) func interoperatesWithDKIMPy() async throws {
    let folder = try #require(DKIMFixtures.makeFolder())
    defer { DKIMFixtures.remove(folder) }
    let names = try TestResources.files(in: "dkim/corpus").filter { $0.hasSuffix("eml") || $0.hasSuffix("msg") }
    var count = 0
    for (index, name) in names.enumerated() {
      let bytes = try TestResources.bytes(name)
      guard MessageScanner.scan(bytes).fields(named: "from").count == 1 else { continue }
      try DKIMFixtures.write(bytes, "\(folder)/\(index).eml")
      for (key, selector) in [("test.private", "test"), ("ed25519test.key", "brisbane")] {
        for form in Canonicalization.allCases {
          var signer = DKIMSigner(domain: "example.com", selector: selector, key: try DKIMFixtures.key(key))
          (signer.headerForm, signer.bodyForm) = (form, form)
          let field = try signer.signature(for: MessageScanner.scan(bytes, alsoHash: [form]), time: 1_700_000_000)
          try DKIMFixtures.write(field + bytes, "\(folder)/\(index).\(selector).\(form).ours")
          count += 1
        }
      }
    }
    #expect(count > 80)
    let verdicts = try #require(DKIMFixtures.python("dkimpy_sign.py", "verify '\(folder)'")).split(separator: "\n")
    #expect(verdicts.count == count)
    for verdict in verdicts { #expect(verdict.hasSuffix(" pass"), "\(verdict)") }

    _ = try #require(DKIMFixtures.python("dkimpy_sign.py", "sign '\(folder)'"))
    let dns = try DKIMFixtures.dns()
    var signed = 0
    for index in names.indices {
      for algorithm in ["rsa-sha256", "ed25519-sha256"] {
        for forms in ["simple.simple", "simple.relaxed", "relaxed.simple", "relaxed.relaxed"] {
          guard let bytes = DKIMFixtures.read("\(folder)/\(index).eml.\(algorithm).\(forms).signed") else { continue }
          let results = await DKIMVerifier(time: Int64(time(nil))).verify(MessageScanner.scan(bytes), dns)
          #expect(results[0].result == .pass, "\(names[index]) \(algorithm) \(forms) \(results[0])")
          signed += 1
        }
      }
    }
    #expect(signed == 2 * count)
  }

  /// The same with OpenDKIM. Its test mode hands header values on with exactly one blank in front, so what was folded or
  /// spaced otherwise cannot be signed in the simple form there.
  @Test(.enabled(if: DKIMFixtures.hasOpenDKIM)) func interoperatesWithOpenDKIM() async throws {
    let folder = try #require(DKIMFixtures.makeFolder())
    defer { DKIMFixtures.remove(folder) }
    var names: [String] = []
    var count = 0
    for name in try TestResources.files(in: "dkim/corpus").filter({ $0.hasSuffix("eml") || $0.hasSuffix("msg") }) {
      let bytes = Self.crlf(try TestResources.bytes(name))
      let scanned = MessageScanner.scan(bytes, alsoHash: [.simple, .relaxed])
      guard scanned.fields(named: "from").count == 1 else { continue }
      try DKIMFixtures.write(bytes, "\(folder)/\(names.count).eml")
      for (key, selector) in [("test.private", "test"), ("ed25519test.key", "brisbane")] {
        for form in Canonicalization.allCases where form == .relaxed || Self.isPlain(scanned) {
          var signer = DKIMSigner(domain: "example.com", selector: selector, key: try DKIMFixtures.key(key))
          (signer.headerForm, signer.bodyForm) = (form, form)
          let field = try signer.signature(for: scanned, time: 1_700_000_000)
          try DKIMFixtures.write(field + bytes, "\(folder)/\(names.count).\(selector).\(form).ours")
          count += 1
        }
      }
      names.append(name)
    }
    let verdicts = try #require(DKIMFixtures.python("opendkim.py", "verify '\(folder)'")).split(separator: "\n")
    #expect(verdicts.count == count)
    for verdict in verdicts { #expect(verdict.hasSuffix(" pass"), "\(verdict)") }

    _ = try #require(DKIMFixtures.python("opendkim.py", "sign '\(folder)'"))
    let dns = try DKIMFixtures.dns()
    var signed = 0
    for (index, name) in names.enumerated() {
      for forms in ["simple.simple", "simple.relaxed", "relaxed.simple", "relaxed.relaxed"] {
        guard let bytes = DKIMFixtures.read("\(folder)/\(index).eml.\(forms).opendkim") else { continue }
        if forms.hasPrefix("simple"), !Self.isPlain(MessageScanner.scan(bytes)) { continue }
        let results = await DKIMVerifier(time: Int64(time(nil))).verify(MessageScanner.scan(bytes), dns)
        #expect(results[0].result == .pass, "\(name) \(forms) \(results[0])")
        signed += 1
      }
    }
    #expect(signed > 40)
  }

  private static func crlf(_ bytes: [UInt8]) -> [UInt8] {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.last == 0x0D ? line.dropLast() : line
    }
    let text = Array(lines.joined(separator: [0x0D, 0x0A]))
    return text.suffix(2) == [0x0D, 0x0A] ? text : text + [0x0D, 0x0A]
  }

  /// True: one blank follows each colon.
  private static func isPlain(_ message: ScannedMessage) -> Bool {
    message.fields.allSatisfy { field in
      let value = message.header[field.value]
      return value.first == 0x20 && (value.dropFirst().first ?? 0) > 0x20
    }
  }
}
