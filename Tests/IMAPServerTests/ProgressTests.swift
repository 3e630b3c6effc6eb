import Glibc
import ServiceKit
import Store
import Synchronization
import Testing

/// Commands that take long tell that they go on (RFC 9585).
@Suite("IMAP: INPROGRESS")
struct ProgressTests {
  @Test func longCommandsTell() async throws {
    let gate = Gate()
    let office = try await TestOffice.start(
      storeOptions: { options in
        options.fault = { step in
          if step.point == .commit { gate.pass() }
          return nil
        }
      }, imapSettings: { $0.progressInterval = .milliseconds(5) })
    let port = office.imapPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.line()
      try ask(client, "l LOGIN user@\(TestOffice.domain) \"\(TestOffice.password)\"", "l OK")
      let message = " {12+}\r\nSubject: x\r\n"
      try Self.hold(client, gate, "a", "APPEND INBOX" + String(repeating: message, count: 1_001))
      try ask(client, "s SELECT INBOX", "s OK")
      try Self.hold(client, gate, "b", "STORE 1:* +FLAGS.SILENT (\\Seen)")
      try Self.hold(client, gate, "c", "COPY 1:* Archive")
      // Two that are done together: the first of them is named.
      gate.close()
      try client.send("d UID STORE 1 -FLAGS.SILENT (\\Seen)\r\ne UID STORE 2 -FLAGS.SILENT (\\Seen)\r\n")
      try Self.expectProgress(client, gate, "d")
      while let line = try client.line(), !line.hasPrefix("e OK") {}
      // Nothing of it remains: a command that is done at once says nothing.
      #expect(try ask(client, "f NOOP", "f OK").isEmpty)
      // A search is not held up here; what it may say is this alone.
      let lines = try ask(client, "g SEARCH BODY nowhere", "g OK")
      #expect(lines.last == "* SEARCH")
      #expect(lines.dropLast().allSatisfy { $0.hasPrefix("* OK [INPROGRESS (\"g\" NIL NIL)] ") })
    }
    await office.stop()
  }

  /// Holds the command up at its commit until it has told three times that it goes on.
  private static func hold(_ client: LineClient, _ gate: Gate, _ tag: String, _ command: String) throws {
    gate.close()
    try client.send("\(tag) \(command)\r\n")
    try expectProgress(client, gate, tag)
    while let line = try client.line(), !line.hasPrefix("\(tag) OK") {
      #expect(line.hasPrefix("* "), "\(line)")
    }
  }

  private static func expectProgress(_ client: LineClient, _ gate: Gate, _ tag: String) throws {
    for _ in 0..<3 {
      let line = try client.line() ?? ""
      #expect(line.hasPrefix("* OK [INPROGRESS (\"\(tag)\" NIL NIL)] "), "\(line)")
    }
    gate.open()
  }

  /// Holds up the first one who passes after it was closed.
  private final class Gate: Sendable {
    private let isClosed = Mutex(false)
    private let ends: (read: Int32, write: Int32)

    init() {
      var made: [Int32] = [0, 0]
      pipe(&made)
      ends = (made[0], made[1])
    }

    deinit {
      Glibc.close(ends.read)
      Glibc.close(ends.write)
    }

    func close() { isClosed.withLock { $0 = true } }

    func open() {
      var byte: UInt8 = 0
      write(ends.write, &byte, 1)
    }

    func pass() {
      let waits = isClosed.withLock { isClosed in
        defer { isClosed = false }
        return isClosed
      }
      var byte: UInt8 = 0
      if waits { read(ends.read, &byte, 1) }
    }
  }
}
