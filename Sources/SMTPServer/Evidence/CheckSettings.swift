package import MailAuth

/// What is asked about strangers' mail, and what follows from the answers.
package struct CheckSettings: Sendable {
  /// What a finding may lead to.
  package enum Action: String, CaseIterable, Sendable {
    /// It stands in Authentication-Results and nothing else.
    case note
    /// The message goes to the Junk mailbox.
    case junk
    /// The message, or the recipient, is refused.
    case refuse
  }

  /// How far a domain owner's DMARC request is followed.
  package enum DMARCMode: String, CaseIterable, Sendable {
    /// p=reject is refused, p=quarantine goes to Junk.
    case honour
    /// Both go to Junk.
    case junk
    /// Evidence only.
    case note
  }

  /// Name and address of the client by DNS (RFC 8601 §2.7.3, "iprev"): evidence only.
  package var reverseDNS = true
  package var spf = true
  /// DKIM and ARC signatures.
  package var dkim = true
  package var dmarc = true
  package var dmarcMode = DMARCMode.honour
  /// What SPF "fail" leads to where no DMARC policy speaks and no DKIM signature passes.
  package var spfFail = Action.junk
  /// Lists of clients that send junk (RFC 5782).
  package var blocklists: [DNSList] = []
  package var blocklistAction = Action.refuse
  /// Lists of clients that are known to be good (RFC 8904): no blocklist and no greylisting for them.
  package var allowlists: [DNSList] = []
  /// Seals of these domains (A-labels) are believed: a chain that passes and says dmarc=pass outweighs a DMARC failure (RFC 8617 §7.2).
  package var trustedSealers: [String] = []
  /// Given: RFC 7489's organizational domains; nil: the tree walk.
  package var suffixes: PublicSuffixList?
  /// Unknown senders are asked to come again.
  package var greylisting = false
  /// How long an unknown sender must wait before it is let in; seconds.
  package var greylistDelay: Int64 = 300
  /// Unknown senders wait so long for the answer to RCPT; seconds, 0: not at all.
  package var tarpitSeconds = 0
  /// Findings about the client must be there by then; what is missing is a temporary error.
  package var clientLimit = Duration.seconds(5)
  /// The same for the message.
  package var messageLimit = Duration.seconds(20)
  /// Peers on 127.0.0.0/8 and ::1 are not looked at: only the demo and the test bed set this.
  package var exemptsLoopback = false

  package init() {}
}
