package import SMTP

/// How the SMTP service of one listener behaves.
package struct SMTPServiceSettings: Sendable {
  package var role: ServerSettings.Role
  /// This server's name in the greeting, in EHLO and in Received.
  package var hostName: String
  package var limits = SMTP.Limits()
  /// TLS can be begun with STARTTLS on this listener.
  package var offersStartTLS = true
  /// Log-in without TLS from loopback: only the demo and the test bed may set this.
  package var allowsPlaintextLogIn = false
  /// RFC 5321 §4.5.3.2: at least 5 minutes for each command, 10 for a message's end; seconds.
  package var patience = 300
  /// A command line or a message with a bare LF is refused instead of mended.
  package var refusesBareLineEnds = false
  /// A message with a line of more than `limits.textLine` octets is refused (RFC 5322 §2.1.1), not filed as it is. On submission, so
  /// that its author learns of it; from strangers such mail comes daily, and RFC 5321 §4.5.3.1 asks for patience.
  package var refusesLongLines: Bool
  /// RFC 5321 §6.3: at least 100.
  package var receivedLimit = 100
  /// Recipients a day that an account may write to, and those it never wrote to before; 0: no limit. Accounts may have their own.
  package var recipientsADay = 0
  package var newRecipientsADay = 0
  /// The highest MT-PRIORITY of a user's messages (RFC 6710 §4.1), 0…9. Accounts may have their own.
  package var highestPriority = 0
  /// The name of the user's address is left out of Received on submission.
  package var hidesSubmitter = false
  /// SCRAM-SHA-256 on submission, for devices' passwords only.
  package var offersScram = false

  package init(role: ServerSettings.Role, hostName: String) {
    self.role = role
    self.hostName = hostName
    refusesLongLines = role == .submission
  }

  /// The machine's settings for a connection.
  func machineSettings(isLoopback: Bool) -> ServerSettings {
    let allowsPlaintext = allowsPlaintextLogIn && isLoopback
    var extensions = Extensions()
    extensions.startTLS = offersStartTLS
    // Kept on the disk, behind TLS: what is delivered here satisfies RFC 8689 §4.1.
    extensions.requireTLS = true
    // RFC 6710 §3 (3): no profile is named.
    extensions.priorityProfile = ""
    // RFC 3461 §5.2.2: a client of a server without DSN reports "relayed" itself. Reports go only to our own users until there is a
    // queue, so DSN is offered only where the sender is one of them.
    extensions.dsn = role == .submission
    if role == .submission { extensions.mechanisms = ["PLAIN", "LOGIN"] + (offersScram ? ["SCRAM-SHA-256"] : []) }
    var settings = ServerSettings(role: role, hostName: hostName, extensions: extensions, limits: limits)
    if role == .submission && allowsPlaintext {
      settings.requiresTLS = false
      settings.allowsPlaintextAuthentication = true
    }
    settings.toleratesBareLF = !refusesBareLineEnds
    return settings
  }
}
