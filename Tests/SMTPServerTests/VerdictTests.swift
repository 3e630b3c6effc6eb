import MailAuth
import SMTP
import Testing

@testable import SMTPServer

/// The verdict is a pure function of the evidence: findings in, verdict out.
@Suite struct VerdictTests {
  static func evidence(
    dmarc: (DMARCResult, DMARCPolicy)? = nil, author: String = "bank.example", spf: SPFResult = .none,
    dkim: DKIMResult = .none, lists: [String] = [], allowed: [String] = [], arc: (ARCResult, String, String)? = nil
  ) -> Evidence {
    var evidence = Evidence()
    evidence.client.blocklists = lists
    evidence.client.allowlists = allowed
    evidence.spf = [
      SPFEvidence(
        result: spf, identity: .mailfrom, domain: "from.example", sender: "a@from.example", reasons: [], questions: 1)
    ]
    evidence.dkim = [DKIMEvidence(result: dkim, domain: "d.example")]
    if let (result, disposition) = dmarc {
      var found = DMARCEvidence(result: result, author: author, method: .treeWalk)
      found.disposition = disposition
      found.policy = disposition
      evidence.dmarc = found
    }
    if let (result, domain, results) = arc {
      var found = ARCEvidence(result: result)
      found.links = [.init(instance: 1, domain: domain, selector: "s", results: results)]
      evidence.arc = found
    }
    return evidence
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var evidence: Evidence
    /// "accept", "junk", or the reply's code and status.
    var expected: String
    var change: @Sendable (inout CheckSettings) -> Void = { _ in }
    var isExempt = false
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "nothing known", evidence: evidence(), expected: "accept"),
    Case(name: "pass", evidence: evidence(dmarc: (.pass, .none), spf: .pass), expected: "accept"),
    Case(name: "pass beats spf", evidence: evidence(dmarc: (.pass, .none), spf: .fail), expected: "accept"),
    Case(name: "p=none", evidence: evidence(dmarc: (.fail, .none)), expected: "accept"),
    Case(name: "quarantine", evidence: evidence(dmarc: (.fail, .quarantine)), expected: "junk"),
    Case(name: "reject", evidence: evidence(dmarc: (.fail, .reject)), expected: "550 5.7.1"),
    Case(
      name: "reject, softened", evidence: evidence(dmarc: (.fail, .reject)), expected: "junk",
      change: { $0.dmarcMode = .junk }),
    Case(
      name: "reject, noted", evidence: evidence(dmarc: (.fail, .reject)), expected: "accept",
      change: { $0.dmarcMode = .note }),
    Case(
      name: "quarantine, noted", evidence: evidence(dmarc: (.fail, .quarantine)), expected: "accept",
      change: { $0.dmarcMode = .note }),
    Case(
      name: "reject for postmaster too", evidence: evidence(dmarc: (.fail, .reject)), expected: "550 5.7.1",
      isExempt: true),
    Case(name: "temperror", evidence: evidence(dmarc: (.temperror, .none), spf: .temperror), expected: "accept"),
    Case(name: "no author", evidence: evidence(dmarc: (.permerror, .none), author: ""), expected: "accept"),
    Case(name: "author is no domain", evidence: evidence(dmarc: (.permerror, .none), author: "x y"), expected: "junk"),
    Case(
      name: "author is no domain, noted", evidence: evidence(dmarc: (.permerror, .none), author: "x y"),
      expected: "accept", change: { $0.dmarcMode = .note }),
    Case(name: "spf fail", evidence: evidence(dmarc: (.none, .none), spf: .fail), expected: "junk"),
    Case(name: "spf fail without dmarc", evidence: evidence(spf: .fail), expected: "junk"),
    Case(
      name: "spf fail, refused", evidence: evidence(spf: .fail), expected: "550 5.7.23",
      change: { $0.spfFail = .refuse }),
    Case(name: "spf fail, noted", evidence: evidence(spf: .fail), expected: "accept", change: { $0.spfFail = .note }),
    Case(
      name: "spf fail, forwarded with a signature", evidence: evidence(spf: .fail, dkim: .pass), expected: "accept"),
    Case(name: "spf fail, p=none", evidence: evidence(dmarc: (.fail, .none), spf: .fail), expected: "accept"),
    Case(name: "softfail", evidence: evidence(spf: .softfail), expected: "accept"),
    Case(name: "spf permerror", evidence: evidence(spf: .permerror), expected: "accept"),
    Case(name: "dkim fail", evidence: evidence(dkim: .fail), expected: "accept"),
    Case(name: "listed", evidence: evidence(lists: ["bl.example"]), expected: "550 5.7.1"),
    Case(name: "listed, postmaster", evidence: evidence(lists: ["bl.example"]), expected: "accept", isExempt: true),
    Case(
      name: "listed, junk", evidence: evidence(lists: ["bl.example"]), expected: "junk",
      change: { $0.blocklistAction = .junk }),
    Case(
      name: "listed, noted", evidence: evidence(lists: ["bl.example"]), expected: "accept",
      change: { $0.blocklistAction = .note }),
    Case(
      name: "listed on both", evidence: evidence(lists: ["bl.example"], allowed: ["wl.example"]), expected: "accept"),
    Case(
      name: "listed as junk and rejected", evidence: evidence(dmarc: (.fail, .reject), lists: ["bl.example"]),
      expected: "550 5.7.1", change: { $0.blocklistAction = .junk }),
    Case(
      name: "trusted seal",
      evidence: evidence(
        dmarc: (.fail, .reject), arc: (.pass, "lists.example", "lists.example; dmarc=pass header.from=bank.example")),
      expected: "accept", change: { $0.trustedSealers = ["lists.example"] }),
    Case(
      name: "seal of a stranger",
      evidence: evidence(
        dmarc: (.fail, .reject), arc: (.pass, "evil.example", "lists.example; dmarc=pass header.from=bank.example")),
      expected: "550 5.7.1", change: { $0.trustedSealers = ["lists.example"] }),
    Case(
      name: "trusted seal that saw a failure",
      evidence: evidence(dmarc: (.fail, .reject), arc: (.pass, "lists.example", "lists.example; dmarc=fail")),
      expected: "550 5.7.1", change: { $0.trustedSealers = ["lists.example"] }),
    Case(
      name: "broken chain",
      evidence: evidence(dmarc: (.fail, .reject), arc: (.fail, "lists.example", "lists.example; dmarc=pass")),
      expected: "550 5.7.1", change: { $0.trustedSealers = ["lists.example"] }),
  ]

  static func text(_ verdict: Verdict) -> String {
    switch verdict {
    case .accept: "accept"
    case .junk: "junk"
    case .later(let reply, _), .refuse(let reply, _): "\(reply.code) \(reply.status.map { "\($0)" } ?? "")"
    }
  }

  @Test(arguments: cases) func decides(_ test: Case) {
    var settings = CheckSettings()
    test.change(&settings)
    let verdict = Verdict.ofMessage(test.evidence, address: "192.0.2.1", isExempt: test.isExempt, settings)
    #expect(Self.text(verdict) == test.expected)
    if case .refuse(_, let reason) = verdict {
      #expect(
        !reason.isEmpty || test.name.contains("eject") || test.name.contains("seal") || test.name.contains("chain"))
    }
  }

  static let no = Verdict.refuse(.policyRefusal, reason: "no")
  static let later = Verdict.later(.localError, reason: "later")
  static let junk = Verdict.junk(reason: "junk")

  struct SettlementCase: Sendable {
    var verdicts: [Verdict]
    var expected: String
    init(_ verdicts: [Verdict], _ expected: String) { (self.verdicts, self.expected) = (verdicts, expected) }
  }

  static let settlements: [SettlementCase] = [
    .init([.accept], "file -"), .init([junk], "file j"), .init([no], "550"), .init([later], "451"),
    .init([no, no], "550"), .init([no, .accept], "file j-"), .init([.accept, later], "file -j"),
    .init([junk, .accept], "file j-"), .init([no, junk], "file jj"), .init([later, no], "451"),
    .init([no, later], "451"), .init([.accept, .accept], "file --"),
  ]

  /// Where recipients differ, the stricter one's copy goes to Junk; never a refusal, never a bounce.
  @Test(arguments: settlements) func settles(_ test: SettlementCase) {
    switch Settlement(test.verdicts) {
    case .refuse(let refusal): #expect("\(refusal.reply.code)" == test.expected)
    case .file(let junk):
      let text = "file " + junk.map { $0 ? "j" : "-" }.joined()
      #expect(text == test.expected)
    }
  }
}
