package import DNS
package import Logging

/// What the sessions that take strangers' mail share for looking at it: the DNS, the lists, what was found lately.
package final class SenderChecks: Sendable {
  package let settings: CheckSettings
  let dns: any DNSLookup
  let logger: Logger
  /// Seconds since 1970 UTC.
  let now: @Sendable () -> Int64
  private let blocklists: DNSLists
  private let allowlists: DNSLists
  private let memory = ClientMemory()
  let greylist: Greylist
  /// Takes what belongs into a report to a domain's owner; must not block for long. nil: nothing is collected.
  let report: (@Sendable (ReportedMessage) -> Void)?

  /// - Parameter earlier: the checks that these replace: who came again to them is known here too.
  package init(
    settings: CheckSettings, dns: any DNSLookup, logger: Logger, now: @escaping @Sendable () -> Int64,
    report: (@Sendable (ReportedMessage) -> Void)? = nil, after earlier: SenderChecks? = nil
  ) {
    self.settings = settings
    let dns = DNSFuse(dns)
    self.dns = dns
    self.logger = logger
    self.now = now
    self.report = report
    blocklists = DNSLists(settings.blocklists, dns, logger: logger)
    allowlists = DNSLists(settings.allowlists, dns, logger: logger)
    greylist = Greylist(delay: settings.greylistDelay, after: earlier?.greylist)
  }

  /// RFC 5782 §5: tries the lists; one that fails is switched off. Call at start; later tries come by themselves. Also
  /// finds out whether the DNS answers at all, before the first client would wait for it.
  package func testLists() async {
    _ = await dns.query("arpa", .ns)
    await blocklists.test(at: now())
    await allowlists.test(at: now())
  }

  /// The blocklists that count now.
  package var activeBlocklists: [String] { blocklists.active }

  /// What is known about a client already; `needsLook` is false then, or where there is nothing to ask.
  func known(_ address: String) -> ClientEvidence? {
    if !settings.reverseDNS, blocklists.isEmpty, allowlists.isEmpty { return ClientEvidence() }
    return memory.evidence(of: address, at: now())
  }

  /// Looks a client up, within the time limit.
  func lookUp(_ text: String) async -> ClientEvidence {
    guard let address = IPAddress(text)?.unmapped else { return ClientEvidence() }
    let moment = now()
    var late = ClientEvidence()
    late.reverse = settings.reverseDNS ? .temperror : nil
    late.troubles = blocklists.active
    let evidence = await withinTime(settings.clientLimit, late) { await self.find(address, moment) }
    memory.note(evidence, of: text, at: moment)
    return evidence
  }

  private func find(_ address: IPAddress, _ moment: Int64) async -> ClientEvidence {
    // Lists know no private addresses; RFC 5782 §5 even forbids some.
    let isPublic = !address.isPrivate
    async let reverse = settings.reverseDNS ? Self.reverse(of: address, dns) : nil
    async let bad = isPublic ? blocklists.look(up: address, at: moment) : (listings: [], troubles: [])
    async let good = isPublic ? allowlists.look(up: address, at: moment) : (listings: [], troubles: [])
    var evidence = ClientEvidence()
    if let found = await reverse { (evidence.reverse, evidence.name) = found }
    let (listed, allowed) = (await bad, await good)
    evidence.blocklists = listed.listings
    evidence.allowlists = allowed.listings
    evidence.troubles = listed.troubles + allowed.troubles
    return evidence
  }

  /// RFC 8601 §3: a name of the address that leads back to it.
  private static func reverse(of address: IPAddress, _ dns: any DNSLookup) async -> (ClientEvidence.Reverse, String?) {
    let answer = await dns.query(address.reverseName, .ptr)
    if answer.isTemporary { return (.temperror, nil) }
    var names: [String] = []
    for case .ptr(let pointer) in answer.records.prefix(5) {
      // RFC 1123 §2.1: what could not be a host's name is not shown to anybody.
      guard let name = DNSName.canonical(pointer), !name.isEmpty, name.utf8.allSatisfy(isHostByte) else { continue }
      names.append(name)
    }
    guard let first = names.first else { return (.permerror, nil) }
    var isTemporary = false
    for name in names {
      let forward = await dns.query(name, address.bitCount == 32 ? .a : .aaaa)
      if forward.records.contains(where: { $0.address?.unmapped == address }) { return (.pass, name) }
      if forward.isTemporary { isTemporary = true }
    }
    return isTemporary ? (.temperror, nil) : (.fail, first)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }
}

/// Runs `work` until it is done or `limit` is over; then it is cancelled, and what it makes of that counts: evaluators that are
/// cancelled answer `temperror` at once. `late`: where it makes nothing of it.
func withinTime<Value: Sendable>(
  _ limit: Duration, _ late: Value, _ work: @escaping @Sendable () async -> Value
) async -> Value {
  await withTaskGroup(of: Value?.self) { group in
    group.addTask { await work() }
    group.addTask {
      do { try await Task.sleep(for: limit) } catch is CancellationError { return nil } catch { return nil }
      return nil
    }
    var value = late
    while let next = await group.next() {
      if let next { value = next }
      group.cancelAll()
    }
    return value
  }
}

extension IPAddress {
  /// Loopback, private (RFC 1918, RFC 4193), link-local: nobody outside can say anything about them.
  var isPrivate: Bool {
    for network in Self.privateNetworks where network.contains(self) { return true }
    return false
  }

  private static let privateNetworks = [
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7",
    "fe80::/10",
  ].compactMap { IPNetwork($0) }
}
