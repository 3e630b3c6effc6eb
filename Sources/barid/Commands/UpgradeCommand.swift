import ArgumentParser
import BaridServer
import Control
import Phrases

struct UpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "upgrade", abstract: Speech.say(.helpUpgrade))
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionRehearse))) var rehearse = false
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionUndo))) var undo = false
  @OptionGroup var options: ConfigOption

  func run() async throws {
    let settings = try options.settings()
    if ControlClient.isRunning(ControlClient.socketPath(in: settings.dataFolder)) {
      throw Terminal.fail(.upgradeServerRuns)
    }
    let folder = ClosedFolder(settings)
    do throws(StartFault) {
      try DataFolder.require(settings)
      if undo {
        try folder.undo()
        return Terminal.print(.upgradeUndone)
      }
      let bar = ProgressBar()
      let snapshot = try folder.snapshot { bar.show($0, of: $1) }
      bar.clear()
      if rehearse {
        try await folder.rehearse(snapshot)
        return Terminal.print(.upgradeRehearsed)
      }
      Terminal.print(.upgradeSnapshot(snapshot))
      try await folder.upgrade()
      Terminal.print(.upgradeDone)
    } catch {
      throw Terminal.fail(error.phrase)
    }
  }
}
