public import DNS
internal import Mail

/// One client and one sender to check (RFC 7208 §4.1), and the few facts that macros show.
public struct SPFCheck: Hashable, Sendable {
  /// The client's address; an IPv4-mapped IPv6 address counts as IPv4.
  public var address: IPAddress
  /// The argument of HELO or EHLO.
  public var helo: String
  /// The reverse-path without its angle brackets; empty for the null reverse-path.
  public var mailFrom: String
  /// The name of the checking host: macro "r".
  public var receiver: String
  /// Seconds since 1970: macro "t".
  public var time: Int64
  public var limits = SPFLimits()

  public init(address: IPAddress, helo: String, mailFrom: String, receiver: String = "unknown", time: Int64 = 0) {
    self.address = address
    self.helo = helo
    self.mailFrom = mailFrom
    self.receiver = receiver
    self.time = time
  }

  /// Checks the "MAIL FROM" identity; with a null reverse-path that is postmaster at the HELO name (RFC 7208 §2.4).
  public func checkMailFrom(_ dns: any DNSLookup) async -> SPFEvidence {
    if mailFrom.isEmpty { return await check(local: "postmaster", domain: helo, .mailfrom, dns) }
    guard let at = mailFrom.lastIndex(of: "@") else {
      return await check(local: "postmaster", domain: mailFrom, .mailfrom, dns)
    }
    // RFC 7208 §4.3: a sender without a local part gets "postmaster".
    let local = mailFrom[..<at]
    let domain = String(mailFrom[mailFrom.index(after: at)...])
    return await check(local: local.isEmpty ? "postmaster" : String(local), domain: domain, .mailfrom, dns)
  }

  /// Checks the "HELO" identity (RFC 7208 §2.3).
  public func checkHelo(_ dns: any DNSLookup) async -> SPFEvidence {
    await check(local: "postmaster", domain: helo, .helo, dns)
  }

  private func check(
    local: String, domain: String, _ identity: SPFEvidence.Identity, _ dns: any DNSLookup
  ) async -> SPFEvidence {
    let domain = asciiDomain(domain) ?? domain
    var run = SPFRun(
      facts: SPFFacts(
        address: address.unmapped, local: Array(local.utf8), domain: Array(domain.utf8), helo: Array(helo.utf8),
        receiver: Array(receiver.utf8), time: time),
      limits: limits, dns: dns)
    let outcome = await run.checkHost(domain)
    if outcome.result == .none, run.reasons.isEmpty { run.reasons.append("no SPF record at \(printable(domain))") }
    let explanation = await run.explanation(of: outcome)
    return SPFEvidence(
      result: outcome.result, identity: identity, domain: domain, sender: "\(local)@\(domain)",
      explanation: explanation, term: outcome.term, reasons: run.reasons, questions: run.questions)
  }
}

/// The domain as A-labels, without a last dot; nil when there is no such form.
func asciiDomain(_ domain: String) -> String? {
  guard domain.utf8.allSatisfy({ $0 < 0x80 }) else { return Domain.normalized(domain) }
  return domain.hasSuffix(".") ? String(domain.dropLast()) : domain
}
