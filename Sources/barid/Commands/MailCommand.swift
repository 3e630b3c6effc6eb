import ArgumentParser
import Phrases

struct MailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mail", abstract: Speech.say(.helpMail),
    subcommands: [Search.self, Deleted.self, Restore.self, Import.self, Export.self])
}
