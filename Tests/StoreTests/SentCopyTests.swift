import Testing

@testable import Store

/// The author's copy and the recipients' copies become durable in one step, whatever lane the recipients are on.
@Suite struct SentCopyTests {
  private static func send(_ fixture: Fixture, _ text: String, to accounts: [Int64]) async throws -> DeliveryOutcome {
    let message = try await fixture.spooled(Array(text.utf8))
    return try await fixture.store.deliver(
      message, trace: Array("T: x\r\n".utf8), sender: "a@x",
      to: accounts.map { DeliveryRecipient(account: AccountID(raw: $0)) },
      sentCopy: SentCopy(account: AccountID(raw: 1), message: message, identity: message.sentIdentity()))
  }

  private static let text = "Message-ID: <a@x>\r\n\r\none\r\n"

  @Test(arguments: [[1], [2], [3], [1, 2, 3]] as [[Int64]])
  func filed(_ accounts: [Int64]) async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2, 3])
    let outcome = try await Self.send(fixture, Self.text, to: accounts)
    #expect(outcome.fates.count == accounts.count)
    if case .filed = outcome.sentFate {} else { Issue.record("\(outcome)") }
    #expect(try await fixture.texts("Sent") == [1: Self.text])
    for account in accounts { #expect(try await fixture.texts("INBOX", account) == [1: "T: x\r\n" + Self.text]) }
    // The same again: the copy is there already.
    if case .filedBefore = try await Self.send(fixture, Self.text, to: accounts).sentFate {
    } else {
      Issue.record("twice")
    }
    #expect(try await fixture.texts("Sent").count == 1)
  }

  /// Nothing expires while nobody knows the time: the client's own copy is still the same message.
  @Test func theClockIsInDoubt() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(lanes: 2), accounts: [1, 2])
    _ = try await Self.send(fixture, Self.text, to: [2])
    clock.advance(12 * 365 * 86_400)
    _ = try await Self.send(fixture, "Message-ID: <b@x>\r\n\r\ntwo\r\n", to: [2])
    let message = try await fixture.spooled(Array(Self.text.utf8))
    let sent = try await fixture.store.mailbox(named: "Sent", of: Fixture.account).id
    _ = try await fixture.store.append(
      [AppendItem(message: message, internalDate: 0, sentIdentity: message.sentIdentity())], to: sent,
      of: Fixture.account)
    #expect(try await fixture.texts("Sent").count == 2)
  }

  /// Nobody gets it: it was not sent.
  @Test func refused() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 3])
    try await fixture.store.setLimits(bytes: 0, count: nil, of: AccountID(raw: 3))
    await #expect(throws: StoreFault.overQuota) { _ = try await Self.send(fixture, Self.text, to: [3]) }
    #expect(try await fixture.texts("Sent").isEmpty)
  }

  /// The author has no room: the others have theirs, and when it comes again nobody gets a second copy.
  @Test func authorIsFull() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2])
    try await fixture.store.setLimits(bytes: 0, count: nil, of: AccountID(raw: 1))
    let outcome = try await Self.send(fixture, Self.text, to: [2])
    if case .refused(.overQuota) = outcome.sentFate {} else { Issue.record("\(outcome)") }
    fixture.store.replyWasLost(outcome)
    try await fixture.store.setLimits(bytes: nil, count: nil, of: AccountID(raw: 1))
    _ = try await Self.send(fixture, Self.text, to: [2])
    #expect(try await fixture.texts("Sent").count == 1)
    #expect(try await fixture.texts("INBOX", 2).count == 1)
  }

  /// Killed at any step: what was acknowledged is in both places; what was not is in both or in neither, and sending again
  /// brings it there once.
  @Test(arguments: CrashTests.killPoints + [.intentDurable], [[2], [3], [1, 2, 3]] as [[Int64]])
  func crash(_ point: DurableStep.Point, _ accounts: [Int64]) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3])
    trap.arm(point, .kill)
    var isAcknowledged = false
    do {
      _ = try await Self.send(fixture, Self.text, to: accounts)
      isAcknowledged = true
    } catch is StoreFault {}
    await fixture.close()
    try await fixture.reopen(Fixture.options(lanes: 2))
    let sent = try await fixture.texts("Sent").count
    for account in accounts { #expect(try await fixture.texts("INBOX", account).count == sent, "\(account)") }
    if isAcknowledged {
      #expect(sent == 1)
      return
    }
    _ = try await Self.send(fixture, Self.text, to: accounts)
    #expect(try await fixture.texts("Sent").count == 1)
    for account in accounts { #expect(try await fixture.texts("INBOX", account).count == 1, "\(account)") }
  }

  /// What counts for the same message, and what does not.
  @Test func identity() async throws {
    let fixture = try await Fixture()
    func identity(_ text: String) async throws -> [UInt8]? {
      try await fixture.spooled(Array(text.utf8)).sentIdentity()
    }
    let base = try await identity("Message-ID: <a@x>\r\nSubject: a b\r\n\r\none\r\ntwo\r\n")
    #expect(base != nil)
    for same in [
      "Received: x\r\nMessage-ID: <a@x>\r\nBcc: q@x\r\nDate: d\r\nSubject: a\r\n b\r\n\r\none\r\ntwo",
      "message-id:  <a@x>\nSubject:\ta  b\n\none\ntwo\n\n\n",
      "X-A: 1\r\nSubject: a b\r\nMessage-ID: <a@x>\r\n\r\none\r\ntwo\r\n",
    ] { #expect(try await identity(same) == base, "\(same)") }
    for other in [
      "Message-ID: <b@x>\r\nSubject: a b\r\n\r\none\r\ntwo\r\n",
      "Message-ID: <a@x>\r\nSubject: ab\r\n\r\none\r\ntwo\r\n",
      "Message-ID: <a@x>\r\nSubject: a b\r\n\r\none\r\n\r\ntwo\r\n",
      "Message-ID: <a@x>\r\nSubject: a b\r\n\r\none two\r\n",
      "Message-ID: <a@x>\r\nSubject: a b\r\nContent-Type: text/html\r\n\r\none\r\ntwo\r\n",
    ] { #expect(try await identity(other) != base, "\(other)") }
    #expect(try await identity("Subject: a b\r\n\r\none\r\ntwo\r\n") == nil)
    #expect(try await identity("Message-ID: <a@x>\r\nMessage-ID: <a@x>\r\n\r\n") == nil)
  }
}
