internal import DNS
internal import Glibc
internal import Logging
internal import MailAuth
internal import Net
internal import SMTPServer

/// What a running server needs to look at strangers' mail: resolver, checks, and where findings for reports are kept.
struct CheckDesk: Sendable {
  let resolver: Resolver
  let checks: SenderChecks
  let journal: ReportJournal?

  /// nil: nothing is checked.
  static func open(_ settings: ServerSettings, log: LogSwitch) throws(StartFault) -> CheckDesk? {
    guard settings.checks.isEnabled, settings.listeners[.smtp].isEnabled else { return nil }
    var own = settings.checks.settings(settings.exemptions)
    if !settings.checks.publicSuffixes.isEmpty {
      do throws(FileFault) {
        own.suffixes = PublicSuffixList(try FileBytes.read(settings.checks.publicSuffixes, limit: 4 << 20))
      } catch {
        throw StartFault(.dataFault(error.description))
      }
    }
    let logger = log.logger("checks")
    let journal = settings.checks.dmarcReports ? ReportJournal(settings.reportFolder, logger: logger) : nil
    let resolver = try NameServers.resolver(settings.resolver, logger: log.logger("resolver"))
    let checks = SenderChecks(
      settings: own, dns: resolver, logger: logger, now: { Int64(time(nil)) }, report: journal.map { $0.add })
    return CheckDesk(resolver: resolver, checks: checks, journal: journal)
  }

  func close() {
    resolver.close()
    journal?.close()
  }
}

extension ServerSettings {
  /// Where findings for DMARC reports are kept until they are sent.
  package var reportFolder: String { dataFolder + "/dmarc" }
}
