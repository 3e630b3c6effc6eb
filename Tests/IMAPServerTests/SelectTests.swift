import ServiceKit
import Testing

/// RFC 9051 §6.3.2: what SELECT tells up to its tagged OK is one state of the mailbox, however busy that is.
@Suite("IMAP: SELECT of a busy mailbox")
struct SelectTests {
  @Test func tellsOneState() async throws {
    let office = try await TestOffice.start()
    let port = office.imapPort
    async let news: Void = onThread { try Self.makeNews(port: port) }
    try await onThread { try Self.select(port: port) }
    try await news
    await office.stop()
  }

  private static func logIn(port: Int) throws -> LineClient {
    let client = try LineClient(port: port)
    _ = try client.line()
    try client.send("l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"\r\n")
    while let line = try client.line(), !line.hasPrefix("l OK") {}
    return client
  }

  /// New messages, flags and removals, one after the other.
  private static func makeNews(port: Int) throws {
    let client = try logIn(port: port)
    try client.send("s SELECT INBOX\r\n")
    while let line = try client.line(), !line.hasPrefix("s OK") {}
    for _ in 0..<60 {
      try client.send(
        "a APPEND INBOX {14+}\r\nSubject: x\r\n\r\n\r\nb STORE 1 FLAGS (\\Seen)\r\nc STORE 1 FLAGS (\\Deleted)\r\n"
          + "d APPEND INBOX {14+}\r\nSubject: y\r\n\r\n\r\ne EXPUNGE\r\n")
      while let line = try client.line(), !line.hasPrefix("e OK") {}
    }
  }

  private static func select(port: Int) throws {
    let client = try logIn(port: port)
    for _ in 0..<20 {
      // Many in one go, so that they are done while the mailbox changes.
      try client.send((0..<20).map { "t\($0) SELECT INBOX\r\n" }.joined() + "end NOOP\r\n")
      var told = 0
      var isSelecting = true
      while let line = try client.line(), !line.hasPrefix("end ") {
        // What NOOP tells is its own.
        guard isSelecting else { continue }
        if line.hasSuffix(" EXISTS") { told += 1 }
        #expect(!line.hasSuffix(" EXPUNGE") && !line.contains(" FETCH "), "\(line)")
        guard line.hasPrefix("t") else { continue }
        #expect(line.contains("OK [READ-WRITE]") && told == 1, "\(told) EXISTS before \(line)")
        told = 0
        isSelecting = !line.hasPrefix("t19 ")
      }
    }
  }
}
