import DNS
import Logging
import MailAuth
import Net
import SMTP
import Store

/// One stranger's message about to be judged: what the envelope says, and what was found about the client.
struct Examination: Sendable {
  let checks: SenderChecks
  let letter: String
  let address: String
  let helo: String
  /// Empty for the null sender.
  let mailFrom: String
  let client: ClientEvidence
  let hostName: String
  /// For each recipient in order: lists and greylisting do not hold for it.
  let exempt: [Bool]
  let removals: [ArrivingHeader.Removal]

  /// What follows for the message.
  struct Outcome: Sendable {
    var settlement: Settlement
    var results: AuthenticationResults
  }

  /// Looks at the message and judges it; never longer than the time limit. CPU is spent off the connection's loop.
  func run(_ message: SpooledMessage) async -> Outcome {
    let found = await withTaskExecutorPreference(globalConcurrentExecutor) {
      await withinTime(checks.settings.messageLimit, Evidence()) { await evidence(message) }
    }
    let verdicts = exempt.map { Verdict.ofMessage(found, address: address, isExempt: $0, checks.settings) }
    let settlement = Settlement(verdicts)
    note(found, settlement, verdicts)
    return Outcome(settlement: settlement, results: found.results(authservID: hostName, address: address))
  }

  private func evidence(_ message: SpooledMessage) async -> Evidence {
    let settings = checks.settings
    // One for each message: SPF, DKIM and DMARC ask much the same. The bound is far above what honest mail needs.
    let dns = RememberingLookup(checks.dns, limit: 200)
    var evidence = Evidence()
    evidence.client = client
    async let spf = settings.spf || settings.dmarc ? senderPolicy(dns) : []
    let needsScan = settings.dkim || settings.dmarc
    let scanned = needsScan ? scan(message) : nil
    let time = checks.now()
    if let scanned, settings.dkim {
      async let arc = ARCValidator(time: time).validate(scanned, dns)
      evidence.dkim = await DKIMVerifier(time: time).verify(scanned, dns)
      evidence.arc = await arc
    }
    evidence.spf = await spf
    if let scanned, settings.dmarc {
      let mailFrom = evidence.spf.first { $0.identity == .mailfrom }
      let check = DMARCCheck(
        authors: AuthorDomains.domains(of: scanned), spf: mailFrom, dkim: evidence.dkim, suffixes: settings.suffixes)
      evidence.dmarc = await check.evaluate(dns)
    }
    if !settings.spf { evidence.spf = [] }
    return evidence
  }

  /// RFC 7208 §2.3, §2.4: both identities; the null sender's is the HELO name's anyway.
  private func senderPolicy(_ dns: any DNSLookup) async -> [SPFEvidence] {
    guard let ip = IPAddress(address) else { return [] }
    let check = SPFCheck(address: ip, helo: helo, mailFrom: mailFrom, receiver: hostName, time: checks.now())
    async let mailfrom = check.checkMailFrom(dns)
    if mailFrom.isEmpty { return [await mailfrom] }
    let helo = await check.checkHelo(dns)
    // A name without a record is the rule and says nothing.
    return (helo.result == .none ? [] : [helo]) + [await mailfrom]
  }

  /// One pass over the message as it came, with what was taken out of its header back in its place.
  private func scan(_ message: SpooledMessage) -> ScannedMessage {
    message.withBytes { bytes in
      var scanner = MessageScanner()
      var start = 0
      for removal in removals {
        scanner.append(UnsafeRawBufferPointer(rebasing: bytes[start..<removal.offset]))
        scanner.append(removal.bytes)
        start = removal.offset
      }
      scanner.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      return scanner.finish()
    }
  }

  private func note(_ found: Evidence, _ settlement: Settlement, _ verdicts: [Verdict]) {
    var facts: Logger.Metadata = ["letter": "\(letter)", "peer": "\(address)", "from": "<\(mailFrom)>"]
    if let spf = found.spf.last { facts["spf"] = "\(spf.result.rawValue)" }
    if !found.dkim.isEmpty { facts["dkim"] = "\(found.dkim.map(\.result.rawValue).joined(separator: " "))" }
    if let arc = found.arc, arc.result != .none { facts["arc"] = "\(arc.result.rawValue)" }
    if let dmarc = found.dmarc {
      facts["dmarc"] = "\(dmarc.result.rawValue)"
      facts["author"] = "\(dmarc.author)"
    }
    var isJunk = false
    if case .file(let junk) = settlement { isJunk = junk.contains(true) }
    if isJunk, case .junk(let reason)? = verdicts.first(where: { $0 != .accept }) { facts["reason"] = "\(reason)" }
    checks.logger.info(isJunk ? "message goes to junk" : "message examined", metadata: facts)
    collect(found, settlement)
  }

  /// RFC 7489 §7.2: what a domain that asks for reports is told.
  private func collect(_ found: Evidence, _ settlement: Settlement) {
    guard let report = checks.report, let dmarc = found.dmarc, let record = dmarc.record, !record.aggregateURIs.isEmpty,
      dmarc.result == .pass || dmarc.result == .fail
    else { return }
    var applied = DMARCPolicy.none
    switch settlement {
    case .refuse: applied = .reject
    case .file(let junk): if junk.contains(true) { applied = .quarantine }
    }
    // A junk verdict for another reason is none of the policy's doing.
    if dmarc.disposition == .none { applied = .none }
    var overrides: [AggregateReport.Override] = []
    if dmarc.result == .fail, applied != dmarc.disposition {
      if let sealer = found.trustedSeal(checks.settings.trustedSealers) {
        overrides = [.init(type: "local_policy", comment: "arc=pass d=\(sealer)")]
      } else {
        overrides = [.init(type: "local_policy")]
      }
    } else if dmarc.result == .fail, record.isTesting, dmarc.policy != dmarc.disposition {
      overrides = [.init(type: "policy_test_mode")]
    }
    let domain = mailFrom.lastIndex(of: "@").map { String(mailFrom[mailFrom.index(after: $0)...]) }
    report(
      ReportedMessage(
        time: checks.now(), source: address, dmarc: dmarc, spf: found.spf, dkim: found.dkim, envelopeFrom: domain,
        applied: applied, overrides: overrides))
  }
}
