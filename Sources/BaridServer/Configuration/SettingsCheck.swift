/// What single options cannot tell: values that do not go together.
enum SettingsCheck {
  static func contradictions(in settings: ServerSettings, source: String) -> [ConfigurationMistake] {
    keyPairs(settings.tls, source) + sharedPorts(settings.listeners, source) + silence(settings.listeners, source)
  }

  private static func keyPairs(_ tls: CertificateSettings, _ source: String) -> [ConfigurationMistake] {
    if tls.certificates.count == tls.keys.count { return [] }
    return [
      ConfigurationMistake(
        source: source, key: "tls.keys", value: "\(tls.keys.count) keys, \(tls.certificates.count) certificates",
        remedy: "give each certificate of tls.certificates its key, in the same order")
    ]
  }

  private static func sharedPorts(_ listeners: ListenerTable, _ source: String) -> [ConfigurationMistake] {
    var taken: [String: ListenerKind] = [:]
    var mistakes: [ConfigurationMistake] = []
    for (kind, listener) in listeners.all where listener.isEnabled {
      for host in listener.hosts {
        guard let first = taken.updateValue(kind, forKey: "\(host) \(listener.port)") else { continue }
        mistakes.append(
          ConfigurationMistake(
            source: source, key: "listeners.\(kind.rawValue).port", value: String(listener.port),
            remedy: "listeners.\(first.rawValue) has this port on \(host) already; choose another"))
        break
      }
    }
    return mistakes
  }

  private static func silence(_ listeners: ListenerTable, _ source: String) -> [ConfigurationMistake] {
    if listeners.all.contains(where: { $0.listener.isEnabled && !$0.listener.hosts.isEmpty }) { return [] }
    return [
      ConfigurationMistake(
        source: source, key: "listeners", value: nil,
        remedy: "no listener is enabled; enable at least one and give it a host")
    ]
  }
}
