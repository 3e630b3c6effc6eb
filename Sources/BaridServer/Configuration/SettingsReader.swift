internal import Configuration
internal import Phrases
internal import Synchronization

/// Reads `ServerSettings` from a YAML file and the environment over it, and reports every mistake at once.
package struct SettingsReader: Sendable {
  /// Variables with our prefix that are not options: they steer scripts and builds.
  static let foreignVariables: Set<String> = [
    "BARID_CONFIG", "BARID_ONLY", "BARID_TESTBED", "BARID_BINARY", "BARID_DEMO",
  ]

  /// The environment; nil: the process's own.
  private let environment: [String: String]?

  package init(environment: [String: String]? = nil) {
    self.environment = environment
  }

  /// The settings of the YAML in `yaml` (nil: no file), shown as `name` in mistakes.
  package func read(yaml: [UInt8]?, name: String) throws(ConfigurationMistakes) -> ServerSettings {
    var mistakes: [ConfigurationMistake] = []
    var settings = ServerSettings()
    var sources: [Source] = []
    if let yaml, let source = Self.file(yaml, name: name, &mistakes) { sources.append(source) }
    sources.append(variables())
    for source in sources { source.apply(to: &settings, &mistakes) }
    if mistakes.isEmpty { mistakes = SettingsCheck.contradictions(in: settings, source: name) }
    if !mistakes.isEmpty { throw ConfigurationMistakes(all: mistakes) }
    return settings
  }

  private static func file(_ yaml: [UInt8], name: String, _ mistakes: inout [ConfigurationMistake]) -> Source? {
    if isBlank(yaml) { return nil }
    // The package tells no one which keys a file holds, but it asks about each whether it is a secret.
    let keys = KeyCollector()
    do {
      let snapshot = try YAMLSnapshot(
        data: yaml.span.bytes, providerName: name,
        parsingOptions: .init(secretsSpecifier: .dynamic { key, _ in keys.add(key) }))
      return Source(name: name, snapshot: snapshot, keys: keys.all, prefix: [], spell: \.key)
    } catch {
      let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      mistakes.append(
        ConfigurationMistake(
          source: name, key: "", value: nil, problem: .whole(.configNotYAML(name, reason))))
      return nil
    }
  }

  private func variables() -> Source {
    let keys = KeyCollector()
    let note: @Sendable (String, String) -> Bool = { key, _ in key.hasPrefix("BARID_") ? keys.add(key) : false }
    let provider =
      environment.map { EnvironmentVariablesProvider(environmentVariables: $0, secretsSpecifier: .dynamic(note)) }
      ?? EnvironmentVariablesProvider(secretsSpecifier: .dynamic(note))
    return Source(
      name: "environment", snapshot: provider.snapshot(),
      keys: keys.all.filter { !Self.foreignVariables.contains($0) }, prefix: ["barid"], spell: \.variable)
  }

  /// A file of comments alone: not a mapping to the YAML parser, but nothing wrong with it.
  private static func isBlank(_ yaml: [UInt8]) -> Bool {
    yaml.split(separator: 0x0a).allSatisfy { line in
      let text = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
      return text.isEmpty || text.first == 0x23 || text.elementsEqual("---".utf8)
    }
  }
}

/// The keys that a source asked about while it was read.
private final class KeyCollector: Sendable {
  private let keys = Mutex<[String]>([])

  /// Notes `key`; false: it is no secret.
  func add(_ key: String) -> Bool {
    keys.withLock { $0.append(key) }
    return false
  }

  var all: [String] { keys.withLock { $0.sorted() } }
}

/// A place that values come from: what it holds, and how it spells an option's key.
private struct Source {
  var name: String
  var snapshot: any ConfigSnapshot
  var keys: [String]
  var prefix: [String]
  var spell: @Sendable (ConfigurationOption) -> String

  func apply(to settings: inout ServerSettings, _ mistakes: inout [ConfigurationMistake]) {
    let known = Dictionary(uniqueKeysWithValues: ConfigurationOption.all.map { (spell($0), $0) })
    for key in keys where known[key] == nil {
      mistakes.append(
        ConfigurationMistake(source: name, key: key, value: nil, problem: problem(forUnknown: key, known.keys.sorted()))
      )
    }
    for option in ConfigurationOption.all where keys.contains(spell(option)) {
      let raw = value(of: option)
      guard let refusal = option.read(raw, &settings) else { continue }
      mistakes.append(
        ConfigurationMistake(
          source: name, key: spell(option), value: raw.text, problem: .refused(remedy: refusal.remedy)))
    }
  }

  /// The value as written. The environment cannot tell a list from text: there a list's option decides.
  private func value(of option: ConfigurationOption) -> RawValue {
    let key = AbsoluteConfigKey(prefix + option.key.split(separator: ".").map(String.init))
    func content(_ type: ConfigType) -> ConfigContent? {
      (try? snapshot.value(forKey: key, type: type))?.value?.content
    }
    if option.isList || prefix.isEmpty, case .stringArray(let items)? = content(.stringArray) {
      return .list(items.filter { !$0.isEmpty })
    }
    if case .string(let text)? = content(.string) { return .one(text) }
    return .one("")
  }

  private func problem(forUnknown key: String, _ known: [String]) -> ConfigurationMistake.Problem {
    if let inside = known.first(where: { $0.hasPrefix(key + ".") }) {
      return .whole(.configSection(key: key, inside: inside))
    }
    return .unknown(similar: NearestName.of(key, in: known))
  }
}
