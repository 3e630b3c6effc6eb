import ArgumentParser
import BaridServer
import Phrases

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "demo", abstract: Speech.say(.helpDemo))

  @Option(help: ArgumentHelp(Speech.say(.helpOptionData), valueName: "folder"))
  var folder = DemoFolder.usualPath

  @OptionGroup var speech: LanguageOption

  func run() async throws {
    let demo = DemoFolder(path: folder)
    let settings = demo.settings
    let people: [DemoFolder.Person]
    do throws(StartFault) {
      try PostOffice.tryPlaces(settings)
      try demo.prepare()
      people = try demo.people()
    } catch {
      throw Terminal.fail(error.phrase)
    }
    let log = try Running.log(settings.log)
    let office = try await Running.open(settings, log: log) { office throws(StartFault) in
      let isNew = office.isEmpty
      try await office.settle(people, domain: DemoFolder.domain)
      if isNew { try await office.deliverDemoLetters() }
    }
    Terminal.print(DemoPage(demo: demo, settings: settings, people: people).text)
    await office.run()
    Terminal.print(.serverStopped)
  }
}

/// What the demo shows: one table of doors and keys, three commands that work as they stand.
struct DemoPage {
  var demo: DemoFolder
  var settings: ServerSettings
  var people: [DemoFolder.Person]

  var text: String {
    let say = Speech.say
    let table = Terminal.table(
      [
        say(.demoProtocol), say(.demoHost), say(.demoPort), say(.demoSecurity), say(.demoUser), say(.demoPassword),
      ], rows)
    return """
      \(say(.demoTitle(DemoFolder.domain)))

      \(table)

      \(say(.demoAuthority(authority)))
      \(say(.demoData(demo.path)))

      \(say(.demoCommands))

      \(commands.joined(separator: "\n\n"))

      \(say(.serverReady))
      """
  }

  /// The first person at every door; the others at those with TLS from the first byte.
  private var rows: [[String]] {
    var rows: [[String]] = []
    for (index, person) in people.enumerated() {
      for (kind, listener) in settings.listeners.all where listener.isEnabled && (index == 0 || kind.isImplicitTLS) {
        let isStranger = kind == .smtp
        rows.append([
          kind.shownName, "localhost", String(listener.port),
          Speech.say(kind.isImplicitTLS ? .demoSecurityTLS : .demoSecurityStartTLS),
          isStranger ? "-" : person.address, isStranger ? "-" : person.password,
        ])
      }
    }
    return rows
  }

  private var commands: [String] {
    let (amal, badr) = (people[0], people[1])
    let imaps = settings.listeners[.imaps].port
    let pop3s = settings.listeners[.pop3s].port
    let submissions = settings.listeners[.submissions].port
    let curl = "curl --silent --show-error --cacert \(Self.quoted(authority))"
    return [
      "\(curl) --user '\(amal.address):\(amal.password)' 'imaps://localhost:\(imaps)/'",
      "\(curl) --user '\(amal.address):\(amal.password)' 'pop3s://localhost:\(pop3s)/1'",
      "printf 'From: \(badr.address)\\nTo: \(amal.address)\\nSubject: Hello\\n\\nIt works.\\n' | \\\n"
        + "  \(curl) --crlf --user '\(badr.address):\(badr.password)' --mail-from \(badr.address) "
        + "--mail-rcpt \(amal.address) \\\n  --upload-file - 'smtps://localhost:\(submissions)'",
    ]
  }

  private var authority: String { settings.certificateFolder + "/ca.pem" }

  private static func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
}

extension ListenerKind {
  /// What mail programs call it.
  var shownName: String {
    switch self {
    case .smtp: "SMTP (MX)"
    case .submission, .submissions: "SMTP"
    case .imap, .imaps: "IMAP"
    case .pop3, .pop3s: "POP3"
    case .lmtp: "LMTP"
    }
  }
}
