/// One POP3 server session without a socket (RFC 1939 §3): it knows the states, what is valid in each, and what is marked deleted.
///
/// The service gives it input and does what the returned step says. After `.logIn`, `.logInByDigest`, `.authenticate`, `.startTLS`,
/// `.retrieve`, `.top` and `.update` the next call is one of the verbs that answer it; until then `advance` waits.
///
/// Invariants:
/// 1. Messages are deleted only by `.update`, which only QUIT in the TRANSACTION state gives (RFC 1939 §6).
/// 2. A log-in needs TLS, unless the settings exempt it.
/// 3. An index in a step is of a message of the snapshot that is not marked deleted.
/// 4. [AUTH] goes only to bad credentials.
public struct ServerMachine: Sendable {
  public let settings: ServerSettings
  /// What CAPA announces; the service replaces `expire` and `loginDelay` by the user's after log-in.
  public var capabilities: Capabilities
  public internal(set) var isTLS: Bool
  /// The language of reply texts: give it to `POP3Reply.write`.
  public internal(set) var language: POP3Language
  /// UTF8 was given: messages may be sent as they are (RFC 6856 §2).
  public internal(set) var isUTF8 = false
  /// Messages in the snapshot; `nil` before log-in.
  public internal(set) var messageCount: Int?
  /// Set after log-in: why this session may not delete (a group's mailbox needs a device password).
  public var deletionObstacle: POP3Phrase?
  /// Messages in the snapshot when some are shown only to a client that asks for unique ids.
  var wholeCount: Int?
  /// The marks for QUIT.
  public internal(set) var deleted = DeletionMarks()
  /// The client has asked for unique ids in this session.
  public internal(set) var hasListedIDs = false
  public internal(set) var errors = 0
  public internal(set) var authenticationFailures = 0

  var phase: Phase = .command
  /// An exchange is under way, also while an over-long line of it passes by.
  var isAuthenticating = false
  /// What USER said.
  var userName: String?
  /// Octets at the front of the input that are known to hold no LF.
  var scanned = 0

  enum Phase: Sendable {
    case command
    case loggingIn
    case authenticating
    case sending
    case securing
    case updating
    /// The rest of an over-long line passes by.
    case skippingLine
    case closed
  }

  public init(settings: ServerSettings, isTLS: Bool = false) {
    self.settings = settings
    self.capabilities = settings.capabilities
    self.isTLS = isTLS
    self.language = .english
  }

  /// The greeting (RFC 1939 §4). It holds the timestamp where APOP is allowed.
  public var greeting: POP3Reply {
    var text = settings.greeting ?? POP3Phrase.ready.text(in: .english)
    if let timestamp = settings.apopTimestamp { text += " " + timestamp }
    return .ok(text)
  }

  /// The state of RFC 1939 §3 is TRANSACTION.
  public var isLoggedIn: Bool { messageCount != nil }

  /// Passwords may be sent on this connection.
  var mayLogIn: Bool { isTLS || settings.allowsPlaintextLogIn }

  /// The handshake of STLS is done (RFC 2595 §4): what was learned before is forgotten.
  public mutating func secured() {
    isTLS = true
    userName = nil
    phase = .command
    scanned = 0
  }

  /// TLS could not be begun, and the connection is still plain.
  public mutating func securingFailed() -> ServerStep {
    phase = .command
    return .reply(.error(.noTLS))
  }

  /// Ends the session from this side: time-out, shutdown. Nothing is deleted (RFC 1939 §3).
  public mutating func close(_ reply: POP3Reply?) -> ServerStep {
    phase = .closed
    deleted.removeAll()
    return .close(reply)
  }

  /// Takes the next thing from the input.
  /// - Parameters:
  ///   - input: all that has come and was not consumed. What is not consumed must be at the front of the next call's input.
  ///   - consumed: set to the octets that are done with.
  public mutating func advance(_ input: Span<UInt8>, consumed: inout Int) -> ServerStep {
    consumed = 0
    switch phase {
    case .command: return readCommand(input, &consumed)
    case .authenticating: return readResponse(input, &consumed)
    case .skippingLine: return skipLine(input, &consumed)
    case .loggingIn, .sending, .securing, .updating, .closed: return .wait
    }
  }

  /// The same for what NIO and files give.
  public mutating func advance(_ input: UnsafeRawBufferPointer, consumed: inout Int) -> ServerStep {
    input.withMemoryRebound(to: UInt8.self) { advance($0.span, consumed: &consumed) }
  }

  /// Replies with an error of the client's and counts it.
  mutating func fail(_ reply: POP3Reply) -> ServerStep {
    errors += 1
    return errors > settings.limits.errors ? close(.error(.tooManyErrors)) : .reply(reply)
  }
}
