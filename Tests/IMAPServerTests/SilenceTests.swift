import IMAPServer
import ServiceKit
import Testing

/// Clients that say nothing (RFC 9051 §5.4, RFC 2177 §3).
@Suite("IMAP: silence")
struct SilenceTests {
  /// Who waits in IDLE hears that the connection lives, and is not logged out; whoever says nothing outside of it is.
  @Test func heartbeatAndAutologout() async throws {
    let office = try await TestOffice.start(imapSettings: { settings in
      settings.idleHeartbeat = 1
      settings.patience = 3
    })
    let port = office.imapPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.line()
      try ask(client, "l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"", "l OK")
      try ask(client, "s SELECT INBOX", "s OK")
      try client.send("i IDLE\r\n")
      let plus = try client.line() ?? ""
      #expect(plus.hasPrefix("+ "), "\(plus)")
      // Longer than the patience outside of IDLE.
      for _ in 0..<5 { #expect(try client.line() == "* OK Still here") }
      try client.send("DONE\r\n")
      let done = try client.line() ?? ""
      #expect(done.hasPrefix("i OK"), "\(done)")
      let bye = try client.line() ?? ""
      #expect(bye.hasPrefix("* BYE Logged out"), "\(bye)")
      #expect(try client.line() == nil)
    }
    await office.stop()
  }

  /// RFC 9051 §5.4: at least 30 minutes. NAT tables forget a connection after some ten.
  @Test func asTheyAreSet() {
    let settings = IMAPServiceSettings(hostName: "mx.example.test")
    #expect(settings.patience >= 30 * 60)
    #expect((4 * 60...9 * 60).contains(settings.idleHeartbeat))
  }
}
