public import DNS

/// The one-shot checks for people who debug deliverability; they do what the server does, with nothing else around it.
public enum Inspections {
  /// SPF for the "MAIL FROM" identity; for the "HELO" identity where `mailFrom` is nil. An empty one is the null
  /// reverse-path.
  public static func spf(
    address: IPAddress, helo: String, mailFrom: String?, receiver: String = "unknown", time: Int64, _ dns: any DNSLookup
  ) async -> Inspection<SPFEvidence> {
    let check = SPFCheck(address: address, helo: helo, mailFrom: mailFrom ?? "", receiver: receiver, time: time)
    let evidence = mailFrom == nil ? await check.checkHelo(dns) : await check.checkMailFrom(dns)
    return Inspection(
      result: evidence.result.rawValue, explanation: evidence.explanation, reasons: evidence.reasons, evidence: evidence
    )
  }

  /// All DKIM signatures of a message; the best result is the one shown first.
  public static func dkim(
    message: [UInt8], time: Int64, limits: AuthLimits = AuthLimits(), _ dns: any DNSLookup
  ) async -> Inspection<[DKIMEvidence]> {
    let scanned = MessageScanner.scan(message, limits: limits)
    let evidence = await DKIMVerifier(time: time, limits: limits).verify(scanned, dns)
    let best = ranking.first { result in evidence.contains { $0.result == result } } ?? .none
    let reasons = evidence.flatMap { one in
      one.reasons.map {
        one.domain.isEmpty ? "\(one.result.rawValue): \($0)" : "\(one.result.rawValue) \(one.domain): \($0)"
      }
    }
    return Inspection(result: best.rawValue, explanation: nil, reasons: reasons, evidence: evidence)
  }

  private static let ranking: [DKIMResult] = [.pass, .temperror, .fail, .policy, .permerror, .none]

  /// The message with a DKIM-Signature in front, written with the message's own line ends.
  public static func sign(
    message: [UInt8], domain: String, selector: String, key: DKIMPrivateKey, time: Int64
  ) throws(DKIMSigningError) -> [UInt8] {
    let signer = DKIMSigner(domain: domain, selector: selector, key: key)
    let scanned = MessageScanner.scan(message, alsoHash: [signer.bodyForm])
    let field = try signer.signature(for: scanned, time: time)
    guard let end = message.firstIndex(of: 0x0A), end == 0 || message[end - 1] != 0x0D else { return field + message }
    return field.filter { $0 != 0x0D } + message
  }

  /// The ARC chain of a message.
  public static func arc(
    message: [UInt8], time: Int64, limits: AuthLimits = AuthLimits(), _ dns: any DNSLookup
  ) async -> Inspection<ARCEvidence> {
    let scanned = MessageScanner.scan(message, limits: limits)
    let evidence = await ARCValidator(time: time, limits: limits).validate(scanned, dns)
    return Inspection(
      result: evidence.result.rawValue, explanation: nil, reasons: evidence.reasons, evidence: evidence)
  }

  /// DMARC for a From domain and results given as text: "DOMAIN" or "pass:DOMAIN" for what passed, another word in front
  /// for what did not, such as "fail:DOMAIN"; also "DOMAIN=RESULT".
  public static func dmarc(
    from: String, spf: String?, dkim: [String], suffixes: PublicSuffixList? = nil, _ dns: any DNSLookup
  ) async -> Inspection<DMARCEvidence> {
    let author = from.lastIndex(of: "@").map { String(from[from.index(after: $0)...]) } ?? from
    let spf = spf.map(parsed)
    let dkim = dkim.map(parsed)
    var check = DMARCCheck(
      authors: [author], spfDomain: spf.flatMap { $0.result == "pass" ? $0.domain : nil },
      dkimDomains: dkim.filter { $0.result == "pass" }.map(\.domain), suffixes: suffixes)
    check.isSPFTemporary = spf?.result == "temperror"
    check.isDKIMTemporary = dkim.contains { $0.result == "temperror" }
    let evidence = await check.evaluate(dns)
    var reasons = evidence.reasons
    if evidence.result == .fail { reasons.insert("disposition: \(evidence.disposition.rawValue)", at: 0) }
    reasons.append("organizational domain: \(evidence.organizationalDomain) (\(evidence.method.rawValue))")
    return Inspection(result: evidence.result.rawValue, explanation: nil, reasons: reasons, evidence: evidence)
  }

  private static let words: Set<String> = [
    "pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror",
  ]

  private static func parsed(_ text: String) -> (result: String, domain: String) {
    if words.contains(text.lowercased()) { return (text.lowercased(), "") }
    for separator in [":", "=", ",", " "] {
      let parts = text.split(separator: separator, maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      if words.contains(parts[0].lowercased()) { return (parts[0].lowercased(), domain(parts[1])) }
      if words.contains(parts[1].lowercased()) { return (parts[1].lowercased(), domain(parts[0])) }
    }
    return ("pass", domain(text))
  }

  private static func domain(_ text: String) -> String {
    text.lastIndex(of: "@").map { String(text[text.index(after: $0)...]) } ?? text
  }
}
