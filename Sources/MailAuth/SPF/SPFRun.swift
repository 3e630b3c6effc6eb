internal import DNS

/// One evaluation of check_host() with everything that it includes: the counters are global to it (RFC 7208 §4.6.4).
struct SPFRun {
  /// How check_host() ended for one record.
  struct Outcome {
    var result: SPFResult
    var term: String?
    /// exp= of the record that decided, and the <domain> in which it is expanded.
    var explanation: SPFMacroString?
    var domain: [UInt8] = []
  }

  /// What makes the whole check end.
  struct Stop: Error {
    var result: SPFResult
    var reason: String
  }

  let facts: SPFFacts
  let limits: SPFLimits
  let dns: any DNSLookup
  var reasons: [String] = []
  var questions = 0
  var terms = 0
  var voids = 0
  /// Names of the client that point back to it; looked up at most once.
  var validatedNames: (names: [String], wasVoid: Bool)?

  init(facts: SPFFacts, limits: SPFLimits, dns: any DNSLookup) {
    self.facts = facts
    self.limits = limits
    self.dns = dns
  }

  /// check_host() from the top; never throws.
  mutating func checkHost(_ domain: String) async -> Outcome {
    do throws(Stop) {
      return try await evaluate(domain)
    } catch {
      reasons.append(error.reason)
      return Outcome(result: error.result)
    }
  }

  /// check_host() for one <domain>; the recursion is bounded by the limit on terms.
  mutating func evaluate(_ domain: String) async throws(Stop) -> Outcome {
    // RFC 7208 §4.3: a malformed or single-label domain gives "none".
    guard let name = DNSName.canonical(domain), name.contains("."),
      !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x5B })
    else {
      reasons.append("“\(printable(domain))” is not a domain name that SPF can check")
      return Outcome(result: .none)
    }
    guard let record = try await record(of: name) else { return Outcome(result: .none) }
    let current = Array((domain.hasSuffix(".") ? String(domain.dropLast()) : domain).utf8)
    for directive in record.directives {
      if try await matches(directive, current) {
        reasons.append(
          "\(printable(facts.address.description)) matches “\(directive.text)” in the record of \(printable(current))")
        return Outcome(
          result: directive.result, term: directive.text, explanation: record.explanation, domain: current)
      }
    }
    if let redirect = record.redirect, !record.hasAll { return try await follow(redirect, current) }
    reasons.append("nothing in the record of \(printable(current)) matches \(facts.address)")
    return Outcome(result: .neutral)
  }

  /// RFC 7208 §6.1.
  private mutating func follow(_ redirect: SPFMacroString, _ current: [UInt8]) async throws(Stop) -> Outcome {
    try countTerm("redirect")
    guard let target = await target(redirect, current) else {
      throw Stop(result: .permerror, reason: "the redirect of \(printable(current)) does not give a domain name")
    }
    let outcome = try await evaluate(target)
    if outcome.result == .none {
      throw Stop(
        result: .permerror, reason: "\(printable(current)) redirects to \(printable(target)), which has no SPF record")
    }
    return outcome
  }

  /// RFC 7208 §4.4, §4.5: the one SPF record among the TXT records; nil: there is none.
  private mutating func record(of name: String) async throws(Stop) -> SPFRecord? {
    let answer = await ask(name, .txt)
    if answer.isTemporary { throw Stop(result: .temperror, reason: "the DNS does not answer for \(printable(name))") }
    let texts = answer.records.compactMap(\.text).filter(SPFRecord.isSPF)
    guard let text = texts.first else {
      reasons.append("\(printable(name)) has no SPF record")
      return nil
    }
    if texts.count > 1 { throw Stop(result: .permerror, reason: "\(printable(name)) has more than one SPF record") }
    do throws(SPFSyntaxError) {
      return try SPFRecord(text)
    } catch {
      throw Stop(result: .permerror, reason: "the SPF record of \(printable(name)) is wrong: \(error.text)")
    }
  }

  /// RFC 7208 §4.6.4: at most ten terms that ask the DNS.
  mutating func countTerm(_ term: String) throws(Stop) {
    terms += 1
    if terms > limits.terms {
      throw Stop(result: .permerror, reason: "more than \(limits.terms) terms need the DNS (at “\(term)”)")
    }
  }

  /// RFC 7208 §4.6.4: at most two terms that find nothing.
  mutating func countVoid(_ term: String) throws(Stop) {
    voids += 1
    if voids > limits.voids {
      throw Stop(
        result: .permerror, reason: "more than \(limits.voids) terms ask for what does not exist (at “\(term)”)")
    }
  }

  /// Every question of the check goes through here. A cancelled task asks no more: the way to bound elapsed time.
  mutating func ask(_ name: String, _ type: RecordType) async -> DNSAnswer {
    if Task.isCancelled { return .temporaryFailure("out of time") }
    questions += 1
    return await dns.query(name, type)
  }
}
