/// The word after `with` in a Received field (RFC 3848, RFC 6531 §4.3): what protocol brought the message.
public struct TransmissionType: Hashable, Sendable, CustomStringConvertible {
  public var isLMTP: Bool
  /// EHLO, not HELO.
  public var isExtended: Bool
  public var smtputf8: Bool
  public var isTLS: Bool
  public var isAuthenticated: Bool

  public init(isLMTP: Bool, isExtended: Bool, smtputf8: Bool, isTLS: Bool, isAuthenticated: Bool) {
    self.isLMTP = isLMTP
    self.isExtended = isExtended
    self.smtputf8 = smtputf8
    self.isTLS = isTLS
    self.isAuthenticated = isAuthenticated
  }

  public var description: String {
    // RFC 3848 has no word for HELO under TLS: the session is then plain "SMTP".
    guard isExtended || isLMTP else { return "SMTP" }
    let base = isLMTP ? (smtputf8 ? "UTF8LMTP" : "LMTP") : (smtputf8 ? "UTF8SMTP" : "ESMTP")
    return base + (isTLS ? "S" : "") + (isAuthenticated ? "A" : "")
  }
}

extension ServerMachine {
  /// How the message of the transaction under way comes.
  public var transmissionType: TransmissionType {
    TransmissionType(
      isLMTP: settings.role == .lmtp, isExtended: isExtended,
      smtputf8: transaction?.sender.parameters.smtputf8 ?? false, isTLS: isTLS, isAuthenticated: isAuthenticated)
  }
}
