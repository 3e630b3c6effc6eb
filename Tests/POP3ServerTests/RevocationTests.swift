import Directory
import ServiceKit
import Store
import Testing

/// What was taken away ends who is here already: QUIT removes nothing and nothing counts as taken.
@Suite("POP3: revoked sessions", .timeLimit(.minutes(2)))
struct RevocationTests {
  /// The thief has read and marked everything; whether he waits, quits, or has QUIT on its way: the mail is there.
  @Test(arguments: ["device", "password", "account"])
  func nothingIsRemoved(_ what: String) async throws {
    let place = try await POPOffice.start()
    let directory = place.office.directory
    let laptop = try await place.device("laptop")
    let phone = try await place.device("phone")
    try await place.deliver(["one", "two"])
    let password = what == "password" ? TestOffice.password : laptop
    let (port, address) = (place.port, place.address)
    let thief = try await Held.client { try Self.marksAll(PopClient(port, password)) }
    let waiting = try await Held.client { try Self.marksAll(PopClient(port, password)) }
    let other = try await Held.client { try PopClient(port, phone) }
    let ended: Int =
      switch what {
      case "device": try await directory.removeDevice("laptop", from: address)
      case "password": try await directory.setPassword(address, Array("another horse".utf8))
      default: try await directory.removeAccount(address).sessionsEnded
      }
    #expect(ended == (what == "account" ? 3 : 2))
    try await onThread {
      // It may be gone before the command reaches it.
      try? thief.client.line.send("QUIT\r\n")
      thief.client.line.endSending()
      let rest = try thief.client.line.rest()
      #expect(rest.isEmpty || rest == [Self.goodbye])
      #expect(try waiting.client.line.rest().isEmpty)
      if what != "account" { #expect(try other.client.count() == 2) }
    }
    #expect(try await place.subjects() == ["one", "two"])
    let states = try await place.office.store.popDevices(of: place.office.account)
    #expect(states.allSatisfy { $0.taken == 0 })
    let phrase = ["device": "device removed", "password": "password changed"][what] ?? "account closed"
    #expect(place.office.log.lines("\(phrase)", "sessions=\(ended)").count == 1)
    await place.office.stop()
  }

  /// A QUIT that comes while other commands are done, in front of the news, and a device that expires unnoticed.
  @Test func theCommandIsAnswered() async throws {
    let place = try await POPOffice.start()
    let week = try await place.office.directory.addDevice(
      "week", to: place.address, scope: .all, expiresAt: place.clock.now() + 7 * 86_400
    ).password
    try await place.deliver(["one", "two"])
    let port = place.port
    let thief = try await Held.client { try Self.marksAll(PopClient(port, week)) }
    let arabic = try await Held.client {
      let client = try Self.marksAll(PopClient(port, week))
      _ = try client.line.ask("LANG ar")
      return client
    }
    let idle = try await Held.client { try PopClient(port, week) }
    place.clock.advance(days: 7)
    try await onThread {
      let answer = try thief.client.quit()
      #expect(answer == Self.goodbye)
      #expect(try thief.client.line.rest().isEmpty)
      #expect(try arabic.client.quit() == "-ERR غُيِّرت كلمة المرور أو أُلغيت؛ لم يُحذف شيء، وسيُغلق الاتصال")
    }
    place.office.directory.endExpired()
    let rest = try await onThread { try idle.client.line.rest() }
    #expect(rest.isEmpty)
    #expect(try await place.subjects() == ["one", "two"])
    await place.office.stop()
  }

  /// A long RETR breaks off, also when nobody reads it.
  @Test func amidMessage() async throws {
    let place = try await POPOffice.start()
    let laptop = try await place.device("laptop")
    let line = String(repeating: "x", count: 998) + "\r\n"
    try await MaildropTests.put(["Subject: long\r\n\r\n" + String(repeating: line, count: 20_000)], place.office)
    let port = place.port
    let thief = try await Held.client {
      let client = try PopClient(port, laptop)
      _ = try client.line.ask("RETR 1")
      return client
    }
    #expect(try await place.office.directory.removeDevice("laptop", from: place.address) == 1)
    try await onThread {
      let rest = try thief.client.line.rest()
      #expect(rest.count < 15_000 && !rest.contains { $0.hasPrefix("-ERR") } && rest.last != ".")
    }
    await place.office.untilNobodyIsHere()
    await place.office.stop()
  }

  private static let goodbye = "-ERR Your password was changed or removed; nothing was deleted, closing connection"

  private static func marksAll(_ client: PopClient) throws -> PopClient {
    for number in 1...2 {
      #expect(try client.retrieve(number) != nil)
      try client.delete(number)
    }
    return client
  }
}

/// A client that a test hands from one thread to the next.
/// SAFETY: never used by two at once.
private final class Held: @unchecked Sendable {
  let client: PopClient
  init(_ client: PopClient) { self.client = client }

  static func client(_ make: @escaping @Sendable () throws -> PopClient) async throws -> Held {
    try await onThread { Held(try make()) }
  }
}
