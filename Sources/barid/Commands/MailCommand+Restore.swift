import ArgumentParser
import BaridServer
import Control
import Phrases

extension MailCommand {
  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "restore", abstract: Speech.say(.helpMailRestore))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Option(name: .customLong("at"), help: ArgumentHelp(Speech.say(.helpOptionAt), valueName: "time")) var moment:
      String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionMailbox))) var mailbox: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionMessage), valueName: "number")) var message: String?
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
}
