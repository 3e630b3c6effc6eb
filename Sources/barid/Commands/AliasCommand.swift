import ArgumentParser
import Control
import Phrases

struct AliasCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alias", abstract: Speech.say(.helpAlias), subcommands: [Add.self, List.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Speech.say(.helpAliasAdd))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentTargets))) var targets: [String]
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments: [String: ControlValue] = [
        "address": .text(address), "targets": .list(targets.map { .text($0) }),
      ]
      try await Desk(settings: options.settings()).run("alias add", arguments)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpAliasList))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("alias list", json: json) { result in
        result.table([.columnAddress, .columnTargets]) { [$0.address("address"), $0.address("targets")] }
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: Speech.say(.helpAliasRemove))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("alias remove", ["address": .text(address)])
    }
  }
}
