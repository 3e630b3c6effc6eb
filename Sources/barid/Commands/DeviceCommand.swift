import ArgumentParser
import Control
import Phrases

struct DeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: Speech.say(.helpDevice),
    subcommands: [Add.self, List.self, Remove.self, Policy.self, History.self, Forget.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Speech.say(.helpDeviceAdd))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDevice))) var name: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionScope), valueName: "service")) var scope: [String] = []
    @Option(help: ArgumentHelp(Speech.say(.helpOptionExpires), valueName: "days")) var expires: Int?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionAPOP))) var apop = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = [
        "address": .text(address), "name": .text(name), "scope": .list(scope.map { .text($0) }),
      ]
      if apop { arguments["apop"] = true }
      if let expires { arguments["expiresInDays"] = .int(Int64(expires)) }
      try await Desk(settings: options.settings()).run("device add", arguments)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpDeviceList))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments: [String: ControlValue] = ["address": .text(address)]
      try await Desk(settings: options.settings()).run("device list", arguments, json: json) { result in
        result.table([
          .columnDevice, .columnScope, .columnLastUse, .columnExpires, .columnLastDownload, .columnKeeps,
          .columnNotice,
        ]) {
          [
            $0.cell("name"), $0.cell("scope"), $0.time("lastUse") ?? Speech.say(.deviceNeverUsed),
            $0.time("expiresAt") ?? "-", $0.time("lastDownload") ?? "-", PolicyTable.keeping($0["policy"] ?? .null),
            PolicyTable.notice($0),
          ]
        }
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: Speech.say(.helpDeviceRemove))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDevice))) var name: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments: [String: ControlValue] = ["address": .text(address), "name": .text(name)]
      try await Desk(settings: options.settings()).run("device remove", arguments)
    }
  }
}
