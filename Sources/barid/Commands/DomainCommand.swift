import ArgumentParser
import BaridServer
import Control
import Phrases

struct DomainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "domain", abstract: Speech.say(.helpDomain), subcommands: [Add.self, List.self, Set.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Speech.say(.helpDomainAdd))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionAliasOf), valueName: "domain")) var aliasOf: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["name": .text(domain)]
      if let aliasOf { arguments["aliasOf"] = .text(aliasOf) }
      try await Desk(settings: options.settings()).run("domain add", arguments, makesFolder: true)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpDomainList))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("domain list", json: json) { result in
        result.table(
          [
            .columnDomain, .columnAliasOf, .columnAccounts, .columnUsed, .columnQuota, .columnMessages,
            .columnMostMessages,
          ]
        ) {
          [
            $0.address("name"), $0.address("aliasOf"), $0.cell("accounts"), $0.size("usedBytes"), $0.size("quotaBytes"),
            $0.cell("usedMessages"), $0.cell("quotaMessages"),
          ]
        }
      }
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: Speech.say(.helpDomainSet))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionQuota), valueName: "size|none")) var quota: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionQuotaMessages), valueName: "number|none")) var messages: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["name": .text(domain)]
      if quota == "none" {
        arguments["quota"] = "none"
      } else if let quota {
        guard let bytes = ByteSize.parse(quota) else { throw Terminal.fail(.quotaInvalid(quota)) }
        arguments["quota"] = .text(String(bytes))
      }
      if let messages { arguments["messages"] = .text(messages) }
      try await Desk(settings: options.settings()).run("domain set", arguments)
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
