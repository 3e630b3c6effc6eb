import ArgumentParser
import Control
import Phrases

extension MailCommand {
  struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "search", abstract: Speech.say(.helpMailSearch))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentWords))) var words: [String]
    @Option(help: ArgumentHelp(Speech.say(.helpOptionSearchMailbox))) var mailbox: String?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionLimit))) var limit: Int = 50
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = [
        "address": .text(address), "text": .text(words.joined(separator: " ")), "limit": .int(Int64(limit)),
      ]
      if let mailbox { arguments["mailbox"] = .text(mailbox) }
      try await Desk(settings: options.settings()).run("mail search", arguments, json: json) { result in
        result["messages"]?.table([.columnDate, .columnMailbox, .columnFrom, .columnSubject]) {
          [
            $0.time("date") ?? "-", $0.cell("mailbox"), Self.short($0.cell("from"), 32),
            Self.short($0.cell("subject"), 60),
          ]
        }
      }
    }

    /// At most so many characters.
    private static func short(_ line: String, _ limit: Int) -> String {
      line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
  }
}
