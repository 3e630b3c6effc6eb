import ArgumentParser
import BaridServer
import Glibc
import Phrases

/// What Scripts/testbed starts: a hundred users on loopback for load generators and outside suites. Not for people.
struct TestBedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "testbed", shouldDisplay: false)

  @Option var folder: String
  @Option var host: [String] = ["127.0.0.1"]
  /// The plain SMTP port; the others lie where the environment file says.
  @Option var users = 100
  @Option var password = "benchpass"
  @Option(help: "Added to each protocol's usual port.") var offset = 12_000
  @Option var logLevel = "notice"
  /// Bytes after which a segment is closed: small ones let a short test see many.
  @Option var segmentSize: Int?
  /// Lanes of a new folder.
  @Option var lanes: Int?
  /// The DNS server that checks of strangers' mail ask, as ADDRESS:PORT; without it loopback is not checked.
  @Option var checks: String?
  @OptionGroup var speech: LanguageOption

  func run() async throws {
    let settings = settings
    let log = try Running.log(settings.log)
    let people = (0..<users).map { number in
      DemoFolder.Person(address: "user\(Self.padded(number))@\(DemoFolder.domain)", password: password)
    }
    let office = try await Running.open(settings, log: log) { office throws(StartFault) in
      try await office.settle(people, domain: DemoFolder.domain)
    }
    do throws(FileFault) {
      try FileBytes.replace(folder + "/server.pid", with: Array("\(getpid())\n".utf8), mode: 0o644)
    } catch {
      throw Terminal.fail(error.phrase)
    }
    await office.run()
  }

  private var settings: ServerSettings {
    var settings = ServerSettings()
    settings.hostname = "localhost"
    settings.dataFolder = folder + "/data"
    settings.log.level = logLevel
    settings.limits.drainSeconds = 5
    settings.store.segmentSize = segmentSize
    settings.store.lanes = lanes
    settings.exemptions = .loopback
    if let checks, let colon = checks.lastIndex(of: ":"), let port = Int(checks[checks.index(after: colon)...]) {
      settings.resolver.address = String(checks[..<colon])
      settings.resolver.port = port
      settings.exemptions.noChecksOnLoopback = false
    }
    // Load generators send messages without waiting.
    settings.imap.literalPlus = true
    // A signature costs a millisecond of CPU, and nobody checks it there.
    settings.signing.isEnabled = false
    settings.listeners[.lmtp].isEnabled = true
    for kind in ListenerKind.allCases {
      settings.listeners[kind].hosts = host
      settings.listeners[kind].port = kind.usualPort + offset
    }
    return settings
  }

  private static func padded(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
  }
}
