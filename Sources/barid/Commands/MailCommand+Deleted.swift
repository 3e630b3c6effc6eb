import ArgumentParser
import BaridServer
import Control
import Phrases

extension MailCommand {
  struct Deleted: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "deleted", abstract: Speech.say(.helpMailDeleted),
      subcommands: [List.self, Restore.self, Purge.self])

    struct List: AsyncParsableCommand {
      static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpMailDeletedList))
      @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
      @Option(help: ArgumentHelp(Speech.say(.helpOptionMailbox))) var mailbox: String?
      @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
      @OptionGroup var options: ConfigOption

      func run() async throws {
        var arguments: [String: ControlValue] = ["address": .text(address)]
        if let mailbox { arguments["mailbox"] = .text(mailbox) }
        try await Desk(settings: options.settings()).run("mail deleted list", arguments, json: json) { result in
          result.table([.columnNumber, .columnMailbox, .columnRemovedAt, .columnCause, .columnSize, .columnSubject]) {
            [
              $0.cell("number"), $0.cell("mailbox"), $0.time("removedAt") ?? "-", $0.cell("cause"), $0.cell("bytes"),
              $0.cell("subject"),
            ]
          }
        }
      }
    }

    struct Restore: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "restore", abstract: Speech.say(.helpMailDeletedRestore))
      @OptionGroup var choice: DeletedChoiceOptions
      @OptionGroup var options: ConfigOption

      func run() async throws {
        try await Desk(settings: options.settings()).run("mail deleted restore", choice.arguments, json: choice.json)
      }
    }

    struct Purge: AsyncParsableCommand {
      static let configuration = CommandConfiguration(commandName: "purge", abstract: Speech.say(.helpMailDeletedPurge))
      @OptionGroup var choice: DeletedChoiceOptions
      @OptionGroup var options: ConfigOption

      func run() async throws {
        try await Desk(settings: options.settings()).run("mail deleted purge", choice.arguments, json: choice.json)
      }
    }
  }
}

/// Which removed messages: by number, by mailbox, or all.
struct DeletedChoiceOptions: ParsableArguments {
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentNumbers))) var numbers: [String] = []
  @Option(help: ArgumentHelp(Speech.say(.helpOptionMailbox))) var mailbox: String?
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionAll))) var all = false
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false

  var arguments: [String: ControlValue] {
    var arguments: [String: ControlValue] = ["address": .text(address), "all": .bool(all)]
    if !numbers.isEmpty { arguments["numbers"] = .list(numbers.map { .text($0) }) }
    if let mailbox { arguments["mailbox"] = .text(mailbox) }
    return arguments
  }
}
