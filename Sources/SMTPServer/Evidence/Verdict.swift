import MailAuth
package import SMTP

/// What becomes of a message for one recipient. A pure function of the evidence: the same findings, the same verdict.
package enum Verdict: Sendable, Equatable {
  case accept
  /// Into the Junk mailbox; the reason is for our log.
  case junk(reason: String)
  /// 4yz: it may come again.
  case later(SMTPReply, reason: String)
  /// 5yz
  case refuse(SMTPReply, reason: String)

  /// At RCPT: what the client's address alone leads to. `isExempt`: postmaster and abuse, who must be reachable for those on a list.
  package static func ofClient(
    _ client: ClientEvidence, address: String, isExempt: Bool, _ settings: CheckSettings
  ) -> Verdict {
    guard let zone = client.blocklists.first, client.allowlists.isEmpty, !isExempt else { return .accept }
    let reason = "\(address) is listed at \(client.blocklists.joined(separator: " "))"
    switch settings.blocklistAction {
    case .note: return .accept
    case .junk: return .junk(reason: reason)
    case .refuse: return .refuse(.listed(address, zone), reason: reason)
    }
  }

  /// After the message: everything together.
  package static func ofMessage(
    _ evidence: Evidence, address: String, isExempt: Bool, _ settings: CheckSettings
  ) -> Verdict {
    let client = ofClient(evidence.client, address: address, isExempt: isExempt, settings)
    let sender = ofSender(evidence, settings)
    return sender.severity > client.severity ? sender : client
  }

  private static func ofSender(_ evidence: Evidence, _ settings: CheckSettings) -> Verdict {
    if let dmarc = evidence.dmarc {
      switch dmarc.result {
      case .pass: return .accept
      // RFC 7489 §6.6.3: what could not be decided is no reason to refuse.
      case .temperror: return .accept
      case .permerror:
        // Several authors, or one that is no domain: made to deceive. A message without any author is just odd.
        guard !dmarc.author.isEmpty, settings.dmarcMode != .note else { return .accept }
        return .junk(reason: dmarc.reasons.first ?? "the author's domain cannot be checked")
      case .none: break
      case .fail: return ofFailure(dmarc, evidence, settings)
      }
    }
    return ofSPF(evidence, settings)
  }

  private static func ofFailure(_ dmarc: DMARCEvidence, _ evidence: Evidence, _ settings: CheckSettings) -> Verdict {
    if settings.dmarcMode == .note || dmarc.disposition == .none { return .accept }
    if evidence.trustedSeal(settings.trustedSealers) != nil { return .accept }
    let reason = dmarc.reasons.joined(separator: "; ")
    if dmarc.disposition == .reject, settings.dmarcMode == .honour {
      return .refuse(.dmarcRefused(dmarc.author), reason: reason)
    }
    return .junk(reason: reason)
  }

  private static func ofSPF(_ evidence: Evidence, _ settings: CheckSettings) -> Verdict {
    guard let spf = evidence.spf.first(where: { $0.identity == .mailfrom }), spf.result == .fail,
      // RFC 7208 Appendix D: mail that was forwarded fails, but keeps its signatures.
      !evidence.dkim.contains(where: { $0.result == .pass })
    else { return .accept }
    let reason = "SPF fail for \(spf.domain)"
    switch settings.spfFail {
    case .note: return .accept
    case .junk: return .junk(reason: reason)
    case .refuse: return .refuse(.spfRefused(spf.domain), reason: reason)
    }
  }

  private var severity: Int {
    switch self {
    case .accept: 0
    case .junk: 1
    case .later: 2
    case .refuse: 3
    }
  }
}

/// One answer for a message with several recipients.
package enum Settlement: Sendable, Equatable {
  /// Filed; true at the place of each recipient whose copy goes to Junk.
  case file(junk: [Bool])
  case refuse(Refusal)

  /// Where all refuse, the message is refused; where recipients differ, the stricter one's copy goes to Junk: a refusal after DATA would
  /// hold for all, and a bounce would go to whoever was forged.
  package init(_ verdicts: [Verdict]) {
    var refusal: Refusal?
    var isRefused = true
    for verdict in verdicts {
      switch verdict {
      case .accept, .junk: isRefused = false
      case .later(let reply, let reason):
        // Later for one is later for all: nobody is told no who would be told yes tomorrow.
        if refusal?.reply.isTransientFailure != true { refusal = Refusal(reply, reason: reason) }
      case .refuse(let reply, let reason):
        if refusal == nil { refusal = Refusal(reply, reason: reason) }
      }
    }
    if isRefused, let refusal {
      self = .refuse(refusal)
    } else {
      self = .file(junk: verdicts.map { $0 != .accept })
    }
  }
}

extension SMTPReply {
  /// RFC 7372 §3.3 has X.7.25 for reverse DNS only; X.7.1 is what operators of lists ask for.
  static func listed(_ address: String, _ zone: String) -> SMTPReply {
    SMTPReply(550, .init(5, 7, 1), "Mail from \(address) is refused: see \(zone)")
  }
  /// RFC 7489 §10.3.
  static func dmarcRefused(_ domain: String) -> SMTPReply {
    SMTPReply(550, .init(5, 7, 1), "Refused by the DMARC policy of \(domain)")
  }
  /// RFC 7372 §3.2.
  static func spfRefused(_ domain: String) -> SMTPReply {
    SMTPReply(550, .init(5, 7, 23), "SPF says that this client may not send for \(domain)")
  }
  static func greylisted(seconds: Int64) -> SMTPReply {
    SMTPReply(451, .init(4, 7, 1), "Not known yet, please try again in \(seconds) seconds")
  }
}
