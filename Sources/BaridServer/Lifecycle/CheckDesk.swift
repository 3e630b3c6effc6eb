internal import DNS
internal import Glibc
internal import Logging
internal import MailAuth
internal import Net
internal import SMTPServer

/// What a running server needs to look at strangers' mail: resolver and checks. A desk that a reload replaced lives on for the
/// connections that began with it; its resolver ends with the last of them.
struct CheckDesk: Sendable {
  let resolver: Resolver
  let checks: SenderChecks

  /// What this desk was opened with: while it stays the same, a reload keeps the desk with all that it remembers.
  private let origin: Origin

  private struct Origin: Equatable {
    var options: CheckOptions
    var exemptions: Exemptions
    var server: String?
  }

  /// The desk for these settings; nil: nothing is checked. `last`: the one until now.
  static func open(
    _ settings: ServerSettings, after last: CheckDesk? = nil, journal: ReportJournal?, log: LogSwitch
  ) throws(StartFault) -> CheckDesk? {
    guard settings.checks.isEnabled, settings.listeners[.smtp].isEnabled else { return nil }
    let server = NameServers.chosen(settings.resolver).map { "\($0.address) \($0.port)" }
    let origin = Origin(options: settings.checks, exemptions: settings.exemptions, server: server)
    // The file with the suffixes may say something else than when it was read.
    if let last, last.origin == origin, settings.checks.publicSuffixes.isEmpty { return last }
    var own = settings.checks.settings(settings.exemptions)
    if !settings.checks.publicSuffixes.isEmpty {
      do throws(FileFault) {
        own.suffixes = PublicSuffixList(try FileBytes.read(settings.checks.publicSuffixes, limit: 4 << 20))
      } catch {
        throw StartFault(error.phrase)
      }
    }
    let resolver =
      if let last, last.origin.server == server { last.resolver } else {
        try NameServers.resolver(settings.resolver, logger: log.logger("resolver"))
      }
    let checks = SenderChecks(
      settings: own, dns: resolver, logger: log.logger("checks"), now: { Int64(time(nil)) },
      report: settings.checks.dmarcReports ? journal.map { $0.add } : nil, after: last?.checks)
    return CheckDesk(resolver: resolver, checks: checks, origin: origin)
  }

  func close() { resolver.close() }
}

extension ServerSettings {
  /// Where findings for DMARC reports are kept until they are sent.
  package var reportFolder: String { dataFolder + "/dmarc" }
}
