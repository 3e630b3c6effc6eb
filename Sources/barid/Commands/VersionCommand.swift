import ArgumentParser
import BaridServer
import Phrases

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: Speech.say(.helpVersion))
  @OptionGroup var speech: LanguageOption

  func run() async throws { Terminal.print("barid \(Version.text)") }
}
