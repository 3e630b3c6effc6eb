internal import DNS
internal import Phrases

// The table of options, in the order in which `barid config describe` shows them.
extension ConfigurationOption {
  package static let all: [ConfigurationOption] =
    general + logging + certificates + listeners + lmtp + intake + submission + imap + pop3 + logIn + checks + signing
    + limits + store + resolver

  private static let general: [ConfigurationOption] = [
    .text(
      "hostname", \.hostname, form: "a host name",
      "The name this server gives itself in greetings and trace headers; empty: the machine's own.",
      example: "mail.example.org", check: Check.hostname),
    .text(
      "data-folder", \.dataFolder, form: "a path",
      "The folder that holds all mail and accounts; one server at a time. A change needs a restart.",
      example: "/var/lib/barid",
      check: Check.path),
    .text(
      "language", \.language, form: "en or ar",
      "The language of answers to commands, where neither --language nor the locale says one.", example: "ar",
      check: { Language(rawValue: $0) == nil ? .remedyOneOf("en, ar") : nil }),
  ]

  private static let logging: [ConfigurationOption] = [
    .text(
      "log.level", \.log.level, form: "one of trace, debug, info, notice, warning, error, critical",
      "The least serious event that is logged.", example: "debug",
      check: {
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        return levels.contains($0) ? nil : .remedyOneOf(levels.joined(separator: ", "))
      }),
    .choice("log.format", \.log.format, "Lines for people (text) or one JSON object a line (json).", example: "json"),
    .text(
      "log.file", \.log.file, form: "a path", "Where log lines go; empty: standard error.",
      example: "/var/log/barid.log"),
  ]

  private static let certificates: [ConfigurationOption] = [
    .list(
      "tls.certificates", \.tls.certificates, of: "paths",
      "PEM files with a certificate chain each, leaf first; empty: a certificate of the data folder's own authority.",
      example: "[/etc/barid/mail.pem]"),
    .list(
      "tls.keys", \.tls.keys, of: "paths", "PEM files with the private keys, in the order of tls.certificates.",
      example: "[/etc/barid/mail.key]"),
    .choice("tls.minimum", \.tls.minimum, "The oldest version of TLS that is spoken.", example: "\"1.3\""),
  ]

  private static let listeners: [ConfigurationOption] = ListenerKind.allCases.flatMap { kind -> [ConfigurationOption] in
    let name = kind.rawValue
    return [
      .flag(
        "listeners.\(name).enabled", \.listeners[kind].isEnabled, "Whether \(kind.title) is served.",
        example: "false"),
      .list(
        "listeners.\(name).hosts", \.listeners[kind].hosts, of: "addresses",
        "The addresses that \(kind.title) listens on.", example: "[\"127.0.0.1\", \"::1\"]", check: Check.address),
      .number(
        "listeners.\(name).port", \.listeners[kind].port, 1...65_535, "The port of \(kind.title).",
        example: String(kind.usualPort + 2000)),
      .list(
        "listeners.\(name).proxy-from", \.listeners[kind].proxyFrom, of: "addresses or networks",
        "The proxies whose connections to \(kind.title) begin with a PROXY header.", example: "[\"10.0.0.0/8\"]",
        check: Check.network),
    ]
  }

  private static let imap: [ConfigurationOption] = [
    .flag(
      "imap.literal-plus", \.imap.literalPlus,
      "Whether IMAP clients may send texts of any size without asking (LITERAL+); otherwise up to 4 KiB (LITERAL-).",
      example: "true")
  ]

  private static let pop3: [ConfigurationOption] = [
    .flag(
      "pop3.exclusive", \.pop3.isExclusive,
      "Whether one POP3 session at a time has a maildrop (RFC 1939); otherwise each sees it as it was at log-in.",
      example: "true"),
    .number(
      "pop3.login-delay", \.pop3.logInDelay, 0...86_400,
      "Seconds that must pass between two POP3 log-ins to one account; 0: none.", example: "60"),
    .flag(
      "pop3.apop", \.pop3.allowsAPOP,
      "Whether devices added with --apop may log in by APOP, also without TLS: their mail then travels readable.",
      example: "true"),
    .flag(
      "pop3.zero-days", \.pop3.allowsZeroDays,
      "Whether a POP3 policy may remove mail at the end of the session that took it (EXPIRE 0).", example: "true"),
    .number(
      "pop3.round-minutes", \.pop3.roundMinutes, 1...1_440,
      "Minutes between two looks for mail that POP3 policies let go.", example: "60"),
  ]

  private static let logIn: [ConfigurationOption] = [
    .flag(
      "log-in.scram", \.logIn.scram,
      "Whether SCRAM-SHA-256 is offered. Only devices' passwords work with it, and mail programs that know it try nothing else.",
      example: "true")
  ]

  private static let limits: [ConfigurationOption] = [
    .number(
      "limits.connections", \.limits.connections, 1...1_000_000, "Connections at one time, of all protocols.",
      example: "50000"),
    .number(
      "limits.connections-per-address", \.limits.connectionsPerAddress, 1...1_000_000,
      "Connections at one time from one address.", example: "50"),
    .number(
      "limits.connections-per-network", \.limits.connectionsPerNetwork, 1...1_000_000,
      "Connections at one time from one network (IPv4 /24, IPv6 /64).", example: "500"),
    .size(
      "limits.message-size", \.limits.messageSize, (64 * 1024)...(1 << 30), "The largest message that is taken.",
      example: "100MiB"),
    .number(
      "limits.mailboxes", \.limits.mailboxes, 100...1_000_000,
      "Mailboxes that one account may have; more cannot be created over IMAP.", example: "2000"),
    .number(
      "limits.drain-seconds", \.limits.drainSeconds, 0...3_600, "How long a stop waits for commands under way.",
      example: "10"),
    .number(
      "limits.threads", \.limits.threads, 0...256, "Event loops; 0: one per core. A change needs a restart.",
      example: "4"),
  ]

  private static let store: [ConfigurationOption] = [
    .number(
      "store.recoverable-days", \.store.recoverableDays, 0...3_650,
      "How many days removed mail and removed accounts can come back, and IMAP clients that were away are told exactly what went.",
      example: "90")
  ]

  private static let resolver: [ConfigurationOption] = [
    .text(
      "resolver.address", \.resolver.address, form: "an address",
      "The DNS server to ask; empty: the first of /etc/resolv.conf.", example: "127.0.0.1",
      check: { $0.isEmpty ? nil : Check.address($0) }),
    .number("resolver.port", \.resolver.port, 1...65_535, "The DNS server's port.", example: "5353"),
  ]
}

extension ListenerKind {
  /// The name in sentences.
  package var title: String {
    switch self {
    case .smtp: "SMTP (mail from other servers)"
    case .submission: "submission (STARTTLS)"
    case .submissions: "submission over TLS"
    case .imap: "IMAP (STARTTLS)"
    case .imaps: "IMAP over TLS"
    case .pop3: "POP3 (STLS)"
    case .pop3s: "POP3 over TLS"
    case .lmtp: "LMTP (mail from another mail server on this machine)"
    }
  }
}

/// Checks of single values; each returns the remedy where the value does not do.
enum Check {
  /// RFC 1123 §2.1: letters, digits and hyphens in labels of 1 to 63, 253 octets at most.
  @Sendable static func hostname(_ text: String) -> Phrase? {
    if text.isEmpty { return nil }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let isGood =
      text.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" }
      }
    return isGood ? nil : .remedyHostName
  }

  @Sendable static func path(_ text: String) -> Phrase? {
    text.isEmpty || text.utf8.contains(0) ? .remedyPath : nil
  }

  @Sendable static func address(_ text: String) -> Phrase? {
    IPAddress(text) == nil ? .remedyAddress : nil
  }

  @Sendable static func network(_ text: String) -> Phrase? {
    IPNetwork(text) == nil ? .remedyNetwork : nil
  }
}
