import ArgumentParser
import BaridServer
import Control
import Phrases

extension MailCommand {
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
