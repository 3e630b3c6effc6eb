import ArgumentParser
import Phrases

/// `barid`: one program, one noun or verb a job. docs/commands.md has every name.
@main
struct Barid: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "barid",
    abstract: Speech.say(.helpBarid),
    subcommands: [
      ConfigCommand.self, VersionCommand.self,
    ])
}
