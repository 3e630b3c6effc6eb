package import POP3

/// How the POP3 service of one listener behaves.
package struct POP3ServiceSettings: Sendable {
  /// This server's name in the greeting.
  package var hostName: String
  package var limits = POP3.Limits()
  /// TLS can be begun with STLS on this listener.
  package var offersSTLS = true
  /// SCRAM-SHA-256, for devices' passwords only.
  package var offersScram = false
  /// Log-in without TLS from loopback: only the demo and the test bed may set this.
  package var allowsPlaintextLogIn = false
  /// RFC 1939 §3: an autologout timer must be at least 10 minutes; seconds.
  package var patience = 10 * 60

  package init(hostName: String) { self.hostName = hostName }

  /// The machine's settings for a connection.
  func machineSettings(isLoopback: Bool) -> ServerSettings {
    var capabilities = Capabilities()
    capabilities.stls = offersSTLS
    if offersScram { capabilities.mechanisms.append("SCRAM-SHA-256") }
    // RFC 2449 §6.7: nothing is ever removed that the client did not delete.
    capabilities.expire = .init(.never, perUser: false)
    // RFC 6856 §2: offered once internationalised mail is downgraded for clients without it.
    capabilities.utf8 = false
    var settings = ServerSettings(capabilities: capabilities, limits: limits)
    settings.greeting = "\(hostName) Barid ready"
    settings.allowsPlaintextLogIn = allowsPlaintextLogIn && isLoopback
    settings.toleratesBareLF = true
    return settings
  }
}
