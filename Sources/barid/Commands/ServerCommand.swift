import ArgumentParser
import Control
import Phrases

struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: Speech.say(.helpServer),
    subcommands: [Status.self, Reload.self, Stop.self, ConfirmTime.self])

  struct ConfirmTime: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "confirm-time", abstract: Speech.say(.helpServerConfirmTime))
    @OptionGroup var options: ConfigOption

    func run() async throws { try await Desk(settings: options.settings()).run("server confirm-time") }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: Speech.say(.helpServerStatus))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("server status", json: json, needsServer: true)
    }
  }

  struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reload", abstract: Speech.say(.helpServerReload))
    @OptionGroup var options: ConfigOption

    func run() async throws { try await Desk(settings: options.settings()).run("server reload", needsServer: true) }
  }

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: Speech.say(.helpServerStop))
    @OptionGroup var options: ConfigOption

    func run() async throws { try await Desk(settings: options.settings()).run("server stop", needsServer: true) }
  }
}
