import ArgumentParser
import BaridServer
import Control
import Phrases

struct MailboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mailbox", abstract: Speech.say(.helpMailbox), subcommands: [State.self, Show.self, Expunge.self])

  struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "state", abstract: Speech.say(.helpMailboxState))
    @OptionGroup var place: MailboxArguments
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentStateMode))) var mode: String?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments = place.arguments
      if let mode { arguments["mode"] = .text(mode) }
      try await Desk(settings: options.settings()).run("mailbox state", arguments, json: json) { result in
        guard let members = result["members"], members.list?.isEmpty == false else { return nil }
        return members.table([.columnMember, .columnJoined, .columnMessages, .columnUnseen, .columnHidden]) {
          [$0.cell("member"), $0.time("joinedAt") ?? "-", $0.cell("messages"), $0.cell("unseen"), $0.cell("hidden")]
        }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Speech.say(.helpMailboxShow))
    @OptionGroup var place: MailboxArguments
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentMember))) var member: String
    @OptionGroup var choice: UIDArguments
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments = place.arguments.merging(choice.arguments) { $1 }.merging(["member": .text(member)]) { $1 }
      try await Desk(settings: options.settings()).run("mailbox show", arguments, json: choice.json)
    }
  }

  struct Expunge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "expunge", abstract: Speech.say(.helpMailboxExpunge))
    @OptionGroup var place: MailboxArguments
    @OptionGroup var choice: UIDArguments
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let arguments = place.arguments.merging(choice.arguments) { $1 }
      try await Desk(settings: options.settings()).run("mailbox expunge", arguments, json: choice.json)
    }
  }
}

struct MailboxArguments: ParsableArguments {
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentAddress))) var address: String
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentMailboxName))) var mailbox: String

  var arguments: [String: ControlValue] { ["address": .text(address), "mailbox": .text(mailbox)] }
}

/// Which messages: by UID, or all.
struct UIDArguments: ParsableArguments {
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentUIDs))) var uids: [String] = []
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionAll))) var all = false
  @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false

  var arguments: [String: ControlValue] {
    uids.isEmpty ? ["all": .bool(all)] : ["uids": .list(uids.map { .text($0) })]
  }
}
