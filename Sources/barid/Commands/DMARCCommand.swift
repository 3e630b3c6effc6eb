import ArgumentParser
import MailAuth
import Phrases

struct DMARCCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmarc", abstract: Speech.say(.helpDMARC), subcommands: [Check.self, Report.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: Speech.say(.helpDMARCCheck))
    @Option(help: ArgumentHelp(Speech.say(.helpOptionFrom), valueName: "domain")) var from: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionSPFResult), valueName: "result:domain")) var spf: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionDKIMResult), valueName: "result:domain")) var dkim: [String] = []
    @OptionGroup var options: InspectionOptions

    func run() async throws {
      for (option, values) in [("--spf", spf.map { [$0] } ?? []), ("--dkim", dkim)] {
        // What has passed has passed for a domain.
        for value in values where ["pass", "pass:", "pass="].contains(value.lowercased()) {
          throw Terminal.fail(.controlArgumentInvalid(option, value, .remedyResultDomain))
        }
      }
      try await options.show { await Inspections.dmarc(from: from, spf: spf, dkim: dkim, $0) }
    }
  }
}
