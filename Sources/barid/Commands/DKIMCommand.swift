import ArgumentParser
import BaridServer
import Glibc
import MailAuth
import Phrases

struct DKIMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dkim", abstract: Speech.say(.helpDKIM), subcommands: [Verify.self, Sign.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: Speech.say(.helpDKIMVerify))
    @OptionGroup var message: MessageArgument
    @OptionGroup var options: InspectionOptions

    func run() async throws {
      let bytes = try message.read()
      try await options.show { await Inspections.dkim(message: bytes, time: present(), $0) }
    }
  }

  struct Sign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sign", abstract: Speech.say(.helpDKIMSign))
    @Option(help: ArgumentHelp(Speech.say(.helpOptionKey), valueName: "pem")) var key: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionSelector), valueName: "name")) var selector: String
    @Option(help: ArgumentHelp(Speech.say(.helpArgumentDomain), valueName: "domain")) var domain: String
    @OptionGroup var message: MessageArgument
    @OptionGroup var speech: LanguageOption

    func run() async throws {
      let secret: DKIMPrivateKey
      do {
        secret = try DKIMPrivateKey(pem: try FileBytes.read(key, limit: 1 << 20))
      } catch {
        throw Terminal.fail(.certificateUnreadable(key, "\(error)"))
      }
      let bytes = try message.read()
      do throws(DKIMSigningError) {
        let signed = try Inspections.sign(
          message: bytes, domain: domain, selector: selector, key: secret, time: present())
        DescriptorWrite.all(signed, to: STDOUT_FILENO)
      } catch {
        throw Terminal.fail(.dataFault("\(error)"))
      }
    }
  }
}
