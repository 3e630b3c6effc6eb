import ArgumentParser
import Control
import Phrases

struct DomainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "domain", abstract: Speech.say(.helpDomain), subcommands: [Add.self, List.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Speech.say(.helpDomainAdd))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionAliasOf), valueName: "domain")) var aliasOf: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["name": .text(domain)]
      if let aliasOf { arguments["aliasOf"] = .text(aliasOf) }
      try await Desk(settings: options.settings()).run("domain add", arguments)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpDomainList))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("domain list", json: json) { result in
        result.table([.columnDomain, .columnAliasOf, .columnAccounts]) {
          [$0.cell("name"), $0.cell("aliasOf"), $0.cell("accounts")]
        }
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: Speech.say(.helpDomainRemove))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("domain remove", ["name": .text(domain)])
    }
  }
}
