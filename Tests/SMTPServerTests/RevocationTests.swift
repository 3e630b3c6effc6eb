import Directory
import Mail
import ServiceKit
import Store
import Testing

/// What was taken away ends who is here already: no message of theirs is accepted any more.
@Suite("Submission: revoked sessions", .timeLimit(.minutes(2)))
struct RevocationTests {
  private static let address = "user@example.test"
  private static let goodbye =
    "421 4.7.0 mail.example.test Your password was changed or removed, closing transmission channel"

  /// Where a client is, and what it sends when its right has ended.
  struct Moment: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: [String]
    var after: String
  }

  private static let start = ["MAIL FROM:<user@example.test>", "RCPT TO:<other@example.test>"]
  private static let letter = "From: user@example.test\r\nSubject: late\r\n\r\ntext\r\n"
  static let moments = [
    Moment(testDescription: "between commands", before: [], after: ""),
    Moment(testDescription: "in a transaction", before: start, after: ""),
    Moment(testDescription: "amid DATA", before: start + ["DATA"], after: letter + ".\r\n"),
    Moment(testDescription: "amid a chunk", before: start, after: letter),
    Moment(testDescription: "between chunks", before: start + ["BDAT 8\r\nFrom: "], after: ""),
  ]

  @Test(arguments: moments) func removedDevice(_ moment: Moment) async throws {
    let office = try await TestOffice.start()
    let laptop = try await office.directory.addDevice("laptop", to: Self.address).password
    let port = office.submissionPort
    let held = try await Self.held {
      let client = try Self.logIn(port, laptop)
      for command in moment.before {
        #expect(try client.ask(command).first.map { "23".contains($0) } == true, "\(command)")
      }
      if moment.testDescription == "amid a chunk" {
        try client.send("BDAT \(moment.after.utf8.count) LAST\r\nFrom")
        // It was read when the next connection is served.
        _ = try Self.logIn(port, laptop).ask("QUIT")
      }
      return client
    }
    let ended = try await office.directory.removeDevice("laptop", from: Self.address)
    #expect(ended >= 1)
    try await onThread {
      let rest = moment.testDescription == "amid a chunk" ? String(moment.after.dropFirst(4)) : moment.after
      try held.client.send(rest)
      #expect(try held.client.rest() == [Self.goodbye])
      let again = try DeliveryTests.connect(port)
      #expect(try again.ask("AUTH PLAIN \(Self.plain(laptop))").hasPrefix("535"))
    }
    #expect(try await office.inbox(office.other).isEmpty)
    #expect(office.log.lines("device removed", "sessions=\(ended)").count == 1)
    await office.stop()
  }

  /// The old password's sessions go, a device's go on; strangers and other accounts are not concerned.
  @Test func changedPassword() async throws {
    let office = try await TestOffice.start()
    let phone = try await office.directory.addDevice("phone", to: Self.address).password
    let (port, mx) = (office.submissionPort, office.smtpPort)
    let own = try await Self.held { try Self.logIn(port, TestOffice.password) }
    let device = try await Self.held { try Self.logIn(port, phone) }
    let other = try await Self.held { try Self.logIn(port, TestOffice.password, user: "other") }
    let stranger = try await Self.held { try DeliveryTests.connect(mx) }
    #expect(try await office.directory.setPassword(Self.address, Array("another horse".utf8)) == 1)
    try await onThread {
      let rest = try own.client.rest()
      #expect(rest == [Self.goodbye])
      #expect(try SubmissionTests.send(device.client).hasPrefix("250"))
      #expect(try other.client.ask("NOOP").hasPrefix("250"))
      #expect(try stranger.client.ask("NOOP").hasPrefix("250"))
      // The next log-in by the old one: neither checked anew nor out of the cache.
      #expect(
        try DeliveryTests.connect(port).ask("AUTH PLAIN \(Self.plain(TestOffice.password))").hasPrefix("535"))
    }
    #expect(try await office.directory.removeAccount(Self.address).sessionsEnded == 1)
    let rest = try await onThread { try device.client.rest() }
    #expect(rest == [Self.goodbye])
    await office.stop()
  }

  private static func logIn(_ port: Int, _ password: String, user: String = "user") throws -> LineClient {
    let client = try DeliveryTests.connect(port)
    #expect(try client.ask("AUTH PLAIN \(plain(password, user: user))").hasPrefix("235"))
    return client
  }

  private static func held(_ make: @escaping @Sendable () throws -> LineClient) async throws -> Held {
    try await onThread { Held(try make()) }
  }

  private static func plain(_ password: String, user: String = "user") -> String {
    String(decoding: Base64.encode(Array("\0\(user)@example.test\0\(password)".utf8)), as: UTF8.self)
  }
}
