import ArgumentParser
import BaridServer
import Glibc
import Logging
import Phrases

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: Speech.say(.helpServe))
  @OptionGroup var options: ConfigOption

  func run() async throws {
    let settings = try options.settings(toStart: true)
    let log = try Running.log(settings.log)
    let office = try await Running.open(settings, configuration: options.file, log: log)
    log.logger("server").notice(
      "ready", metadata: ["version": "\(Version.text)", "folder": "\(settings.dataFolder)"])
    await office.run()
  }
}

/// Starting a server from the command line: a refusal is one sentence and exit status 1.
enum Running {
  static func log(_ settings: LogSettings) throws -> LogSwitch {
    do throws(FileFault) {
      return try LogSwitch(settings)
    } catch {
      throw Terminal.fail(error.phrase)
    }
  }

  static func open(
    _ settings: ServerSettings, configuration: ConfigurationFile? = nil, log: LogSwitch,
    beforeListening: @Sendable (PostOffice) async throws(StartFault) -> Void = { _ in }
  ) async throws -> PostOffice {
    // What the server makes is for its own user, to be read by its group at most.
    umask(0o027)
    do throws(StartFault) {
      return try await PostOffice.open(
        settings, configuration: configuration, log: log, beforeListening: beforeListening)
    } catch {
      throw Terminal.fail(error.phrase)
    }
  }
}
