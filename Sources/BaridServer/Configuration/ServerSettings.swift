/// Everything that `barid serve` may be told, with the values that hold when nothing is said.
///
/// The options by which an owner changes them are declared in `ConfigurationOption.all`, once each.
package struct ServerSettings: Sendable, Equatable {
  /// The name that this server gives itself in greetings and trace headers. Empty: the machine's own.
  package var hostname = ""
  /// The folder that holds all mail and accounts.
  package var dataFolder = "/var/lib/barid"
  /// The language of texts for people: "en" or "ar".
  package var language = "en"
  package var log = LogSettings()
  package var tls = CertificateSettings()
  package var listeners = ListenerTable()
  package var intake = IntakeSettings()
  package var submission = SubmissionSettings()
  package var imap = IMAPSettings()
  package var pop3 = POP3Settings()
  package var logIn = LogInSettings()
  package var limits = LimitSettings()
  package var store = StoreSettings()
  package var resolver = ResolverSettings()
  package var checks = CheckOptions()
  package var signing = SigningOptions()
  /// Not an option: only the demo and the test bed set it.
  package var exemptions = Exemptions.none

  package init() {}
}

/// What production never allows; `barid demo` and the test bed run on loopback and do.
package struct Exemptions: Sendable, Equatable {
  /// PLAIN and LOGIN without TLS for peers on 127.0.0.0/8 and ::1.
  package var plainLogInOnLoopback: Bool
  /// No limits per address or network for peers on loopback.
  package var noLimitsOnLoopback: Bool
  /// Mail from peers on loopback is not checked through the DNS.
  package var noChecksOnLoopback: Bool

  package static let none = Exemptions(
    plainLogInOnLoopback: false, noLimitsOnLoopback: false, noChecksOnLoopback: false)
  package static let loopback = Exemptions(
    plainLogInOnLoopback: true, noLimitsOnLoopback: true, noChecksOnLoopback: true)
}

package struct LogSettings: Sendable, Equatable {
  package enum Format: String, CaseIterable, Sendable { case text, json }

  package var level = "info"
  package var format = Format.text
  /// Empty: standard error.
  package var file = ""

  package init() {}
}

package struct CertificateSettings: Sendable, Equatable {
  package enum Minimum: String, CaseIterable, Sendable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  /// PEM files, leaf first; the n-th belongs to the n-th key. Empty: a certificate of the folder's own authority.
  package var certificates: [String] = []
  package var keys: [String] = []
  package var minimum = Minimum.tls12

  package init() {}
}

/// A listener for each kind.
package struct ListenerTable: Sendable, Equatable {
  private var listeners: [ListenerKind: Listener]

  package init() {
    listeners = Dictionary(uniqueKeysWithValues: ListenerKind.allCases.map { ($0, Listener($0)) })
  }

  /// The listener of each protocol, in the order of `ListenerKind`.
  package var all: [(kind: ListenerKind, listener: Listener)] {
    ListenerKind.allCases.map { ($0, self[$0]) }
  }

  package subscript(kind: ListenerKind) -> Listener {
    get { listeners[kind] ?? Listener(kind) }
    set { listeners[kind] = newValue }
  }
}

/// The doors by which mail programs and other servers come in; names and ports are those of the IANA registry.
package enum ListenerKind: String, CaseIterable, Sendable {
  case smtp, submission, submissions, imap, imaps, pop3, pop3s, lmtp

  package var usualPort: Int {
    switch self {
    case .smtp: 25
    case .submission: 587
    case .submissions: 465
    case .imap: 143
    case .imaps: 993
    case .pop3: 110
    case .pop3s: 995
    case .lmtp: 24
    }
  }

  /// True: TLS from the first byte (RFC 8314 §3); false: by STARTTLS or STLS.
  package var isImplicitTLS: Bool { self == .submissions || self == .imaps || self == .pop3s }
}

package struct Listener: Sendable, Equatable {
  package var isEnabled = true
  /// Addresses to listen on; IPv4 and IPv6 alike.
  package var hosts = ["0.0.0.0", "::"]
  package var port: Int
  /// Addresses or networks whose connections begin with a PROXY header (v1 or v2); those of others must not.
  package var proxyFrom: [String] = []
  /// A Unix socket to listen on instead of addresses; empty: none. Only LMTP has one.
  package var socket = ""

  package init(port: Int) { self.port = port }

  /// What holds for `kind` when nothing is said. LMTP is for those who want it: RFC 2033 §5, it has no place on a network.
  package init(_ kind: ListenerKind) {
    self.init(port: kind.usualPort)
    if kind == .lmtp {
      isEnabled = false
      hosts = ["127.0.0.1", "::1"]
    }
  }
}

package struct IMAPSettings: Sendable, Equatable {
  /// LITERAL+ instead of LITERAL- (RFC 7888).
  package var literalPlus = false
}

package struct POP3Settings: Sendable, Equatable {
  /// One session at a time has a maildrop.
  package var isExclusive = false
  /// Seconds between log-ins to one account; 0: none.
  package var logInDelay = 0
  /// APOP, also without TLS, for devices that were made for it.
  package var allowsAPOP = false
  /// Owners may choose that mail goes at the QUIT of the session that took it.
  package var allowsZeroDays = false
  /// Minutes between rounds of removal by policy.
  package var roundMinutes = 10

  package init() {}
}

package struct LogInSettings: Sendable, Equatable {
  /// SCRAM-SHA-256 is among the mechanisms offered: for servers where every mail program has a device's password.
  package var scram = false
}

package struct LimitSettings: Sendable, Equatable {
  package var connections = 20_000
  package var connectionsPerAddress = 100
  package var connectionsPerNetwork = 1_000
  package var messageSize = 50 * 1024 * 1024
  /// Mailboxes of one account.
  package var mailboxes = 10_000
  /// Seconds that a stop waits for commands under way.
  package var drainSeconds = 30
  /// Event loops; 0: one per core.
  package var threads = 0

  package init() {}
}

package struct StoreSettings: Sendable, Equatable {
  /// How long removed mail and removed accounts can come back.
  package var recoverableDays = 30
  /// Bytes after which a segment is closed; nil = the store's own. Not an option: only the test bed sets it.
  package var segmentSize: Int?
  /// Lanes of a new folder; likewise.
  package var lanes: Int?

  package init() {}
}

package struct ResolverSettings: Sendable, Equatable {
  /// Empty: ask the servers of /etc/resolv.conf.
  package var address = ""
  package var port = 53

  package init() {}
}
