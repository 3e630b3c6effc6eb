import Phrases
import Testing

@testable import BaridServer

struct SettingsReaderTests {
  private func read(_ yaml: String, _ environment: [String: String] = [:]) throws -> ServerSettings {
    try SettingsReader(environment: environment).read(yaml: Array(yaml.utf8), name: "barid.yaml")
  }

  private func mistakes(_ yaml: String, _ environment: [String: String] = [:]) -> [ConfigurationMistake] {
    do {
      _ = try read(yaml, environment)
      return []
    } catch {
      return (error as? ConfigurationMistakes)?.all ?? []
    }
  }

  @Test func `nothing said leaves the defaults`() throws {
    #expect(try SettingsReader(environment: [:]).read(yaml: nil, name: "x") == ServerSettings())
    #expect(try read("") == ServerSettings())
    #expect(try read("# a comment\n---\n") == ServerSettings())
  }

  @Test func `a file is read`() throws {
    let settings = try read(
      """
      hostname: mail.example.org
      data-folder: /srv/mail
      log: {level: debug, format: json}
      listeners:
        smtp: {port: 2525, hosts: [127.0.0.1, "::1"], proxy-from: [10.0.0.0/8]}
        pop3:
          enabled: false
      limits:
        message-size: 64MiB
      tls:
        certificates: /a.pem
        keys: [/a.key]
        minimum: "1.3"
      """)
    #expect(settings.hostname == "mail.example.org")
    #expect(settings.dataFolder == "/srv/mail")
    #expect(settings.log.level == "debug")
    #expect(settings.log.format == .json)
    #expect(settings.listeners[.smtp].port == 2525)
    #expect(settings.listeners[.smtp].hosts == ["127.0.0.1", "::1"])
    #expect(settings.listeners[.smtp].proxyFrom == ["10.0.0.0/8"])
    #expect(settings.listeners[.imap] == Listener(port: 143))
    #expect(!settings.listeners[.pop3].isEnabled)
    #expect(settings.limits.messageSize == 64 << 20)
    #expect(settings.tls.certificates == ["/a.pem"])
    #expect(settings.tls.minimum == .tls13)
  }

  @Test func `the environment stands over the file`() throws {
    let settings = try read(
      "hostname: a.test\nlanguage: ar\n",
      [
        "BARID_HOSTNAME": "b.test", "BARID_LISTENERS_IMAP_PORT": "1143",
        "BARID_LISTENERS_IMAP_HOSTS": "127.0.0.1, ::1", "BARID_LIMITS_CONNECTIONS_PER_ADDRESS": "7",
        "BARID_TESTBED": "/tmp/x", "PATH": "/bin",
      ])
    #expect(settings.hostname == "b.test")
    #expect(settings.language == "ar")
    #expect(settings.listeners[.imap].port == 1143)
    #expect(settings.listeners[.imap].hosts == ["127.0.0.1", "::1"])
    #expect(settings.limits.connectionsPerAddress == 7)
  }

  @Test func `every mistake is reported at once`() {
    let all = mistakes(
      """
      hostnam: a.test
      log: {format: xml, level: loud}
      listeners:
        smtp: {port: 99999, hosts: [everywhere]}
        imap: 5
      limits: {message-size: huge}
      """, ["BARID_LISTENERS_POP3_PORT": "x", "BARID_NONSENSE": "1"])
    #expect(
      all.map { "\($0.source) \($0.key) \($0.value ?? "-")" }.sorted() == [
        "barid.yaml hostnam -", "barid.yaml limits.message-size huge", "barid.yaml listeners.imap -",
        "barid.yaml listeners.smtp.hosts [everywhere]", "barid.yaml listeners.smtp.port 99999",
        "barid.yaml log.format xml", "barid.yaml log.level loud", "environment BARID_LISTENERS_POP3_PORT x",
        "environment BARID_NONSENSE -",
      ])
    #expect(all.first { $0.key == "hostnam" }?.text(in: .english).hasSuffix("Did you mean hostname?") == true)
    #expect(all.first { $0.key == "listeners.imap" }?.text(in: .english).contains("listeners.imap.enabled") == true)
  }

  @Test(arguments: [
    ("listeners: {imap: {port: 25}}", "listeners.imap.port"),
    ("tls: {certificates: [/a, /b], keys: [/a]}", "tls.keys"),
    ("hostname: [a, b]", "hostname"),
    ("hostname: \"a b\"", "hostname"),
    ("data-folder: \"\"", "data-folder"),
    ("listeners: {imap: {proxy-from: [\"10.0.0.0/33\"]}}", "listeners.imap.proxy-from"),
    ("language: fr", "language"),
    ("- a\n- b\n", ""),
    ("a: [", ""),
    ("a: [{b: c}]", ""),
  ])
  func `a mistake names its key`(yaml: String, key: String) {
    #expect(mistakes(yaml).map(\.key) == [key])
  }

  @Test func `every option's default and example can be read`() throws {
    for option in ConfigurationOption.all {
      _ = try read("\(option.key): \(option.standard)")
      // A certificate alone has no key: that is a contradiction, not a mistake of the example.
      if option.key.hasPrefix("tls.cert") || option.key == "tls.keys" { continue }
      _ = try read("\(option.key): \(option.example)")
    }
    let own = try read(
      "hostname: mail.test\nlimits: {message-size: 64MiB}\nlisteners: {lmtp: {proxy-from: [10.0.0.0/8]}}\n")
    for (language, settings) in [(Language.english, ServerSettings()), (.arabic, ServerSettings()), (.english, own)] {
      #expect(try read(ConfigurationText.describe(settings, in: language), [:]) == settings)
    }
  }

  @Test func `keys are unique and their variables too`() {
    #expect(Set(ConfigurationOption.all.map(\.key)).count == ConfigurationOption.all.count)
    #expect(Set(ConfigurationOption.all.map(\.variable)).count == ConfigurationOption.all.count)
  }

  @Test(arguments: [("limits.mesage-size", "limits.message-size"), ("listener.smtp.port", "listeners.smtp.port")])
  func `the nearest name is found`(word: String, name: String) {
    #expect(NearestName.of(word, in: ConfigurationOption.all.map(\.key)) == name)
  }

  @Test func `a word like no other has no nearest name`() {
    #expect(NearestName.of("quux", in: ConfigurationOption.all.map(\.key)) == nil)
  }
}
