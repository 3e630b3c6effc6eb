internal import DNS
internal import Phrases

/// What single options cannot tell: values that do not go together.
enum SettingsCheck {
  static func contradictions(in settings: ServerSettings, source: String) -> [ConfigurationMistake] {
    (keyPairs(settings.tls) + sharedPorts(settings.listeners) + silence(settings.listeners)
      + reach(settings.listeners)).map { key, phrase in
        ConfigurationMistake(source: source, key: key, value: nil, problem: .whole(phrase))
      }
  }

  private static func keyPairs(_ tls: CertificateSettings) -> [(String, Phrase)] {
    if tls.certificates.count == tls.keys.count { return [] }
    return [("tls.keys", .configKeysUnpaired(certificates: tls.certificates.count, keys: tls.keys.count))]
  }

  private static func sharedPorts(_ listeners: ListenerTable) -> [(String, Phrase)] {
    var taken: [String: ListenerKind] = [:]
    var mistakes: [(String, Phrase)] = []
    for (kind, listener) in listeners.all where listener.isEnabled && listener.socket.isEmpty {
      for host in Set(listener.hosts).sorted() {
        guard let first = taken.updateValue(kind, forKey: "\(host) \(listener.port)") else { continue }
        let key = "listeners.\(kind.rawValue).port"
        mistakes.append((key, .configPortTwice(key: key, port: listener.port, other: "listeners.\(first.rawValue)")))
        break
      }
    }
    return mistakes
  }

  private static func silence(_ listeners: ListenerTable) -> [(String, Phrase)] {
    let isHeard = listeners.all.contains {
      $0.listener.isEnabled && !($0.listener.hosts.isEmpty && $0.listener.socket.isEmpty)
    }
    return isHeard ? [] : [("listeners", .configNoListener)]
  }

  /// LMTP asks nobody who he is.
  private static func reach(_ listeners: ListenerTable) -> [(String, Phrase)] {
    let lmtp = listeners[.lmtp]
    guard lmtp.isEnabled, lmtp.socket.isEmpty else { return [] }
    return lmtp.hosts.filter { !isLoopback($0) }.map { ("listeners.lmtp.hosts", .configLMTPReach($0)) }
  }

  private static func isLoopback(_ host: String) -> Bool {
    guard let address = IPAddress(host) else { return false }
    return IPNetwork("127.0.0.0/8")?.contains(address) == true || IPNetwork("::1/128")?.contains(address) == true
  }
}
