import Mail
import TestKit
import Testing

/// Messages from outside (Tests/Resources/mime): parsing never fails, ranges nest and add up, decoding never traps.
@Suite struct MIMECorpusTests {
  static func messages() throws -> [String] {
    try TestResources.files(in: "mime").filter {
      !$0.contains("LICENSE") && !$0.contains("COPYING") && !$0.hasSuffix(".json") && !$0.hasSuffix(".md")
    }
  }

  /// Everything that can be asked of a message.
  static func exercise(_ bytes: [UInt8], _ decoder: CharsetDecoder, _ note: String = "") {
    let structure = MIMEScanner.scan(bytes)
    MIMEScannerTests.checkInvariants(structure, bytes, note)
    let span = bytes.span
    for part in structure.parts {
      _ = part.contentType(in: span).parameters.joined
      _ = part.fileName(in: span, decoder: decoder)
      _ = part.languages(in: span)
      _ = part.encodingWord(in: span)
      if part.kind == .single { _ = part.text(in: span, decoder: decoder, limit: 4096) }
      let header = HeaderBlock(scanning: span, from: part.headerRange.lowerBound, to: part.headerRange.upperBound)
      for field in header.fields {
        let value = field.unfolded(in: span)
        _ = EncodedWord.decode(value, decoder: decoder)
        _ = AddressList.parse(span, field: field).mailboxes.map { ($0.address, $0.displayName(decoder)) }
        _ = MailDate.parse(value)
        _ = BaseSubject(field: value.span, decoder: decoder)
      }
    }
    _ = Preview.text(of: structure, in: span, decoder: decoder)
  }

  @Test func whole() throws {
    let files = try MIMECorpusTests.messages()
    #expect(files.count > 120)
    let decoder = CharsetDecoder()
    for file in files { MIMECorpusTests.exercise(try TestResources.bytes(file), decoder, file) }
  }

  /// Every prefix of the smaller messages, as far as a debug build can in a few seconds.
  @Test func truncated() throws {
    let decoder = CharsetDecoder()
    var budget = 6_000_000
    for file in try MIMECorpusTests.messages() {
      let bytes = try TestResources.bytes(file)
      guard bytes.count < 2000, budget > 0 else { continue }
      for count in 0...bytes.count {
        let prefix = Array(bytes[..<count])
        MIMEScannerTests.checkInvariants(MIMEScanner.scan(prefix), prefix, "\(file) \(count)")
        if count % 48 == 0 { MIMECorpusTests.exercise(prefix, decoder, "\(file) \(count)") }
        budget -= count
      }
    }
  }

  /// Seeded damage: bytes changed, pieces doubled and cut.
  @Test func damaged() throws {
    var random = SplitMix(state: 20_261_121)
    let decoder = CharsetDecoder()
    let interesting: [UInt8] = [0, 10, 13, 32, 34, 40, 41, 45, 58, 59, 60, 61, 62, 63, 64, 92, 128, 255]
    for file in try MIMECorpusTests.messages() {
      let original = try TestResources.bytes(file)
      guard !original.isEmpty, original.count < 8000 else { continue }
      for round in 0..<6 {
        var bytes = original
        for _ in 0..<(1 + round) {
          let at = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 3 {
          case 0: bytes[at] = interesting[Int(random.next() % UInt64(interesting.count))]
          case 1: bytes.insert(contentsOf: bytes[at..<min(at + 40, bytes.count)], at: at)
          default: bytes.removeSubrange(at..<min(at + 7, bytes.count - 1))
          }
          if bytes.isEmpty { bytes = original }
        }
        MIMECorpusTests.exercise(bytes, decoder, "\(file) round \(round)")
      }
    }
  }

  struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }
}

/// Hostile shapes: linear time, bounded depth and number.
@Suite struct MIMEHostileTests {
  @Test func manyParts() {
    let boundary = String(repeating: "b", count: 900)
    var text = "Content-Type: multipart/mixed; boundary=\(boundary)\r\n\r\n"
    for _ in 0..<12_000 { text += "--\(boundary)\r\n\r\nx\r\n" }
    let bytes = Array(text.utf8)
    let structure = MIMEScanner.scan(bytes)
    #expect(structure.parts.count == 10_000)
    #expect(structure.isTruncated)
    #expect(structure.root.range == 0..<bytes.count)
  }

  @Test func deepNesting() {
    var text = ""
    for level in 0..<3000 { text += "Content-Type: multipart/mixed; boundary=b\(level)x\r\n\r\n--b\(level)x\r\n" }
    let bytes = Array(text.utf8)
    let structure = MIMEScanner.scan(bytes)
    #expect(structure.parts.count == 101)
    #expect(structure.isTruncated)
    MIMEScannerTests.checkInvariants(structure, bytes)
  }

  @Test func deepMessages() {
    let text = String(repeating: "Content-Type: message/rfc822\r\n\r\n", count: 5000)
    let bytes = Array(text.utf8)
    let structure = MIMEScanner.scan(bytes)
    #expect(structure.parts.count == 101)
    MIMEScannerTests.checkInvariants(structure, bytes)
  }

  /// A hundred open boundaries that differ in their last characters only, and lines that nearly match.
  @Test func nearMisses() {
    let stem = String(repeating: "-", count: 60)
    var text = ""
    for level in 0..<100 {
      text += "Content-Type: multipart/mixed; boundary=\"\(stem)\(level)x\"\r\n\r\n--\(stem)\(level)x\r\n"
    }
    text += "\r\n" + String(repeating: "--\(stem)zz\r\n", count: 5000)
    let bytes = Array(text.utf8)
    MIMEScannerTests.checkInvariants(MIMEScanner.scan(bytes), bytes)
  }

  @Test func longHeaders() {
    let decoder = CharsetDecoder()
    for piece in [
      "(", "<", "\"", "=?", "=?a?q?", ",", ":", "@", "a ", "\\", "[a]", "re:", "[fwd:", ";a*1=", "a@b,", "<!--", "&",
    ] {
      let value = Array(String(repeating: piece, count: 15_000 / piece.utf8.count).utf8)
      _ = AddressList.parse(value)
      _ = EncodedWord.decode(value, decoder: decoder)
      _ = ParameterList(value.span, 0..<value.count).joined
      _ = ContentType(value.span, 0..<value.count)
      _ = MailDate.parse(value)
      _ = BaseSubject(String(decoding: value, as: UTF8.self))
      _ = HTMLText.strip(value.span)
      _ = HeaderBlock(scanning: value)
    }
  }
}
