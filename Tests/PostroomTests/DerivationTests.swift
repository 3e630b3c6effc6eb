import Store
import Testing

@testable import Postroom

struct DerivationTests {
  private func derive(_ text: String) -> (messageID: String?, keys: [String], subject: String, preview: String) {
    let derived = Array(text.utf8).withUnsafeBytes { Derivation.derive($0) }
    #expect(derived.envelope.first == UInt8(ascii: "(") && derived.envelope.last == UInt8(ascii: ")"))
    #expect(derived.structure.first == UInt8(ascii: "(") && derived.structure.last == UInt8(ascii: ")"))
    return (derived.messageID, derived.threadKeys, derived.subject, derived.preview)
  }

  @Test func `an answer knows its ancestors`() {
    let found = derive(
      "Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\nSubject: =?utf-8?q?h=C3=A9?=\r\n\r\nHi\r\n"
    )
    #expect(found.messageID == "c@x")
    #expect(found.keys == ["a@x", "b@x", "c@x"])
    #expect(found.subject == "hé")
    #expect(found.preview == "Hi")
  }

  @Test(arguments: [
    ("In-Reply-To: <a@x> <b@x>\r\n\r\n", ["a@x"]), ("In-Reply-To: your letter of Monday\r\n\r\n", []),
    ("References: <> <a@x>\r\n\r\n", ["a@x"]), ("", []),
  ])
  func `odd references`(header: String, keys: [String]) {
    #expect(derive(header).keys == keys)
  }

  @Test func `any bytes have an envelope and a structure`() {
    for seed in 0..<200 {
      var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
      let bytes = (0..<300).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      let derived = bytes.withUnsafeBytes { Derivation.derive($0) }
      #expect(!derived.envelope.isEmpty && !derived.structure.isEmpty)
    }
  }
}
