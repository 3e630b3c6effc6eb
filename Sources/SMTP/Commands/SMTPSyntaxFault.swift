/// What is wrong with a command line.
public enum SMTPSyntaxFault: Error, Hashable, Sendable {
  case unrecognisedCommand
  case notImplemented
  /// A control character or NUL.
  case badCharacter
  /// Arguments missing, too many, or not of their form; with the form expected.
  case badArguments(String)
  case badReversePath
  case badForwardPath
  /// An address outside ASCII without SMTPUTF8 (RFC 6531 §3.5).
  case asciiAddressRequired
  /// An esmtp-keyword that nobody defined (RFC 5321 §4.1.1.11).
  case unrecognisedParameter(String)
  /// A known parameter with a bad value, without one, or given twice.
  case badParameter(String)
  case badBase64

  /// The reply that RFC 5321 §4.2.2 and §4.3.2 give for it.
  public var reply: SMTPReply {
    switch self {
    case .unrecognisedCommand: .unrecognisedCommand
    case .notImplemented: .notImplemented
    case .badCharacter: .badCharacter
    case .badArguments(let text): .badArguments(text)
    case .badReversePath: .badSenderAddress
    case .badForwardPath: .badRecipientAddress
    case .asciiAddressRequired: .asciiAddressRequired
    case .unrecognisedParameter: .unsupportedParameter
    case .badParameter(let name): .badArguments("Syntax error in parameter \(name)")
    case .badBase64: .badBase64
    }
  }
}
