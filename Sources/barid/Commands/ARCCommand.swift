import ArgumentParser
import MailAuth
import Phrases

struct ARCCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arc", abstract: Speech.say(.helpARC), subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: Speech.say(.helpARCVerify))
    @OptionGroup var message: MessageArgument
    @OptionGroup var options: InspectionOptions

    func run() async throws {
      let bytes = try message.read()
      try await options.show { await Inspections.arc(message: bytes, time: present(), $0) }
    }
  }
}
