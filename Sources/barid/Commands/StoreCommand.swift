import ArgumentParser
import Phrases

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: Speech.say(.helpStore), subcommands: [Verify.self, Reindex.self, Compact.self])
}
