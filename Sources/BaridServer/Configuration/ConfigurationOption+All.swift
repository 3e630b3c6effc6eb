internal import DNS
package import Phrases

// The table of options, in the order in which `barid config describe` shows them.
extension ConfigurationOption {
  package static let all: [ConfigurationOption] =
    general + logging + certificates + listeners + lmtp + intake + submission + imap + pop3 + logIn + checks + signing
    + limits + store + resolver

  private static let general: [ConfigurationOption] = [
    .text(
      "hostname", \.hostname, form: .formHostName,
      .purposeHostname,
      example: "mail.example.org", check: Check.hostname),
    .text(
      "data-folder", \.dataFolder, form: .formPath,
      .purposeDataFolder,
      example: "/var/lib/barid",
      check: Check.path),
    .text(
      "language", \.language, form: .formEither("en", or: "ar"),
      .purposeLanguage, example: "ar",
      check: { Language(rawValue: $0) == nil ? .remedyOneOf("en, ar") : nil }),
  ]

  private static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  private static let logging: [ConfigurationOption] = [
    .text(
      "log.level", \.log.level, form: .formOneOf(logLevels.joined(separator: ", ")),
      .purposeLogLevel, example: "debug",
      check: {
        logLevels.contains($0) ? nil : .remedyOneOf(logLevels.joined(separator: ", "))
      }),
    .choice("log.format", \.log.format, .purposeLogFormat, example: "json"),
    .text(
      "log.file", \.log.file, form: .formPath, .purposeLogFile,
      example: "/var/log/barid.log"),
  ]

  private static let certificates: [ConfigurationOption] = [
    .list(
      "tls.certificates", \.tls.certificates, of: .formPaths,
      .purposeCertificates,
      example: "[/etc/barid/mail.pem]"),
    .list(
      "tls.keys", \.tls.keys, of: .formPaths, .purposeKeys,
      example: "[/etc/barid/mail.key]"),
    .choice("tls.minimum", \.tls.minimum, .purposeTLSMinimum, example: "\"1.3\""),
  ]

  private static let listeners: [ConfigurationOption] = ListenerKind.allCases.flatMap { kind -> [ConfigurationOption] in
    let name = kind.rawValue
    return [
      .flag(
        "listeners.\(name).enabled", \.listeners[kind].isEnabled, .purposeListener(kind.title),
        example: "false"),
      .list(
        "listeners.\(name).hosts", \.listeners[kind].hosts, of: .formAddresses,
        .purposeHosts(kind.title), example: "[\"127.0.0.1\", \"::1\"]", check: Check.address),
      .number(
        "listeners.\(name).port", \.listeners[kind].port, 1...65_535, .purposePort(kind.title),
        example: String(kind.usualPort + 2000)),
      .list(
        "listeners.\(name).proxy-from", \.listeners[kind].proxyFrom, of: .formNetworks,
        .purposeProxyFrom(kind.title), example: "[\"10.0.0.0/8\"]",
        check: Check.network),
    ]
  }

  private static let imap: [ConfigurationOption] = [
    .flag(
      "imap.literal-plus", \.imap.literalPlus,
      .purposeLiteralPlus,
      example: "true")
  ]

  private static let pop3: [ConfigurationOption] = [
    .flag(
      "pop3.exclusive", \.pop3.isExclusive,
      .purposeExclusive,
      example: "true"),
    .number(
      "pop3.login-delay", \.pop3.logInDelay, 0...86_400,
      .purposeLogInDelay, example: "60"),
    .flag(
      "pop3.apop", \.pop3.allowsAPOP,
      .purposeAPOP,
      example: "true"),
    .flag(
      "pop3.zero-days", \.pop3.allowsZeroDays,
      .purposeZeroDays, example: "true"),
    .number(
      "pop3.round-minutes", \.pop3.roundMinutes, 1...1_440,
      .purposeRoundMinutes, example: "60"),
  ]

  private static let logIn: [ConfigurationOption] = [
    .flag(
      "log-in.scram", \.logIn.scram,
      .purposeScram,
      example: "true")
  ]

  private static let limits: [ConfigurationOption] = [
    .number(
      "limits.connections", \.limits.connections, 1...1_000_000, .purposeConnections,
      example: "50000"),
    .number(
      "limits.connections-per-address", \.limits.connectionsPerAddress, 1...1_000_000,
      .purposePerAddress, example: "50"),
    .number(
      "limits.connections-per-network", \.limits.connectionsPerNetwork, 1...1_000_000,
      .purposePerNetwork, example: "500"),
    .size(
      "limits.message-size", \.limits.messageSize, (64 * 1024)...(1 << 30), .purposeMessageSize,
      example: "100MiB"),
    .number(
      "limits.mailboxes", \.limits.mailboxes, 100...1_000_000, .purposeMailboxes, example: "2000"),
    .number(
      "limits.drain-seconds", \.limits.drainSeconds, 0...3_600, .purposeDrainSeconds,
      example: "10"),
    .number(
      "limits.threads", \.limits.threads, 0...256, .purposeThreads,
      example: "4"),
  ]

  private static let store: [ConfigurationOption] = [
    .number(
      "store.recoverable-days", \.store.recoverableDays, 0...3_650,
      .purposeRecoverableDays, example: "90")
  ]

  private static let resolver: [ConfigurationOption] = [
    .text(
      "resolver.address", \.resolver.address, form: .formAddress,
      .purposeResolver, example: "127.0.0.1",
      check: { $0.isEmpty ? nil : Check.address($0) }),
    .number("resolver.port", \.resolver.port, 1...65_535, .purposeResolverPort, example: "5353"),
  ]
}

extension ListenerKind {
  /// The name in sentences.
  package var title: Phrase {
    switch self {
    case .smtp: .titleSMTP
    case .submission: .titleSubmission
    case .submissions: .titleSubmissions
    case .imap: .titleIMAP
    case .imaps: .titleIMAPS
    case .pop3: .titlePOP3
    case .pop3s: .titlePOP3S
    case .lmtp: .titleLMTP
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
