import DNS
import Logging
import Synchronization
import Testing

@testable import SMTPServer

@Suite struct GreylistTests {
  @Test func letsInWhoComesAgain() {
    let list = Greylist(delay: 300)
    func wait(_ now: Int64, _ network: String = "192.0.2.0/24", _ sender: String = "a@x.example") -> Int64? {
      list.wait(network: network, sender: sender, recipient: "u@example.test", at: now)
    }
    #expect(wait(1_000) == 300)
    #expect(wait(1_100) == 200)
    #expect(wait(1_100, "198.51.100.0/24") == 300)
    #expect(!list.knows(network: "192.0.2.0/24", sender: "a@x.example", at: 1_299))
    #expect(wait(1_300) == nil)
    // Known by the sender's domain now, for 36 days after the last message.
    #expect(list.knows(network: "192.0.2.0/24", sender: "other@X.example", at: 1_300))
    #expect(wait(1_300, "192.0.2.0/24", "other@x.example") == nil)
    #expect(wait(1_300 + 35 * 86_400) == nil)
    #expect(wait(1_300 + 35 * 86_400 + 37 * 86_400) == 300)
    // A second try after more than a day is a first one.
    #expect(wait(5_000, "203.0.113.0/24") == 300)
    #expect(wait(5_000 + 86_400, "203.0.113.0/24") == 300)
  }

  @Test func isBounded() {
    let list = Greylist(delay: 300, capacity: 100)
    for number in 0..<10_000 {
      _ = list.wait(network: "n\(number)", sender: "a@x", recipient: "u", at: Int64(number))
      list.accepted(network: "m\(number)", sender: "a@x", at: Int64(number))
    }
    #expect(list.wait(network: "n9999", sender: "a@x", recipient: "u", at: 9_999) == 300)
    #expect(list.knows(network: "m9999", sender: "a@x", at: 9_999))
    #expect(!list.knows(network: "m1", sender: "a@x", at: 9_999))
  }
}

/// A list that is given up begins to list everybody, the test's own entry included (RFC 5782 §5).
@Suite struct DNSListsTests {
  final class Zone: DNSLookup, Sendable {
    let listsAll = Mutex(false)

    func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
      let isListed = listsAll.withLock { $0 } || name.hasPrefix("2.0.0.127.") || name.hasPrefix("66.")
      return isListed ? .records([.a(IPv4Address(127, 0, 0, 2))], isSecure: false) : .noName
    }
  }

  @Test func given() async throws {
    let zone = Zone()
    let lists = DNSLists([try #require(DNSList("bl.example"))], zone, logger: Logger(label: "test"))
    let listed = try #require(IPAddress("192.0.2.66"))
    let other = try #require(IPAddress("192.0.2.1"))
    await lists.test(at: 1_000)
    #expect(await lists.look(up: listed, at: 1_000).listings == ["bl.example"])
    #expect(await lists.look(up: other, at: 1_000).listings.isEmpty)
    zone.listsAll.withLock { $0 = true }
    // Nobody is refused by it from a minute after its last good test on, and an hour later it may be good again.
    let answer = await lists.look(up: other, at: 1_061)
    #expect(answer.listings.isEmpty)
    #expect(answer.troubles == ["bl.example"])
    #expect(lists.active.isEmpty)
    zone.listsAll.withLock { $0 = false }
    #expect(await lists.look(up: listed, at: 1_100).listings.isEmpty)
    #expect(await lists.look(up: listed, at: 4_700).listings == ["bl.example"])
  }
}

@Suite struct DNSListTests {
  @Test(arguments: [
    "", "x", "=127.0.0.2", "bl.example=", "bl.example=127.0.0.1", "bl.example=1.2.3.4",
    "bl.example=127.0.0.9-127.0.0.2", "a b.example=127.255.255.254", "bl.example=127.255.255.254",
  ])
  func refuses(_ text: String) { #expect(DNSList(text) == nil) }

  @Test(arguments: [
    ("bl.example", "127.0.0.2", DNSList.Reading.listed), ("bl.example", "127.0.0.1", .notListed),
    ("bl.example", "127.0.1.2", .notListed),
    ("bl.example", "127.255.255.254", .trouble("bl.example answers 127.255.255.254")),
    ("bl.example", "93.184.216.34", .trouble("bl.example answers 93.184.216.34")),
    ("bl.example=127.0.0.3,127.0.0.5-127.0.0.7", "127.0.0.2", .notListed),
    ("bl.example=127.0.0.3,127.0.0.5-127.0.0.7", "127.0.0.6", .listed),
    ("zen.spamhaus.org", "127.0.0.10", .listed), ("zen.spamhaus.org", "127.0.0.12", .notListed),
    ("list.dnswl.org", "127.0.5.1", .listed), ("list.dnswl.org", "127.0.0.255", .notListed),
  ])
  func reads(_ zone: String, _ answer: String, _ expected: DNSList.Reading) throws {
    let list = try #require(DNSList(zone))
    let address = try #require(IPv4Address(answer))
    #expect(list.read(.records([.a(address)], isSecure: false)) == expected)
  }

  @Test func names() throws {
    let list = try #require(DNSList("BL.example."))
    #expect(list.zone == "bl.example")
    #expect(list.name(of: try #require(IPAddress("192.0.2.99"))) == "99.2.0.192.bl.example")
    #expect(list.name(of: try #require(IPAddress("2001:db8::1"))).hasPrefix("1.0.0.0."))
    #expect(list.read(.noName) == .notListed)
    #expect(list.read(.temporaryFailure("timeout")) == .trouble("timeout"))
  }
}
