/// The client's side of one exchange (RFC 4422 §3).
public protocol SASLClient: Sendable {
  /// The registered name, in upper case.
  var name: String { get }

  /// The initial response, or nil where the server speaks first.
  var initialResponse: [UInt8]? { get }

  /// Answers a challenge; nil: cancel, the server asks what the mechanism does not know.
  mutating func respond(to challenge: [UInt8]) -> [UInt8]?
}

/// PLAIN, the client's side (RFC 4616).
public struct PlainClient: SASLClient {
  public let name = "PLAIN"
  private let message: [UInt8]
  private var isFinished = false

  public init(_ credentials: Credentials) {
    message =
      Array(credentials.authorizationIdentity.utf8) + [0] + Array(credentials.authenticationIdentity.utf8) + [0]
      + credentials.password
  }

  public var initialResponse: [UInt8]? { message }

  /// Answers the one empty challenge, where the protocol could not carry the initial response.
  public mutating func respond(to challenge: [UInt8]) -> [UInt8]? {
    guard !isFinished, challenge.isEmpty else { return nil }
    isFinished = true
    return message
  }
}

/// LOGIN, the client's side: the first challenge wants the name, the second the password, whatever they say.
public struct LoginClient: SASLClient {
  public let name = "LOGIN"
  private var answers: [[UInt8]]

  public init(_ credentials: Credentials) {
    answers = [credentials.password, Array(credentials.authenticationIdentity.utf8)]
  }

  public var initialResponse: [UInt8]? { nil }

  public mutating func respond(to challenge: [UInt8]) -> [UInt8]? { answers.popLast() }
}
