internal import Phrases
internal import SMTPServer

// Options about mail from strangers and about signing one's own.
extension ConfigurationOption {
  static let checks: [ConfigurationOption] = [
    .flag(
      "checks.enabled", \.checks.isEnabled, "Whether mail from strangers is checked through the DNS at all.",
      example: "false"),
    .flag(
      "checks.reverse-dns", \.checks.reverseDNS,
      "Whether the name of a client's address is looked up (evidence only).", example: "false"),
    .flag("checks.spf", \.checks.spf, "Whether SPF is checked.", example: "false"),
    .choice(
      "checks.spf-fail", \.checks.spfFail,
      "What SPF \"fail\" leads to where no DMARC policy speaks and no signature is good.", example: "note"),
    .flag("checks.dkim", \.checks.dkim, "Whether DKIM and ARC signatures are checked.", example: "false"),
    .flag("checks.dmarc", \.checks.dmarc, "Whether DMARC is checked.", example: "false"),
    .choice(
      "checks.dmarc-policy", \.checks.dmarcPolicy,
      "How far a domain's DMARC policy is followed: honour (reject is refused, quarantine goes to Junk), junk (both go to Junk), note.",
      example: "junk"),
    .flag(
      "checks.dmarc-reports", \.checks.dmarcReports,
      "Whether findings are collected for the reports that domains ask for.", example: "false"),
    .text(
      "checks.public-suffixes", \.checks.publicSuffixes, form: "a path",
      "A public suffix list for DMARC as in RFC 7489; empty: the tree walk of its successor.",
      example: "/usr/share/publicsuffix/public_suffix_list.dat"),
    .list(
      "checks.trusted-sealers", \.checks.trustedSealers, of: "domains",
      "Forwarders whose ARC seals are believed, so that their mail survives a DMARC failure.",
      example: "[lists.example.org]", check: Check.hostname),
    .list(
      "checks.blocklists", \.checks.blocklists, of: "zones",
      "DNS blocklists to ask about clients, each as ZONE or ZONE=ANSWERS.", example: "[zen.spamhaus.org]",
      check: Check.dnsList),
    .choice(
      "checks.blocklist-action", \.checks.blocklistAction,
      "What a listing leads to; postmaster and abuse are reached all the same.", example: "junk"),
    .list(
      "checks.allowlists", \.checks.allowlists, of: "zones",
      "DNS allowlists: their clients meet neither blocklists nor greylisting.", example: "[list.dnswl.org]",
      check: Check.dnsList),
    .flag(
      "checks.greylisting", \.checks.greylisting, "Whether unknown senders are asked to come again later.",
      example: "true"),
    .number(
      "checks.greylist-seconds", \.checks.greylistSeconds, 1...86_400, "How long an unknown sender must wait.",
      example: "60"),
    .number(
      "checks.tarpit-seconds", \.checks.tarpitSeconds, 0...60,
      "How long unknown senders wait for the answer to each recipient; 0: not at all.", example: "5"),
    .number(
      "checks.seconds", \.checks.seconds, 1...240,
      "How long all questions about one message may take; it is taken in even if they are not answered.",
      example: "10"),
  ]

  static let signing: [ConfigurationOption] = [
    .flag(
      "dkim.sign", \.signing.isEnabled, "Whether mail of our own users is signed with their domain's keys.",
      example: "false")
  ]
}

extension Check {
  @Sendable static func dnsList(_ text: String) -> Phrase? { DNSList(text) == nil ? .remedyDNSList : nil }
}
