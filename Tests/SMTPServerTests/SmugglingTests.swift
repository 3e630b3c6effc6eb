import SMTP
import SMTPServer
import ServiceKit
import Testing

/// What was published as SMTP smuggling (SEC Consult, December 2023, and later finds): an end of data that one server takes for one
/// and another does not. Only CR LF . CR LF may end a message; whatever else it holds, it stays one message.
@Suite("SMTP smuggling over TCP")
struct SmugglingTests {
  static let variants = [
    "\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n", "\n.\r", "\r.\n",
    "\r\r\n.\r\r\n",
    "\r\n.\r\r\n", "\r\n .\r\n", "\r\n. \r\n", "\r\n.\t\r\n", "\n\n.\r\n", "\r\n\r.\r\n", "\r\n.\n\r\n", "\r\n..\r\n",
    "\n.\n\n",
    "\u{85}.\u{85}", "\u{2028}.\u{2028}", "\r\n.\r\0\n",
  ]

  @Test(arguments: variants)
  func oneMessage(_ variant: String) async throws {
    let office = try await TestOffice.start()
    let port = office.smtpPort
    let hasNUL = variant.utf8.contains(0)
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      for line in ["EHLO a.example", "MAIL FROM:<good@a.example>", "RCPT TO:<user@example.test>"] {
        #expect(try client.ask(line).hasPrefix("250"))
      }
      #expect(try client.ask("DATA").hasPrefix("354"))
      try client.send(
        "Subject: first\r\n\r\nbody" + variant
          + "MAIL FROM:<evil@a.example>\r\nRCPT TO:<other@example.test>\r\nDATA\r\n"
          + "Subject: smuggled\r\n\r\nevil\r\n.\r\n")
      #expect(try client.answer().hasPrefix(hasNUL ? "554 5.6.0" : "250 2.0.0"))
      #expect(try client.ask("QUIT").hasPrefix("221"))
      #expect(try client.rest().isEmpty)
    }
    let mine = try await office.inbox(office.account)
    #expect(mine.count == (hasNUL ? 0 : 1))
    #expect(try await office.inbox(office.other).isEmpty)
    for message in mine {
      let bytes = Array(message.utf8)
      #expect(Self.bareLineEnds(bytes) == 0)
      // Nothing is left in it that could end a message when it is sent on with its dots stuffed once more.
      #expect(message.contains("MAIL FROM:<evil@a.example>\r\n"))
    }
    await office.stop()
  }

  static func bareLineEnds(_ bytes: [UInt8]) -> Int {
    var count = 0
    for (index, byte) in bytes.enumerated() {
      if byte == 13, index + 1 == bytes.count || bytes[index + 1] != 10 { count += 1 }
      if byte == 10, index == 0 || bytes[index - 1] != 13 { count += 1 }
    }
    return count
  }

  /// Commands in the packet of STARTTLS (CVE-2011-0411), DATA or AUTH, whose answers must be awaited first.
  @Test(arguments: [
    ("smtp", "STARTTLS\r\nMAIL FROM:<a@b.example>\r\n", "503"),
    ("smtp", "MAIL FROM:<a@b.example>\r\nRCPT TO:<user@example.test>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n", "503"),
    ("submission", "AUTH PLAIN\r\nAHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=\r\n", "503"),
  ])
  func nothingBehind(_ row: (String, String, String)) async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.offersStartTLS = true })
    let port = row.0 == "smtp" ? office.smtpPort : office.submissionPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      _ = try client.ask("EHLO a.example")
      try client.send(row.1)
      #expect(try client.rest().last?.hasPrefix(row.2) == true)
    }
    #expect(try await office.inbox(office.account).isEmpty)
    await office.stop()
  }
}
