import ArgumentParser
import BaridServer
import Control
import Glibc
import MailAuth
import Phrases

struct DKIMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dkim", abstract: Speech.say(.helpDKIM), subcommands: [Verify.self, Sign.self, List.self, Rotate.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Speech.say(.helpDKIMList))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      try await Desk(settings: options.settings())
        .run("dkim list", ["name": .text(domain)], json: json, show: DKIMCommand.records)
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rotate", abstract: Speech.say(.helpDKIMRotate))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentDomain))) var domain: String
    @Option(help: ArgumentHelp(Speech.say(.helpOptionHours))) var hours: Int?
    @Option(help: ArgumentHelp(Speech.say(.helpOptionKeyDays))) var days: Int?
    @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
    @OptionGroup var options: ConfigOption

    func run() async throws {
      var arguments: [String: ControlValue] = ["name": .text(domain)]
      if let hours { arguments["hours"] = .int(Int64(hours)) }
      if let days { arguments["days"] = .int(Int64(days)) }
      try await Desk(settings: options.settings()).run("dkim rotate", arguments, json: json, show: DKIMCommand.records)
    }
  }

  /// What to publish, as zone files and DNS panels take it; a line above each tells what the key does.
  private static func records(_ result: ControlValue) -> String? {
    guard let keys = result.list, !keys.isEmpty else { return nil }
    return keys.map { key in
      let since = key.time("signsFrom") ?? ""
      let until = key.time("retiresAt") ?? ""
      let state: Phrase =
        switch key["state"]?.text {
        case "waiting": .keyWaits(until: since)
        case "signing": .keySigns
        case "published": .keyStays(until: until)
        default: .keyRetired
        }
      return "; \(key.cell("algorithm")): \(Speech.say(state))\n\(key.cell("name")). IN TXT ( \(key.cell("quoted")) )"
    }.joined(separator: "\n\n") + "\n"
  }

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
      } catch let fault as FileFault {
        throw Terminal.fail(fault.phrase)
      } catch {
        throw Terminal.fail(.signingKeyUnusable(key))
      }
      let bytes = try message.read()
      do throws(DKIMSigningError) {
        let signed = try Inspections.sign(
          message: bytes, domain: domain, selector: selector, key: secret, time: present())
        DescriptorWrite.all(signed, to: STDOUT_FILENO)
      } catch {
        switch error {
        case .unsignable: throw Terminal.fail(.signingNoFrom)
        case .badName: throw Terminal.fail(.signingBadName(domain, selector))
        case .bodyNotHashed, .keyFailed: throw Terminal.fail(.signingFailed)
        }
      }
    }
  }
}
