/// The replies that mean the same everywhere: RFC 5321 §4.2.3, status codes of RFC 3463, 4954, 5248 and 6531.
extension SMTPReply {
  // MARK: Success
  public static let ok = SMTPReply(250, .init(2, 0, 0), "OK")
  public static let senderOK = SMTPReply(250, .init(2, 1, 0), "Sender OK")
  public static let recipientOK = SMTPReply(250, .init(2, 1, 5), "Recipient OK")
  public static let messageAccepted = SMTPReply(250, .init(2, 0, 0), "Message accepted")
  public static let readyForTLS = SMTPReply(220, .init(2, 0, 0), "Ready to start TLS")
  public static let authenticated = SMTPReply(235, .init(2, 7, 0), "Authentication successful")
  public static let cannotVerify = SMTPReply(
    252, .init(2, 1, 5), "Cannot VRFY user, but will accept message and attempt delivery")
  public static let startMessage = SMTPReply(354, "Start mail input; end with <CRLF>.<CRLF>")

  /// 221, the answer to QUIT.
  public static func goodbye(_ host: String) -> SMTPReply {
    SMTPReply(221, .init(2, 0, 0), "\(host) Service closing transmission channel")
  }

  /// 334 with a challenge in base64; an empty challenge leaves one blank after the code (RFC 4954 §4).
  public static func challenge(_ base64: String) -> SMTPReply { SMTPReply(334, base64) }

  /// 250 after a chunk that is not the last (RFC 3030 §2).
  public static func chunkAccepted(_ octets: Int) -> SMTPReply {
    SMTPReply(250, .init(2, 0, 0), "\(octets) octets received")
  }

  // MARK: Not now
  /// 421: the connection closes after it.
  public static func serviceUnavailable(_ host: String) -> SMTPReply {
    SMTPReply(421, .init(4, 3, 2), "\(host) Service not available, closing transmission channel")
  }
  /// 421 with X.4.2 (RFC 3463): nothing came for too long.
  public static func timedOut(_ host: String) -> SMTPReply {
    SMTPReply(421, .init(4, 4, 2), "\(host) Timeout waiting for client input, closing transmission channel")
  }
  /// 421 with X.7.0: what the client authenticated with was taken away.
  public static func authenticationRevoked(_ host: String) -> SMTPReply {
    SMTPReply(421, .init(4, 7, 0), "\(host) Your password was changed or removed, closing transmission channel")
  }
  public static let tooManyConnections = SMTPReply(421, .init(4, 7, 0), "Too many connections, try again later")
  public static let tooManyErrors = SMTPReply(421, .init(4, 7, 0), "Too many errors, closing transmission channel")
  public static let tooManyCommands = SMTPReply(
    421, .init(4, 7, 0), "Too many commands without mail, closing transmission channel")
  public static let tooManyMessages = SMTPReply(
    421, .init(4, 7, 0), "Too many messages in one session, connect again")
  public static let localError = SMTPReply(
    451, .init(4, 3, 0), "Requested action aborted: local error in processing")
  public static let insufficientStorage = SMTPReply(452, .init(4, 3, 1), "Insufficient system storage")
  public static let domainFull = SMTPReply(452, .init(4, 2, 2), "The mailboxes of this domain are full")
  public static let mailboxFull = SMTPReply(452, .init(4, 2, 2), "Mailbox full")
  /// RFC 5321 §4.5.3.1.10.
  public static let tooManyRecipients = SMTPReply(452, .init(4, 5, 3), "Too many recipients")
  public static let authenticationUnavailable = SMTPReply(454, .init(4, 7, 0), "Temporary authentication failure")
  public static let tlsUnavailable = SMTPReply(454, .init(4, 7, 0), "TLS not available due to temporary reason")

  // MARK: Syntax and order
  public static let unrecognisedCommand = SMTPReply(500, .init(5, 5, 1), "Syntax error, command unrecognised")
  public static let lineTooLong = SMTPReply(500, .init(5, 5, 2), "Syntax error, command line too long")
  public static let badLineEnd = SMTPReply(500, .init(5, 5, 2), "Syntax error, a command ends with <CRLF>")
  public static let badCharacter = SMTPReply(500, .init(5, 5, 2), "Syntax error, invalid character in command")
  public static let authenticationLineTooLong = SMTPReply(
    500, .init(5, 5, 6), "Authentication Exchange line is too long")
  public static let badBase64 = SMTPReply(501, .init(5, 5, 2), "Cannot decode base64 response")
  public static let authenticationCancelled = SMTPReply(501, .init(5, 7, 0), "Authentication cancelled")
  public static let notImplemented = SMTPReply(502, .init(5, 5, 1), "Command not implemented")
  public static let unsupportedMechanism = SMTPReply(
    504, .init(5, 5, 4), "Unrecognised authentication mechanism")
  public static let unsupportedParameter = SMTPReply(
    555, .init(5, 5, 4), "MAIL FROM/RCPT TO parameters not recognised or not implemented")

  /// 501 with the form that was expected.
  public static func badArguments(_ text: String) -> SMTPReply { SMTPReply(501, .init(5, 5, 4), text) }
  /// 503 with what should have come first.
  public static func badSequence(_ text: String) -> SMTPReply { SMTPReply(503, .init(5, 5, 1), text) }
  /// A BDAT of the transaction failed (RFC 3030 §2).
  public static let resetNeeded = badSequence("Send RSET first")

  // MARK: Refusals
  /// RFC 3207 §4.
  public static let mustStartTLS = SMTPReply(530, .init(5, 7, 0), "Must issue a STARTTLS command first")
  public static let authenticationRequired = SMTPReply(530, .init(5, 7, 0), "Authentication required")
  public static let authenticationTooWeak = SMTPReply(534, .init(5, 7, 9), "Authentication mechanism is too weak")
  public static let badCredentials = SMTPReply(535, .init(5, 7, 8), "Authentication credentials invalid")
  public static let encryptionRequired = SMTPReply(
    538, .init(5, 7, 11), "Encryption required for requested authentication mechanism")
  public static let noSuchUser = SMTPReply(550, .init(5, 1, 1), "No such user here")
  public static let relayDenied = SMTPReply(550, .init(5, 7, 1), "Relaying denied")
  public static let policyRefusal = SMTPReply(550, .init(5, 7, 1), "Refused by policy")
  public static let messageTooLarge = SMTPReply(
    552, .init(5, 3, 4), "Message size exceeds fixed maximum message size")
  public static let badSenderAddress = SMTPReply(501, .init(5, 1, 7), "Bad sender's mailbox address syntax")
  public static let badRecipientAddress = SMTPReply(501, .init(5, 1, 3), "Bad destination mailbox address syntax")
  /// RFC 6531 §3.5: an address outside ASCII in a transaction without SMTPUTF8.
  public static let asciiAddressRequired = SMTPReply(
    553, .init(5, 6, 7), "Non-ASCII addresses not permitted without SMTPUTF8")
  public static let noValidRecipients = SMTPReply(554, .init(5, 5, 1), "No valid recipients")
  public static let noServiceHere = SMTPReply(554, .init(5, 7, 1), "No SMTP service here")
  /// A NUL or an over-long line in a message that is not BINARYMIME (X.6.0).
  public static let unacceptableContent = SMTPReply(554, .init(5, 6, 0), "Message content not acceptable")
  /// RFC 5321 §6.3: too many Received fields (X.4.6).
  public static let routingLoop = SMTPReply(554, .init(5, 4, 6), "Routing loop detected")
}
