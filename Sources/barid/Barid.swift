import ArgumentParser
import Phrases

/// `barid`: one program, one noun or verb a job. docs/commands.md has every name.
@main
struct Barid: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "barid",
    abstract: Speech.say(.helpBarid),
    subcommands: [
      ServeCommand.self, DemoCommand.self, ConfigCommand.self, ServerCommand.self, DomainCommand.self,
      AccountCommand.self, AliasCommand.self, DeviceCommand.self, MailCommand.self, MailboxCommand.self,
      StoreCommand.self, BackupCommand.self, UpgradeCommand.self, SPFCommand.self, DKIMCommand.self,
      ARCCommand.self, DMARCCommand.self, VersionCommand.self, TestBedCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot(Speech.words)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      let page = HelpPage.translated(fullMessage(for: error), into: Speech.language)
      let code = exitCode(for: error)
      if !page.isEmpty { code.isSuccess ? Terminal.print(page) : Terminal.write(page + "\n") }
      exit(withError: code)
    }
  }
}
