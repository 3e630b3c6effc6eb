import ArgumentParser
import BaridServer
import Control
import Phrases

struct MailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mail", abstract: Speech.say(.helpMail),
    subcommands: [Search.self, Deleted.self, Restore.self, Import.self, Export.self])

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
          result.table([.columnNumber, .columnMailbox, .columnRemoved, .columnCause, .columnSize, .columnSubject]) {
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

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "restore", abstract: Speech.say(.helpMailRestore))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Option(name: .customLong("at"), help: ArgumentHelp(Speech.say(.helpOptionAt))) var moment: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionMailbox))) var mailbox: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionMessage))) var message: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionKeepNewer))) var keepNewer = false
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = [
        "address": .text(address), "at": .text(moment), "keepNewer": .bool(keepNewer),
        "language": .text(Speech.language.rawValue),
      ]
      if let mailbox { arguments["mailbox"] = .text(mailbox) }
      if let message { arguments["message"] = .text(message) }
      try await Desk(settings: options.settings()).run("mail restore", arguments, json: json)
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "import", abstract: Speech.say(.helpMailImport))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentPath))) var path: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionFormat), valueName: Formats.imported)) var format: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionInto), valueName: "mailbox")) var into: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionAgain))) var again = false
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = [
        "address": .text(address), "path": .text(WholePath.of(path)), "again": .bool(again),
      ]
      if let format { arguments["format"] = .text(format) }
      if let into { arguments["into"] = .text(into) }
      try await Desk(settings: options.settings()).run("mail import", arguments, json: json, isLong: true)
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "export", abstract: Speech.say(.helpMailExport))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentPath))) var path: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionFormat), valueName: Formats.exported)) var format = "maildir"
    @Option(help: ArgumentHelp(Speech.say(.helpOptionMailbox))) var mailbox: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = [
        "address": .text(address), "path": .text(WholePath.of(path)), "format": .text(format),
      ]
      if let mailbox { arguments["mailbox"] = .text(mailbox) }
      try await Desk(settings: options.settings()).run("mail export", arguments, json: json, isLong: true)
    }
  }

  private enum Formats {
    static let imported = "mbox|mboxrd|mboxcl2|maildir|eml"
    static let exported = "mboxrd|mboxcl2|maildir|eml"
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
