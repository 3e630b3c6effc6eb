internal import SMTPServer

/// How mail from strangers is looked at.
package struct CheckOptions: Sendable, Equatable {
  package enum DMARCPolicy: String, CaseIterable, Sendable { case honour, junk, note }
  package enum Action: String, CaseIterable, Sendable { case note, junk, refuse }

  package var isEnabled = true
  package var reverseDNS = true
  package var spf = true
  package var spfFail = Action.junk
  package var dkim = true
  package var dmarc = true
  package var dmarcPolicy = DMARCPolicy.honour
  package var dmarcReports = true
  /// Empty: the tree walk.
  package var publicSuffixes = ""
  package var trustedSealers: [String] = []
  package var blocklists: [String] = []
  package var blocklistAction = Action.refuse
  package var allowlists: [String] = []
  package var greylisting = false
  package var greylistSeconds = 300
  package var tarpitSeconds = 0
  /// Seconds for all questions about one message.
  package var seconds = 20

  package init() {}

  /// As the SMTP service takes them. `suffixes`: the list's text.
  func settings(_ exemptions: Exemptions) -> CheckSettings {
    var settings = CheckSettings()
    settings.reverseDNS = reverseDNS
    settings.spf = spf
    settings.dkim = dkim
    settings.dmarc = dmarc
    settings.dmarcMode = .init(rawValue: dmarcPolicy.rawValue) ?? .honour
    settings.spfFail = .init(rawValue: spfFail.rawValue) ?? .junk
    settings.blocklists = blocklists.compactMap { DNSList($0) }
    settings.blocklistAction = .init(rawValue: blocklistAction.rawValue) ?? .refuse
    settings.allowlists = allowlists.compactMap { DNSList($0) }
    settings.trustedSealers = trustedSealers.map { $0.lowercased() }
    settings.greylisting = greylisting
    settings.greylistDelay = Int64(greylistSeconds)
    settings.tarpitSeconds = tarpitSeconds
    settings.messageLimit = .seconds(seconds)
    settings.clientLimit = .seconds(min(5, seconds))
    settings.exemptsLoopback = exemptions.noChecksOnLoopback
    return settings
  }
}

/// How mail of our own users is signed.
package struct SigningOptions: Sendable, Equatable {
  package var isEnabled = true

  package init() {}
}
