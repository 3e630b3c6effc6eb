public import DNS

/// Brings SPF and DKIM together with the author's domain (RFC 7489 §6.6; its successor's tree walk by default).
public struct DMARCCheck: Sendable {
  /// The domains of the From field: `AuthorDomains.domains`.
  public var authors: [String]
  /// The domain that SPF passed for, by the "MAIL FROM" identity; nil: it did not pass.
  public var spfDomain: String?
  /// True: SPF could not be decided for now.
  public var isSPFTemporary = false
  /// d= of each DKIM signature that passed.
  public var dkimDomains: [String]
  /// True: a signature could not be decided for now.
  public var isDKIMTemporary = false
  /// Given: RFC 7489's way by the public suffix list. nil: the tree walk.
  public var suffixes: PublicSuffixList?

  public init(authors: [String], spfDomain: String?, dkimDomains: [String], suffixes: PublicSuffixList? = nil) {
    self.authors = authors
    self.spfDomain = spfDomain
    self.dkimDomains = dkimDomains
    self.suffixes = suffixes
  }

  /// From what the other evaluators found.
  public init(authors: [String], spf: SPFEvidence?, dkim: [DKIMEvidence], suffixes: PublicSuffixList? = nil) {
    self.init(
      authors: authors, spfDomain: spf?.result == .pass && spf?.identity == .mailfrom ? spf?.domain : nil,
      dkimDomains: dkim.filter { $0.result == .pass }.map(\.domain), suffixes: suffixes)
    isSPFTemporary = spf?.result == .temperror
    isDKIMTemporary = dkim.contains { $0.result == .temperror }
  }

  /// The most author domains and the most authenticated domains that are looked at.
  static let maximumDomains = 20

  /// Checks every author domain; with several, the worst outcome and the strictest request count (RFC 7489 §6.6.1).
  public func evaluate(_ dns: any DNSLookup) async -> DMARCEvidence {
    var finder = DMARCFinder(dns, suffixes)
    var names: [String] = []
    for author in authors {
      guard let name = Self.canonical(author) else {
        return DMARCEvidence(
          result: .permerror, author: printable(author), method: finder.method,
          reasons: ["the author's domain is not a domain name"])
      }
      if !names.contains(name) { names.append(name) }
    }
    guard names.count <= 4 else {
      return DMARCEvidence(
        result: .permerror, author: names[0], method: finder.method, reasons: ["there are too many author domains"])
    }
    var worst: DMARCEvidence?
    for name in names {
      let evidence = await evaluate(name, &finder)
      if worst.map({ Self.isWorse(evidence, $0) }) ?? true { worst = evidence }
    }
    return worst
      ?? DMARCEvidence(
        result: .permerror, author: "", method: finder.method, reasons: ["the message has no author's domain"])
  }

  private static func canonical(_ name: String) -> String? {
    guard let ascii = asciiDomain(name), let name = DNSName.canonical(ascii), !name.isEmpty else { return nil }
    return signatureDomain(Array(name.utf8)[...])
  }

  private static func isWorse(_ left: DMARCEvidence, _ right: DMARCEvidence) -> Bool {
    if left.disposition != right.disposition { return left.disposition > right.disposition }
    let order: [DMARCResult] = [.pass, .none, .temperror, .fail, .permerror]
    return (order.firstIndex(of: left.result) ?? 0) > (order.firstIndex(of: right.result) ?? 0)
  }

  private func evaluate(_ author: String, _ finder: inout DMARCFinder) async -> DMARCEvidence {
    let discovery = await finder.discover(author)
    var evidence = DMARCEvidence(
      result: .none, author: author, organizationalDomain: discovery.organizationalDomain, method: finder.method)
    guard let find = discovery.policy, let record = find.record.effective else {
      if discovery.isTemporary {
        evidence.result = .temperror
        evidence.reasons = ["the DNS does not answer for the policy of \(author)"]
      } else {
        let why =
          discovery.policy == nil ? "publishes no DMARC policy" : "publishes a DMARC record without a valid policy"
        evidence.reasons = ["\(author) \(why)"]
      }
      return evidence
    }
    (evidence.policyDomain, evidence.record) = (find.domain, record)
    await choosePolicy(&evidence, record, finder)
    await align(&evidence, record, discovery, &finder)
    decide(&evidence, record, discovery)
    return evidence
  }

  /// p= for the domain itself; below it sp=, or np= for a name that does not exist (RFC 9091 and DMARCbis).
  private func choosePolicy(_ evidence: inout DMARCEvidence, _ record: DMARCRecord, _ finder: DMARCFinder) async {
    (evidence.policy, evidence.policyTag) = (record.policy, "p")
    guard evidence.policyDomain != evidence.author else { return }
    if let policy = record.subdomainPolicy { (evidence.policy, evidence.policyTag) = (policy, "sp") }
    if let policy = record.nonexistentPolicy, await isNonexistent(evidence.author, finder) {
      (evidence.policy, evidence.policyTag) = (policy, "np")
    }
  }

  /// DMARCbis: NXDOMAIN (RFC 8020). RFC 9091: neither A nor AAAA nor MX.
  private func isNonexistent(_ name: String, _ finder: DMARCFinder) async -> Bool {
    let first = await finder.dns.query(name, .a)
    if finder.method == .treeWalk { return first == .noName }
    for type in [RecordType.a, .aaaa, .mx] {
      let answer = type == .a ? first : await finder.dns.query(name, type)
      guard answer == .noName || answer == .noData else { return false }
    }
    return true
  }

  private func align(
    _ evidence: inout DMARCEvidence, _ record: DMARCRecord, _ discovery: DMARCDiscovery, _ finder: inout DMARCFinder
  ) async {
    if let spfDomain, await isAligned(spfDomain, record.spfAlignment, discovery, &finder) {
      evidence.isSPFAligned = true
      evidence.reasons.append("SPF passed for \(spfDomain), which is aligned")
    }
    for domain in dkimDomains.prefix(Self.maximumDomains) {
      guard await isAligned(domain, record.dkimAlignment, discovery, &finder) else { continue }
      evidence.isDKIMAligned = true
      evidence.reasons.append("DKIM passed for \(domain), which is aligned")
      break
    }
  }

  /// RFC 7489 §3.1: the same name, or, relaxed, the same organizational domain.
  private func isAligned(
    _ domain: String, _ mode: DMARCAlignment, _ discovery: DMARCDiscovery, _ finder: inout DMARCFinder
  ) async -> Bool {
    guard let name = Self.canonical(domain) else { return false }
    if name == discovery.start { return true }
    let organization = discovery.organizationalDomain
    // A name outside the author's organizational domain cannot have the same one: no question is needed.
    guard mode == .relaxed, name == organization || name.hasSuffix(".\(organization)") else { return false }
    return await finder.discover(name).organizationalDomain == organization
  }

  private func decide(_ evidence: inout DMARCEvidence, _ record: DMARCRecord, _ discovery: DMARCDiscovery) {
    if evidence.isSPFAligned || evidence.isDKIMAligned {
      evidence.result = .pass
      return
    }
    if isSPFTemporary || isDKIMTemporary || discovery.isTemporary {
      evidence.result = .temperror
      evidence.reasons.append("nothing aligned has passed, and not everything could be checked")
      return
    }
    evidence.result = .fail
    let policy = evidence.policy ?? .none
    evidence.disposition = record.isTesting ? policy.milder : policy
    evidence.reasons.append(
      "neither SPF nor DKIM passed for a domain aligned with \(evidence.author)"
        + (spfDomain.map { " (SPF: \(printable($0)))" } ?? ""))
    let testing = record.isTesting ? " (testing: one step milder)" : ""
    evidence.reasons.append(
      "\(evidence.policyDomain ?? "") asks for \(evidence.policyTag ?? "p")=\(policy.rawValue)\(testing)")
  }
}
