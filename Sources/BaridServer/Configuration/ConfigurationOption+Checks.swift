internal import Phrases
internal import SMTPServer

// Options about mail from strangers and about signing one's own.
extension ConfigurationOption {
  static let checks: [ConfigurationOption] = [
    .flag(
      "checks.enabled", \.checks.isEnabled, .purposeChecks,
      example: "false"),
    .flag(
      "checks.reverse-dns", \.checks.reverseDNS,
      .purposeReverseDNS, example: "false"),
    .flag("checks.spf", \.checks.spf, .purposeSPF, example: "false"),
    .choice(
      "checks.spf-fail", \.checks.spfFail,
      .purposeSPFFail, example: "note"),
    .flag("checks.dkim", \.checks.dkim, .purposeDKIM, example: "false"),
    .flag("checks.dmarc", \.checks.dmarc, .purposeDMARC, example: "false"),
    .choice(
      "checks.dmarc-policy", \.checks.dmarcPolicy,
      .purposeDMARCPolicy,
      example: "junk"),
    .flag(
      "checks.dmarc-reports", \.checks.dmarcReports,
      .purposeDMARCReports, example: "false"),
    .text(
      "checks.public-suffixes", \.checks.publicSuffixes, form: .formPath,
      .purposeSuffixes,
      example: "/usr/share/publicsuffix/public_suffix_list.dat"),
    .list(
      "checks.trusted-sealers", \.checks.trustedSealers, of: .formDomains,
      .purposeSealers,
      example: "[lists.example.org]", check: Check.hostname),
    .list(
      "checks.blocklists", \.checks.blocklists, of: .formZones,
      .purposeBlocklists, example: "[zen.spamhaus.org]",
      check: Check.dnsList),
    .choice(
      "checks.blocklist-action", \.checks.blocklistAction,
      .purposeBlocklistAction, example: "junk"),
    .list(
      "checks.allowlists", \.checks.allowlists, of: .formZones,
      .purposeAllowlists, example: "[list.dnswl.org]",
      check: Check.dnsList),
    .flag(
      "checks.greylisting", \.checks.greylisting, .purposeGreylisting,
      example: "true"),
    .number(
      "checks.greylist-seconds", \.checks.greylistSeconds, 1...86_400, .purposeGreylistSeconds,
      example: "60"),
    .number(
      "checks.tarpit-seconds", \.checks.tarpitSeconds, 0...60,
      .purposeTarpit, example: "5"),
    .number(
      "checks.seconds", \.checks.seconds, 1...240,
      .purposeCheckSeconds,
      example: "10"),
  ]

  static let signing: [ConfigurationOption] = [
    .flag(
      "dkim.sign", \.signing.isEnabled, .purposeSigning,
      example: "false")
  ]
}

extension Check {
  @Sendable static func dnsList(_ text: String) -> Phrase? { DNSList(text) == nil ? .remedyDNSList : nil }
}
