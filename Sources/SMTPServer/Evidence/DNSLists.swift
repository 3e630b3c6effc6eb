import DNS
import Logging
import Synchronization

/// The lists of a server, each switched off while it fails its test (RFC 5782 §5).
///
/// 1. A list that was not tested, or failed, lists nobody.
/// 2. A failed list is tested again an hour later, one whose test had no answer after a minute, when somebody asks.
final class DNSLists: Sendable {
  private enum State {
    case untested(nextTry: Int64)
    case good
    case off(nextTry: Int64)
  }

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
    states = Mutex(lists.map { _ in .untested(nextTry: .min) })
  }

  var isEmpty: Bool { lists.isEmpty }

  /// The zones that count now.
  var active: [String] {
    states.withLock { states in
      zip(lists, states).compactMap { list, state in
        if case .good = state { return list.zone }
        return nil
      }
    }
  }

  /// Tests the lists whose time has come, side by side.
  func test(at now: Int64) async {
    let due = states.withLock { states in
      states.indices.filter { index in
        switch states[index] {
        case .good: return false
        case .untested(let nextTry), .off(let nextTry):
          guard now >= nextTry else { return false }
          // Nobody else tests it meanwhile.
          states[index] = .untested(nextTry: now + 60)
          return true
        }
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
      return states.withLock { $0[index] = .untested(nextTry: now + 60) }
    }
    var isGood = Self.isAnswer(positive) && list.read(negative) == .notListed && negative.records.isEmpty
    if !isGood, !Self.isAnswer(positive), negative.records.isEmpty {
      // A list of IPv6 addresses only: ::FFFF:7F00:2 and ::FFFF:7F00:1.
      let nibbles = "0.0.0.0.0.f.7.f.f.f.f" + String(repeating: ".0", count: 20)
      let yes = await dns.query("2.0.\(nibbles).\(list.zone)", .a)
      let no = await dns.query("1.0.\(nibbles).\(list.zone)", .a)
      isGood = Self.isAnswer(yes) && no.records.isEmpty && !no.isTemporary
    }
    states.withLock { $0[index] = isGood ? .good : .off(nextTry: now + 3_600) }
    if isGood {
      logger.info("dns list in use", metadata: ["zone": "\(list.zone)"])
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
    let asked = lists.filter { active.contains($0.zone) }
    let readings = await withTaskGroup(of: (Int, DNSList.Reading).self) { group in
      for (number, list) in asked.enumerated() {
        group.addTask { (number, list.read(await self.dns.query(list.name(of: address), .a))) }
      }
      return await group.reduce(into: [(Int, DNSList.Reading)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
    var listings: [String] = []
    var troubles: [String] = []
    for (number, reading) in readings {
      switch reading {
      case .listed: listings.append(asked[number].zone)
      case .notListed: break
      case .trouble(let reason):
        troubles.append(asked[number].zone)
        complain(asked[number].zone, reason, at: now)
      }
    }
    return (listings, troubles)
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
