import ArgumentParser
import BaridServer
import DNS
import Glibc
import Mail
import MailAuth
import Net
import Phrases

extension DMARCCommand {
  /// Reports that others sent, from files; or what was collected here for others.
  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "report", abstract: Speech.say(.helpDMARCReport))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentReports))) var files: [String] = []
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionOutgoing))) var outgoing = false
    @Option(help: ArgumentHelp(Speech.say(.helpOptionDate), valueName: "yyyy-mm-dd")) var date: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionReportFolder), valueName: "folder")) var into: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionDNS), valueName: "host:port")) var dns: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      if outgoing { return try await showOutgoing() }
      guard !files.isEmpty else { throw Terminal.fail(.reportMissing) }
      var shown: [ShownReport] = []
      var isBad = false
      for file in files {
        do {
          let bytes = try FileBytes.read(file == "-" ? "/dev/stdin" : file, limit: AggregateReport.maximumSize)
          for report in try ReceivedReport.read(bytes) { shown.append(ShownReport(file: file, report)) }
        } catch let fault as FileFault {
          isBad = true
          _ = Terminal.fail(fault.phrase)
        } catch {
          isBad = true
          _ = Terminal.fail(.reportUnreadable(file))
        }
      }
      if json {
        Terminal.print(try JSONPage.text(shown))
      } else if !shown.isEmpty {
        Terminal.print(shown.map(\.text).joined(separator: "\n\n"))
      }
      if isBad { throw ExitCode.failure }
    }

    // MARK: What was collected

    private func showOutgoing() async throws {
      let settings = try options.settings()
      try Desk.refusing { () throws(StartFault) in try DataFolder.require(settings) }
      let folder = settings.reportFolder
      let wanted = try date.map(Self.day)
      let days = ReportJournal.days(in: folder).filter { wanted == nil || $0 == wanted }
      let resolver = try resolver(settings)
      defer { resolver.close() }
      var shown: [OutgoingReport] = []
      for day in days {
        let rows: [CollectedRow]
        do throws(FileFault) { rows = try ReportJournal.rows(of: day, in: folder) } catch {
          throw Terminal.fail(error.phrase)
        }
        let name = settings.effectiveHostname
        let reports = AggregateReport.reports(
          over: rows, organization: name, email: "postmaster@\(name)", begin: day * 86_400, end: day * 86_400 + 86_399)
        for (report, destinations) in reports {
          let suffixes = try Self.suffixes(settings)
          let checked = await DMARCReportDestinations(suffixes: suffixes)
            .verify(destinations, policyDomain: report.policy.domain, resolver)
          shown.append(OutgoingReport(report, checked.accepted, checked.refused.map(\.reason)))
          if let into { try write(report, name, into) }
        }
      }
      if json { return Terminal.print(try JSONPage.text(shown)) }
      if shown.isEmpty { return Terminal.print(.listEmpty) }
      let head: [Phrase] = [.columnDate, .columnDomain, .columnMessages, .columnPassed, .columnReportTo]
      Terminal.print(
        Terminal.table(
          head.map(Speech.say),
          shown.map {
            [
              $0.date, $0.report.policy.domain, String($0.messages), String($0.passed),
              ($0.destinations + $0.refused.map { "(\($0))" }).joined(separator: ", "),
            ]
          }))
    }

    private func write(_ report: AggregateReport, _ receiver: String, _ folder: String) throws {
      guard let packed = report.packed(receiver: receiver) else { throw Terminal.fail(.dataFault("no memory")) }
      do throws(FileFault) {
        // A domain's name cannot hold a slash, but this is a path.
        try FileBytes.replace(
          "\(folder)/\(packed.name.replacing("/", with: "_"))", with: packed.bytes, mode: 0o600)
      } catch {
        throw Terminal.fail(error.phrase)
      }
    }

    private static func suffixes(_ settings: ServerSettings) throws -> PublicSuffixList? {
      guard !settings.checks.publicSuffixes.isEmpty else { return nil }
      do throws(FileFault) {
        return PublicSuffixList(try FileBytes.read(settings.checks.publicSuffixes, limit: 4 << 20))
      } catch {
        throw Terminal.fail(error.phrase)
      }
    }

    private func resolver(_ settings: ServerSettings) throws -> Resolver {
      var own = Net.ResolverSettings()
      own.server = try dns.map(InspectionOptions.server) ?? NameServers.chosen(settings.resolver)
      do throws(ResolverFault) {
        return try Resolver(settings: own, logger: SilentLog.logger("resolver"))
      } catch {
        throw Terminal.fail(.resolverFault(error.reason))
      }
    }

    /// Days since 1970 of a date such as 2026-11-21.
    private static func day(_ text: String) throws -> Int64 {
      let parts = text.split(separator: "-").compactMap { Int32($0) }
      guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]) else {
        throw Terminal.fail(.controlArgumentInvalid("--date", text, .remedyDate))
      }
      var date = tm()
      (date.tm_year, date.tm_mon, date.tm_mday) = (parts[0] - 1900, parts[1] - 1, parts[2])
      return Int64(timegm(&date)) / 86_400
    }
  }
}

/// What is shown of a report that somebody sent.
private struct ShownReport: Encodable {
  var file: String
  var aggregate: AggregateReport?
  var failure: FailureReport?

  init(file: String, _ report: ReceivedReport) {
    self.file = file
    switch report {
    case .aggregate(let report): aggregate = report
    case .failure(let report): failure = report
    }
  }

  var text: String {
    if let aggregate { return Self.text(aggregate) }
    guard let failure else { return "" }
    return failure.fields.map { "\($0.name): \(ShownText.line($0.value))" }.joined(separator: "\n")
  }

  private static func text(_ report: AggregateReport) -> String {
    let begin = Timestamp.minutes(seconds: Int(clamping: report.begin))
    let end = Timestamp.minutes(seconds: Int(clamping: report.end))
    let head = [
      Speech.say(.reportFrom(ShownText.line(report.organization), domain: ShownText.line(report.policy.domain))),
      "\(begin) - \(end)",
    ]
    let rows = report.records.prefix(1_000).map { record in
      let row = record.row
      return [
        row.sourceIP, String(record.count), row.headerFrom, row.spfAligned, row.dkimAligned, row.disposition,
        row.overrides.map(\.type).joined(separator: " "),
      ].map(ShownText.line)
    }
    let columns: [Phrase] = [
      .columnSource, .columnMessages, .columnAuthor, .columnSPF, .columnDKIM, .columnDone, .columnWhy,
    ]
    return (head + [Terminal.table(columns.map(Speech.say), rows)]).joined(separator: "\n")
  }
}

/// What is shown of a report that was collected here.
private struct OutgoingReport: Encodable {
  var date: String
  var report: AggregateReport
  var messages: Int
  var passed: Int
  var destinations: [String]
  var refused: [String]

  init(_ report: AggregateReport, _ destinations: [DMARCReportURI], _ refused: [String]) {
    self.report = report
    date = String(Timestamp.minutes(seconds: Int(report.begin)).prefix(10))
    messages = report.records.reduce(0) { $0 + $1.count }
    passed = report.records.reduce(0) {
      $0 + ($1.row.spfAligned == "pass" || $1.row.dkimAligned == "pass" ? $1.count : 0)
    }
    self.destinations = destinations.map(\.address)
    self.refused = refused
  }
}

/// Others' text on a terminal.
private enum ShownText {
  /// One line of at most 200 characters.
  static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(200))).asLine
  }
}
