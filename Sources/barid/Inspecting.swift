import ArgumentParser
import BaridServer
import DNS
import Glibc
import Logging
import MailAuth
import Net
import Phrases

/// What the one-shot commands share: whom they ask, and how they answer.
struct InspectionOptions: ParsableArguments {
  @Option(help: ArgumentHelp(Speech.say(.helpOptionDNS), valueName: "host:port"))
  var dns: String?

  @Flag(help: ArgumentHelp(Speech.say(.helpOptionJSON))) var json = false
  @OptionGroup var speech: LanguageOption

  /// Prints what `inspect` finds, asking the named server, else the first of /etc/resolv.conf, else the internet's own.
  func show<Evidence>(_ inspect: (any DNSLookup) async throws -> Inspection<Evidence>) async throws {
    var settings = Net.ResolverSettings()
    let asked = try server()
    settings.server = asked
    let resolver: Resolver
    do throws(ResolverFault) {
      resolver = try Resolver(settings: settings, logger: SilentLog.logger("resolver"))
    } catch {
      throw Terminal.fail(.resolverFault(error.reason))
    }
    defer { resolver.close() }
    // Cancelled when the answer is there.
    async let _: Void = Self.sayThatItWaits(for: asked)
    let inspection = try await inspect(resolver)
    Terminal.print(json ? try JSONPage.text(inspection) : Self.lines(inspection).joined(separator: "\n"))
  }

  /// The evidence's reasons are in English, as the records and fields that they name; in another language the result is explained first.
  private static func lines<Evidence>(_ inspection: Inspection<Evidence>) -> [String] {
    var lines = inspection.lines
    if Speech.language != .english, let meaning = Phrase.inspectionResult(inspection.result) {
      lines.insert(Speech.say(meaning), at: 1)
    }
    return lines
  }

  /// A server that does not answer is asked for up to twenty seconds: not in silence.
  private static func sayThatItWaits(for server: (address: String, port: Int)?) async {
    do { try await Task.sleep(for: .seconds(2)) } catch { return }
    let name = server.map { $0.port == 53 ? $0.address : "\($0.address), \($0.port)" } ?? "DNS"
    Terminal.write(Speech.say(.dnsWaiting(name)) + "\n")
  }

  private func server() throws -> (address: String, port: Int)? {
    guard let dns else { return Self.configuredServer() ?? NameServers.system() }
    return try Self.server(dns)
  }

  /// Reads "[::1]:53", "127.0.0.1:53", "127.0.0.1", "::1".
  static func server(_ dns: String) throws -> (address: String, port: Int) {
    var host = dns[...]
    var port = 53
    if let colon = dns.lastIndex(of: ":"), dns.hasPrefix("[") || dns.firstIndex(of: ":") == colon {
      let digits = dns[dns.index(after: colon)...]
      guard let number = Int(digits), (1...65_535).contains(number) else {
        throw Terminal.fail(.controlArgumentInvalid("--dns", dns, .remedyDNSServer))
      }
      (host, port) = (dns[..<colon], number)
    }
    let address = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
    guard IPAddress(address) != nil else {
      throw Terminal.fail(.controlArgumentInvalid("--dns", dns, .remedyDNSServer))
    }
    return (address, port)
  }

  /// The resolver of the configuration, where there is one.
  private static func configuredServer() -> (address: String, port: Int)? {
    let file = ConfigurationFile(path: getenv("BARID_CONFIG").map { String(cString: $0) })
    do throws(ConfigurationMistakes) {
      let resolver = try file.read().resolver
      return resolver.address.isEmpty ? nil : (resolver.address, resolver.port)
    } catch {
      // `barid config check` is for that; these commands also work where nothing is set up.
      return nil
    }
  }
}

/// A message to look at: a file, or "-" for standard input.
struct MessageArgument: ParsableArguments {
  @Argument(help: ArgumentHelp(Speech.say(.helpArgumentMessage))) var file: String

  /// Larger ones are refused.
  private static let limit = 256 << 20

  func read() throws -> [UInt8] {
    do throws(FileFault) {
      return try FileBytes.read(file == "-" ? "/dev/stdin" : file, limit: Self.limit)
    } catch {
      throw Terminal.fail(error.phrase)
    }
  }
}

/// Seconds since 1970 UTC: when signatures are judged.
func present() -> Int64 { Int64(time(nil)) }
