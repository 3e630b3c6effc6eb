import ArgumentParser
import BaridServer
import Phrases

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: Speech.say(.helpConfig), subcommands: [Check.self, Describe.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: Speech.say(.helpConfigCheck))
    @OptionGroup var options: ConfigOption

    func run() async throws {
      _ = try options.settings()
      Terminal.print(.configGood)
    }
  }

  struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "describe", abstract: Speech.say(.helpConfigDescribe))

    @Flag(help: ArgumentHelp(Speech.say(.helpOptionTable))) var table = false

    @OptionGroup var options: ConfigOption

    func run() async throws {
      if table { return Terminal.print(ConfigurationText.table()) }
      var settings = ServerSettings()
      do throws(ConfigurationMistakes) { settings = try options.file.read() } catch {
        // Whoever mends mistakes needs the list.
        Terminal.write(Speech.say(.describeMistaken) + "\n")
      }
      Terminal.print(ConfigurationText.describe(settings, in: Speech.language))
    }
  }
}
