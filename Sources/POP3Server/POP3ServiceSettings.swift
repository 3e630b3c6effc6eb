internal import Directory
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

  /// RFC 1939 §4: one session at a time has a maildrop; otherwise each has its snapshot.
  package var isExclusive = false
  /// Seconds between log-ins to one account (RFC 2449 §6.5); 0: none, and not announced.
  package var logInDelay = 0
  /// APOP for devices that were made for it, also without TLS (RFC 1939 §7).
  package var allowsAPOP = false

  package init(hostName: String) { self.hostName = hostName }
}

extension POP3Service {
  /// The machine's settings for a connection.
  func machineSettings(isLoopback: Bool) -> ServerSettings {
    var capabilities = Capabilities()
    capabilities.stls = settings.offersSTLS
    capabilities.mechanisms = ["PLAIN"] + (settings.offersScram ? ["SCRAM-SHA-256"] : [])
    // RFC 2449 §6.7: the smallest in use for any user; after log-in the user's own.
    capabilities.expire = .init(POPRules.retention(days: directory.snapshot.popFewestDays), perUser: true)
    if settings.logInDelay > 0 { capabilities.loginDelay = .init(seconds: settings.logInDelay, perUser: false) }
    var machine = ServerSettings(capabilities: capabilities, limits: settings.limits)
    machine.greeting = "\(settings.hostName) Barid ready"
    machine.allowsPlaintextLogIn = settings.allowsPlaintextLogIn && isLoopback
    machine.toleratesBareLF = true
    if settings.allowsAPOP {
      var generator = SystemRandomNumberGenerator()
      let nonce = String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
      // RFC 1939 §7: a msg-id, another one for each greeting.
      machine.apopTimestamp = "<\(nonce).\(now())@\(settings.hostName)>"
    }
    return machine
  }
}

extension POPRules {
  static func retention(days: Int?) -> Capabilities.Retention { days.map { .days($0) } ?? .never }
}
