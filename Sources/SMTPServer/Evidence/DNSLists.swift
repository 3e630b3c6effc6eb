import DNS
import Logging
import Synchronization

/// The lists of a server, each switched off while it fails its test (RFC 5782 §5).
///
/// 1. A list that was not tested, or failed, lists nobody.
/// 2. Lists are tested again an hour later, one whose test had no answer after a minute, when somebody asks.
/// 3. Nobody is listed by a list whose last test is older than a minute: a list that is given up often begins to list everybody.
final class DNSLists: Sendable {
  private struct State {
    var isGood = false
    var nextTry = Int64.min
    /// When the last test was answered.
    var tested = Int64.min
  }

  /// Seconds for which a test vouches for a listing.
  private static let trust: Int64 = 60

  private let lists: [DNSList]
  private let dns: any DNSLookup
  private let logger: Logger
  private let states: Mutex<[State]>
  /// When the trouble of a list was last logged.
  private let complained: Mutex<[String: Int64]> = Mutex([:])

  init(_ lists: [DNSList], _ dns: any DNSLookup, logger: Logger) {
    self.lists = lists
    self.dns = dns
    self.logger = logger
    states = Mutex(lists.map { _ in State() })
  }

  var isEmpty: Bool { lists.isEmpty }

  /// The zones that count now.
  var active: [String] {
    states.withLock { states in zip(lists, states).compactMap { $1.isGood ? $0.zone : nil } }
  }

  /// Tests the lists whose time has come, side by side.
  func test(at now: Int64) async {
    let due = states.withLock { states in
      states.indices.filter { index in
        guard now >= states[index].nextTry else { return false }
        // Nobody else tests it meanwhile.
        states[index].nextTry = now + 60
        return true
      }
    }
    if due.isEmpty { return }
    await withTaskGroup(of: Void.self) { group in
      for index in due { group.addTask { await self.test(index, at: now) } }
    }
  }

  /// RFC 5782 §5: 127.0.0.2 must be listed and 127.0.0.1 must not; for lists of IPv6 only the mapped forms of both.
  private func test(_ index: Int, at now: Int64) async {
    let list = lists[index]
    let positive = await dns.query("2.0.0.127.\(list.zone)", .a)
    let negative = await dns.query("1.0.0.127.\(list.zone)", .a)
    if positive.isTemporary || negative.isTemporary {
      logger.warning("dns list not tested", metadata: ["zone": "\(list.zone)", "reason": "the dns does not answer"])
      return states.withLock { $0[index].nextTry = now + 60 }
    }
    var isGood = Self.isAnswer(positive) && list.read(negative) == .notListed && negative.records.isEmpty
    if !isGood, !Self.isAnswer(positive), negative.records.isEmpty {
      // A list of IPv6 addresses only: ::FFFF:7F00:2 and ::FFFF:7F00:1.
      let nibbles = "0.0.0.0.0.f.7.f.f.f.f" + String(repeating: ".0", count: 20)
      let yes = await dns.query("2.0.\(nibbles).\(list.zone)", .a)
      let no = await dns.query("1.0.\(nibbles).\(list.zone)", .a)
      isGood = Self.isAnswer(yes) && no.records.isEmpty && !no.isTemporary
    }
    let wasGood = states.withLock { states in
      let wasGood = states[index].isGood
      states[index] = State(isGood: isGood, nextTry: now + 3_600, tested: now)
      return wasGood
    }
    if isGood {
      if !wasGood { logger.info("dns list in use", metadata: ["zone": "\(list.zone)"]) }
    } else {
      logger.critical(
        "dns list switched off",
        metadata: ["zone": "\(list.zone)", "reason": "it fails the test of rfc 5782 section 5", "alert": "dns-list"])
    }
  }

  /// The test entry may have an answer of its own (127.0.0.2 as a rule), but it lies in 127.0.0.0/16.
  private static func isAnswer(_ answer: DNSAnswer) -> Bool {
    answer.records.contains { record in
      if case .a(let address) = record { return address.rawValue >> 16 == 0x7F00 }
      return false
    }
  }

  /// The zones that list the address, and what could not be found out.
  func look(up address: IPAddress, at now: Int64) async -> (listings: [String], troubles: [String]) {
    await test(at: now)
    let active = Set(active)
    let asked = lists.indices.filter { active.contains(lists[$0].zone) }
    let readings = await withTaskGroup(of: (Int, DNSList.Reading).self) { group in
      for number in asked {
        let list = lists[number]
        group.addTask {
          (number, await self.vouched(list.read(await self.dns.query(list.name(of: address), .a)), number, at: now))
        }
      }
      return await group.reduce(into: [(Int, DNSList.Reading)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
    var listings: [String] = []
    var troubles: [String] = []
    for (number, reading) in readings {
      switch reading {
      case .listed: listings.append(lists[number].zone)
      case .notListed: break
      case .trouble(let reason):
        troubles.append(lists[number].zone)
        complain(lists[number].zone, reason, at: now)
      }
    }
    return (listings, troubles)
  }

  /// A listing counts only where the list passes its test now.
  private func vouched(_ reading: DNSList.Reading, _ index: Int, at now: Int64) async -> DNSList.Reading {
    guard case .listed = reading else { return reading }
    if states.withLock({ now - max($0[index].tested, 0) < Self.trust }) { return reading }
    await test(index, at: now)
    return states.withLock { $0[index].isGood && now - max($0[index].tested, 0) < Self.trust }
      ? reading : .trouble("it lists somebody, and its test has no good answer")
  }

  /// At most once in ten minutes for each list.
  private func complain(_ zone: String, _ reason: String, at now: Int64) {
    let isDue = complained.withLock { times in
      if let last = times[zone], now - last < 600 { return false }
      times[zone] = now
      return true
    }
    if isDue {
      logger.warning("dns list in trouble", metadata: ["zone": "\(zone)", "reason": "\(reason.prefix(200))"])
    }
  }
}
