import ArgumentParser
import Control
import Phrases

extension StoreCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: Speech.say(.helpStoreVerify))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run(
        "store verify", json: json, isLong: true, failsUnless: "isSound", show: Mistakes.lines)
    }
  }

  struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "compact", abstract: Speech.say(.helpStoreCompact))
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings()).run("store compact", json: json, isLong: true)
    }
  }
}

/// What verification found, a line each.
enum Mistakes {
  static func lines(_ result: ControlValue) -> String? {
    guard let list = result["list"]?.list, !list.isEmpty else { return nil }
    return list.map { mistake in
      let account = mistake["account"]?.int.map { " account \($0)" } ?? ""
      let lane = mistake["lane"]?.int ?? -1
      return "\(lane < 0 ? "backup" : "lane \(lane)")\(account): \(mistake["what"]?.text ?? "")"
    }.joined(separator: "\n")
  }
}
