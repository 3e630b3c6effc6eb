import ArgumentParser
import DNS
import MailAuth
import Phrases

struct SPFCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "spf", abstract: Speech.say(.helpSPF))
  @Option(help: ArgumentHelp(Speech.say(.helpOptionIP), valueName: "address")) var ip: String
  @Option(help: ArgumentHelp(Speech.say(.helpOptionHelo), valueName: "name")) var helo: String
  @Option(help: ArgumentHelp(Speech.say(.helpOptionMailFrom), valueName: "address")) var mailFrom: String?
  @OptionGroup var options: InspectionOptions

  func run() async throws {
    guard let address = IPAddress(ip) else { throw Terminal.fail(.controlArgumentInvalid("--ip", ip, .remedyAddress)) }
    try await options.show {
      await Inspections.spf(address: address, helo: helo, mailFrom: mailFrom, time: present(), $0)
    }
  }
}
