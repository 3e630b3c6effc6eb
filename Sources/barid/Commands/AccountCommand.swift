import ArgumentParser
import Control
import Phrases

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: Speech.say(.helpAccount),
    subcommands: [
      Add.self, List.self, Remove.self, Restore.self, Password.self, Policy.self, Set.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Speech.say(.helpAccountAdd))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var password: PasswordOption
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments = try password.added(to: ["address": .text(address)])
      try await Desk(settings: options.settings()).run("account add", arguments)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpAccountList))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionRemoved))) var removed = false
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      if removed {
        return try await Desk(settings: options.settings()).run("account removed", json: json) { result in
          result.table([.columnAddress, .columnRemovedAt]) { [$0.address("address"), $0.time("removedAt") ?? "-"] }
        }
      }
      try await Desk(settings: options.settings()).run("account list", json: json) { result in
        result.table([.columnAddress, .columnDevices, .columnCreated]) {
          [$0.address("address"), $0.cell("devices"), $0.time("createdAt") ?? "-"]
        }
      }
    }
  }

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "restore", abstract: Speech.say(.helpAccountRestore))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("account restore", ["address": .text(address)])
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: Speech.say(.helpAccountRemove))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("account remove", ["address": .text(address)])
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: Speech.say(.helpAccountSet))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionSentCopy), valueName: "on|off")) var sentCopy: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionRecipientsADay), valueName: "number"))
    var recipientsADay: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionNewRecipientsADay), valueName: "number"))
    var newRecipientsADay: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionPriority), valueName: "number")) var priority: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionSearch), valueName: "arabic|exact|default")) var search: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let given = [
        "sentCopy": sentCopy, "recipientsADay": recipientsADay, "newRecipientsADay": newRecipientsADay,
        "priority": priority, "search": search,
      ]
      let arguments = given.compactMapValues { $0.map(ControlValue.text) }
      if arguments.isEmpty { throw Terminal.fail(.accountSettingMissing) }
      try await Desk(settings: options.settings()).run(
        "account set", arguments.merging(["address": .text(address)]) { $1 })
    }
  }

  struct Password: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "password", abstract: Speech.say(.helpAccountPassword))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var password: PasswordOption
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments = try password.added(to: ["address": .text(address)])
      try await Desk(settings: options.settings()).run("account password", arguments)
    }
  }
}

/// A password from standard input, or one that is made: never from the arguments, where every user of the machine sees it.
struct PasswordOption: ParsableArguments {
  @Flag(name: .customLong("password"), help: ArgumentHelp(Speech.say(.helpOptionPassword))) var isGiven = false

  func added(to arguments: [String: ControlValue]) throws -> [String: ControlValue] {
    if !isGiven { return arguments }
    guard let bytes = Terminal.password(prompt: Speech.say(.demoPassword)), !bytes.isEmpty else {
      throw Terminal.fail(.passwordMissing)
    }
    guard let text = String(validating: bytes, as: UTF8.self)
    else { throw Terminal.fail(.passwordInvalid) }
    return arguments.merging(["password": .text(text)]) { $1 }
  }
}
