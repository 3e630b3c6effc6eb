import ArgumentParser
import BaridServer
import Control
import Phrases

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: Speech.say(.helpBackup), subcommands: [Create.self, Verify.self, Restore.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: Speech.say(.helpBackupCreate))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentPath))) var path: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionKeepBackups), valueName: "count")) var keep: Int?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["path": .text(WholePath.of(path))]
      if let keep { arguments["keep"] = .int(Int64(keep)) }
      try await Desk(settings: options.settings()).run("backup create", arguments, json: json, isLong: true)
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: Speech.say(.helpBackupVerify))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentPath))) var path: String
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run(
        "backup verify", ["path": .text(WholePath.of(path))], json: json, isLong: true,
        failsUnless: "isSound", show: Mistakes.lines, alone: ControlVerbs.verifyBackupAlone)
    }
  }

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "restore", abstract: Speech.say(.helpBackupRestore))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentPath))) var path: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionAccount), valueName: "address")) var account: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let settings = try options.settings()
      let path = WholePath.of(path)
      if let account {
        return try await Desk(settings: settings).run(
          "backup restore", ["path": .text(path), "address": .text(account)], json: json, isLong: true)
      }
      if ControlClient.isRunning(ControlClient.socketPath(in: settings.dataFolder)) {
        throw Terminal.fail(.backupServerRuns)
      }
      let bar = ProgressBar()
      do throws(StartFault) {
        try ClosedFolder(settings).restore(path) { bar.show($0, of: $1) }
        bar.clear()
      } catch {
        bar.clear()
        throw Terminal.fail(error.phrase)
      }
      if json { return Terminal.print("{\"folder\": \"\(settings.dataFolder)\"}") }
      Terminal.print(.backupRestored(settings.dataFolder))
    }
  }
}
