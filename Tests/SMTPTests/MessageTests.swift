import Mail
import SMTP
import Testing

@Suite struct ChunkReaderTests {
  private func read(_ chunks: [String], isBinary: Bool, pieces: Int) -> ([UInt8], MessageFindings) {
    var reader = ChunkReader(isBinary: isBinary)
    var text: [UInt8] = []
    for chunk in chunks {
      let bytes = Array(chunk.utf8)
      reader.begin(bytes.count)
      var at = 0
      while !reader.isChunkEnded {
        // What follows a chunk is offered too, and not taken.
        let end = min(bytes.count, at + min(pieces, bytes.count))
        at += reader.read(Array(bytes[at..<end]) + (end == bytes.count ? Array("BDAT".utf8) : [])) { text += $0 }
      }
    }
    reader.finish { text += $0 }
    return (text, reader.findings)
  }

  @Test(arguments: [1, 2, 3, 100]) func textAcrossChunks(_ pieces: Int) {
    let (text, findings) = read(["a\r", "\n.\r\nb\n", "c\r", "d\r\n.\r"], isBinary: false, pieces: pieces)
    #expect(text == Array("a\r\n.\r\nb\r\nc\r\nd\r\n.\r\n".utf8))
    #expect(findings.hasBareCR && findings.hasBareLF)
  }

  @Test(arguments: [1, 2, 3, 100]) func binaryIsUntouched(_ pieces: Int) {
    let (text, findings) = read(["a\r", "\r\n.\r\n\0\n", "\r"], isBinary: true, pieces: pieces)
    #expect(text == Array("a\r\r\n.\r\n\0\n\r".utf8))
    #expect(findings.octets == text.count)
  }
}

@Suite struct DotWriterTests {
  static let messages = [
    "", "a", "a\r\n", ".", ".\r\n", "..a\r\n.", "a\nb", "a\rb", "a\r", "\r\n", "\r\r\n", "a\n.\nb", "a\r\n.\r\nb\r\n",
    "\n.\r\n", "\r.\r\n",
  ]

  /// What is written is read back, with line ends made CRLF; nothing that is written ends early.
  @Test(arguments: messages) func roundTrip(_ message: String) {
    var wanted: [UInt8] = []
    let bytes = Array(message.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 13 || bytes[index] == 10 {
        wanted += [13, 10]
        if bytes[index] == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { index += 1 }
      } else {
        wanted.append(bytes[index])
      }
      index += 1
    }
    if !wanted.isEmpty, wanted.last != 10 { wanted += [13, 10] }
    for size in 1...5 {
      var writer = DotWriter()
      var wire: [UInt8] = []
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + size)
        writer.write(Array(bytes[at..<end])) { wire += $0 }
        at = end
      }
      writer.finish { wire += $0 }
      var reader = DotReader()
      var text: [UInt8] = []
      let taken = reader.read(wire) { text += $0 }
      #expect(text == wanted && taken == wire.count && reader.isEnded)
      #expect(!reader.findings.hasBareCR && !reader.findings.hasBareLF)
    }
  }
}

@Suite struct TraceTests {
  @Test func words() {
    func word(_ lmtp: Bool, _ extended: Bool, _ utf8: Bool, _ tls: Bool, _ auth: Bool) -> String {
      TransmissionType(isLMTP: lmtp, isExtended: extended, smtputf8: utf8, isTLS: tls, isAuthenticated: auth)
        .description
    }
    #expect(word(false, false, false, true, false) == "SMTP")
    #expect(word(false, true, false, false, false) == "ESMTP")
    #expect(word(false, true, false, true, true) == "ESMTPSA")
    #expect(word(false, true, true, true, true) == "UTF8SMTPSA")
    #expect(word(true, true, false, true, false) == "LMTPS")
    #expect(word(true, true, true, false, true) == "UTF8LMTPA")
  }

  @Test func received() {
    let type = TransmissionType(isLMTP: false, isExtended: true, smtputf8: false, isTLS: true, isAuthenticated: false)
    var field = ReceivedField(
      from: ClientName("evil;(x)\r\nX: y"), address: "2001:db8::1", by: "mx.foo.com", type: type, id: "abc",
      date: "Sat, 21 Nov 2026 04:00:00 +0000")
    field.reverseName = "bar.com"
    field.tls = "TLSv1.3 TLS_AES_128_GCM_SHA256"
    field.recipient = .postmaster
    #expect(
      String(decoding: field.bytes, as: UTF8.self) == """
        Received: from evil??x???X: y (bar.com [IPv6:2001:db8::1])\r
        \t(TLSv1.3 TLS_AES_128_GCM_SHA256)\r
        \tby mx.foo.com with ESMTPS id abc\r
        \tfor <postmaster>;\r
        \tSat, 21 Nov 2026 04:00:00 +0000\r\n
        """)
    field.from = nil
    #expect(String(decoding: field.bytes, as: UTF8.self).hasPrefix("Received: (TLS"))
    #expect(ReversePath.null.returnPathField == Array("Return-Path: <>\r\n".utf8))
  }

  @Test(arguments: 1...20) func counter(_ size: Int) {
    let header =
      "Received: a\r\n b\r\nRECEIVED: c\r\nReceived\r\nX-Received: d\r\nDelivered-To: e\r\nR:\r\nReceived:\r\n\r\n"
    let bytes = Array((header + "Received: not\r\n").utf8)
    var counter = TraceCounter()
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + size)
      Array(bytes[at..<end]).withUnsafeBytes { counter.read($0) }
      at = end
    }
    #expect(counter.received == 3 && counter.deliveredTo == 1 && counter.isHeaderEnded)
    #expect(counter.headerOctets == header.utf8.count)
  }
}
