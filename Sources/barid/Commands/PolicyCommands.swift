import ArgumentParser
import Control
import Phrases

/// What POP does with mail, as options of `barid account policy` and `barid device policy`.
struct PolicyOptions: ParsableArguments {
  @Option(help: ArgumentHelp(Speech.say(.helpOptionDele), valueName: "archive|trash|delete")) var dele: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionKeep), valueName: "forever|after-download|after-arrival"))
  var keep: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionDays), valueName: "days")) var days: Int?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionCounted), valueName: "all|device")) var counted: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionSeen), valueName: "yes|no")) var seen: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionFolder), valueName: "name")) var folder: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionOnlyNew), valueName: "yes|no")) var onlyNew: String?
  @Option(help: ArgumentHelp(Speech.say(.helpOptionHasBefore), valueName: "date")) var hasBefore: String?
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionOwnCopies))) var ownCopies = false
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionReset))) var reset = false
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false

  func added(to arguments: [String: ControlValue]) -> [String: ControlValue] {
    var all = arguments
    let texts = [
      "dele": dele, "keep": keep, "counted": counted, "seen": seen, "folder": folder, "onlyNew": onlyNew,
      "hasBefore": hasBefore,
    ]
    for case (let name, let text?) in texts { all[name] = .text(text) }
    if let days { all["days"] = .int(Int64(days)) }
    if ownCopies { all["ownCopies"] = true }
    if reset { all["reset"] = true }
    return all
  }
}

extension AccountCommand {
  struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "policy", abstract: Speech.say(.helpAccountPolicy))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @OptionGroup var policy: PolicyOptions
    @Option(help: ArgumentHelp(Speech.say(.helpOptionGroup), valueName: "yes|no")) var group: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments = policy.added(to: ["address": .text(address)])
      if let group { arguments["group"] = .text(group) }
      try await Desk(settings: options.settings()).run("account policy", arguments, json: policy.json) {
        PolicyTable.text($0)
      }
    }
  }
}

extension DeviceCommand {
  struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "policy", abstract: Speech.say(.helpDevicePolicy))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDevice))) var name: String
    @OptionGroup var policy: PolicyOptions
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionOneProgram))) var oneProgram = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments = policy.added(to: ["address": .text(address), "name": .text(name)])
      if oneProgram { arguments["oneProgram"] = true }
      try await Desk(settings: options.settings()).run("device policy", arguments, json: policy.json) {
        PolicyTable.text($0)
      }
    }
  }

  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "history", abstract: Speech.say(.helpDeviceHistory))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDevice))) var name: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["address": .text(address)]
      if let name { arguments["name"] = .text(name) }
      try await Desk(settings: options.settings()).run("device history", arguments, json: json) { result in
        guard
          let table = result["sessions"]?.table(
            [.columnWhen, .columnDevice, .columnPeer, .columnTook, .columnRemoved, .columnFreed],
            {
              [
                $0.time("at") ?? "-", PolicyTable.device($0), $0.cell("peer"), $0.cell("taken"), $0.cell("removed"),
                PolicyTable.size($0["freedBytes"]?.int ?? 0),
              ]
            })
        else { return nil }
        let freed = PolicyTable.size(result["freedBytes"]?.int ?? 0)
        return table + "\n" + Speech.say(.popFreed(messages: result["removed"]?.int ?? 0, bytes: freed))
      }
    }
  }

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "forget", abstract: Speech.say(.helpDeviceForget))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDevice))) var name: String
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments: [String: ControlValue] = ["address": .text(address), "name": .text(name)]
      try await Desk(settings: options.settings()).run("device forget", arguments)
    }
  }
}

/// A policy in words.
enum PolicyTable {
  static func text(_ policy: ControlValue) -> String {
    var rows: [(Phrase, String)] = [
      (.ruleDele, deletion(policy)), (.ruleKeep, keeping(policy)),
      (.ruleCounted, Speech.say(policy["counted"] == "device" ? .popCountedDevice : .popCountedAll)),
      (.ruleSeen, truth(policy["seen"])), (.ruleFolder, policy.cell("folder")),
      (.ruleOnlyNew, truth(policy["onlyNew"])),
    ]
    if let time = policy.time("hasBefore") { rows.append((.ruleHasBefore, time)) }
    rows.append((.ruleGroup, truth(policy["group"])))
    return Terminal.table(
      [Speech.say(.columnRule), Speech.say(.columnValue)], rows.map { [Speech.say($0.0), $0.1] })
  }

  static func keeping(_ policy: ControlValue) -> String {
    let days = policy["days"]?.int ?? 0
    return switch policy["keep"] {
    case "after-download": Speech.say(.popKeepDownload(days))
    case "after-arrival": Speech.say(.popKeepArrival(days))
    default: Speech.say(.popKeepForever)
    }
  }

  private static func deletion(_ policy: ControlValue) -> String {
    switch policy["dele"] {
    case "archive": Speech.say(.popDeleArchive)
    case "delete": Speech.say(.popDeleDelete)
    default: Speech.say(.popDeleTrash)
    }
  }

  private static func truth(_ value: ControlValue?) -> String { Speech.say(value?.bool == true ? .yes : .no) }

  /// What the owner must know of a device.
  static func notice(_ device: ControlValue) -> String {
    if let time = device.time("flaggedAt") { return Speech.say(.popFlaggedSince(time)) }
    if let time = device.time("quietAt") { return Speech.say(.popSilentSince(time)) }
    return ""
  }

  static func device(_ session: ControlValue) -> String {
    if session["name"]?.text != nil { return session.cell("name") }
    return switch session["device"]?.int {
    case 0: Speech.say(.popUnknownDevice)
    case -1: Speech.say(.popServerItself)
    default: Speech.say(.popRemovedDevice)
    }
  }

  /// Bytes as people read them, one decimal.
  static func size(_ bytes: Int64) -> String {
    var value = bytes * 10
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 10_240 || unit == "GiB" {
        return unit == "B" ? "\(bytes) B" : "\(value / 10).\(value % 10) \(unit)"
      }
      value /= 1_024
    }
    return "\(bytes) B"
  }
}
