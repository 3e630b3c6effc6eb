/// The server's side of one exchange (RFC 4422 §3), without its base64 and its lines, which are the protocol's.
public protocol SASLServer: Sendable {
  /// The registered name, in upper case.
  var name: String { get }

  /// Takes the client's response.
  /// - Parameter response: first the initial response, or nil when the client sent none; then each answer to a challenge.
  mutating func respond(to response: [UInt8]?) -> SASLServerStep
}

/// What a server does next in an exchange.
public enum SASLServerStep: Hashable, Sendable {
  /// Send this, which may be empty, and give the answer to `respond`.
  case challenge([UInt8])
  /// The exchange is over: check these.
  case credentials(Credentials)
  /// The exchange is over: the client's message makes no sense.
  case failure(SASLFault)
}

/// What is wrong with a client's message.
public enum SASLFault: Error, Hashable, Sendable {
  /// Not of the mechanism's form.
  case malformed
  /// Longer than `Limits` allow.
  case tooLong
  /// It came after the exchange was over.
  case finished
}

/// The mechanisms that this module speaks.
public enum SASLMechanism: String, CaseIterable, Sendable {
  case plain = "PLAIN"
  /// Never standardised (draft-murchison-sasl-login-00), and still what many devices send.
  case login = "LOGIN"

  /// The server's side.
  public func server(limits: Limits = Limits()) -> any SASLServer {
    switch self {
    case .plain: PlainServer(limits: limits)
    case .login: LoginServer(limits: limits)
    }
  }

  /// The client's side.
  public func client(_ credentials: Credentials) -> any SASLClient {
    switch self {
    case .plain: PlainClient(credentials)
    case .login: LoginClient(credentials)
    }
  }
}
