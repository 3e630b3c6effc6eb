package import IMAP

/// How the IMAP service of one listener behaves.
package struct IMAPServiceSettings: Sendable {
  /// This server's name in the greeting.
  package var hostName: String
  package var limits = Limits()
  /// Mailboxes of one account: no more can be created.
  package var mailboxes = 10_000
  /// LITERAL+ instead of LITERAL- (RFC 7888 §5: never both): non-synchronizing literals of any size that the limits allow.
  package var literalPlus = false
  /// Plain SEARCH finds Arabic however it is spelt, for accounts that do not say otherwise.
  package var searchesArabic = false
  /// TLS can be begun with STARTTLS on this listener.
  package var offersStartTLS = true
  /// Log-in without TLS from loopback: only the demo and the test bed may set this.
  package var allowsPlaintextLogIn = false
  /// Seconds that a stranger may take to log in.
  package var patienceBeforeLogIn = 60
  /// RFC 9051 §5.4: an autologout timer must be at least 30 minutes; seconds.
  package var patience = 31 * 60
  /// In IDLE an untagged OK goes out this often, so that NAT tables keep the connection; seconds.
  package var idleHeartbeat = 5 * 60
  /// AUTH=SCRAM-SHA-256 is named. It is taken in any case; a program that sees it uses nothing else, and an account's own password has
  /// no verifier.
  package var offersScram = false
  /// A command that has said nothing for so long tells that it goes on (RFC 9585 §4: every ten seconds or so).
  package var progressInterval = Duration.seconds(10)
  /// Whom users can write to about this server (RFC 5464 /shared/admin); nil: not told.
  package var administrator: String?
  /// RFC 6855 §4: APPEND of a message with UTF-8 in its header is refused before ENABLE UTF8=ACCEPT or IMAP4rev2.
  package var refusesUTF8Headers = true
  /// Wrong passwords before the connection ends.
  package var logInFailures = 3
  /// Commands that make no sense, without one that does in between, before the connection ends.
  package var errors = 20

  /// The limits of a session that has logged in.
  var limitsAfterLogIn: Limits {
    var limits = limits
    if literalPlus { limits.nonSynchronizingLiteral = .max }
    return limits
  }

  package init(hostName: String) { self.hostName = hostName }
}
