/// One server session of SMTP, submission or LMTP, without a socket: it knows what may follow what.
///
/// The service gives it input and does what the returned step says: check (here), ask (policy, in the service), proceed (`accept`
/// or `refuse`). After `.ask`, `.readMessage`, `.readChunk`, `.authenticate` and `.startTLS` the next call is one of the verbs
/// that answer it; until then `advance` waits.
///
/// Invariants:
/// 1. Every command gets exactly one reply (LMTP's end of message: one for each recipient), in order.
/// 2. A log-in needs TLS (unless the settings exempt it) and never happens on `.mx`.
/// 3. Nothing learned before TLS is kept after it (RFC 3207 §4.2).
/// 4. Recipients are only ever added by `accept`.
public struct ServerMachine: Sendable {
  public let settings: ServerSettings
  public internal(set) var isTLS: Bool
  public internal(set) var isAuthenticated = false
  /// What the client called itself; `nil` until an accepted EHLO, HELO or LHLO.
  public internal(set) var client: ClientName?
  /// The client said EHLO or LHLO, not HELO.
  public internal(set) var isExtended = false
  /// The transaction under way.
  public internal(set) var transaction: Transaction?
  /// Errors since the last accepted message.
  public internal(set) var errors = 0
  public internal(set) var authenticationFailures = 0
  /// Messages accepted in this session.
  public internal(set) var messages = 0

  var phase: Phase = .command
  var idleCommands = 0
  /// Octets at the front of the input that are known to hold no LF.
  var scanned = 0
  /// The connection was refused in the greeting: only QUIT works (RFC 5321 §3.1).
  var isRefused = false

  enum Phase: Sendable {
    case command
    case asking(Pending)
    case authenticating
    case reading
    case readingChunk(MessageChunk)
    /// The octets of a refused BDAT pass by; then its reply is due (RFC 3030 §2).
    case skippingChunk(remaining: Int, isLast: Bool, SMTPReply)
    /// The rest of an over-long line passes by; then the reply is due.
    case skippingLine(SMTPReply)
    case securing
    case closed
  }

  /// A question that was asked, with what is needed to go on.
  enum Pending: Sendable {
    case hello(ClientName, isExtended: Bool)
    indirect case sender(SMTPCommand.Sender)
    indirect case recipient(SMTPCommand.Recipient)
    case data
    case chunk(MessageChunk)
    case verify
    case expand
  }

  public init(settings: ServerSettings, isTLS: Bool = false) {
    self.settings = settings
    self.isTLS = isTLS
  }

  /// Octets pass by that nobody keeps: they are no command, and may not take for ever.
  public var isSkipping: Bool {
    switch phase {
    case .skippingChunk, .skippingLine: true
    default: false
    }
  }

  // MARK: Connection

  /// The greeting, 220.
  public var greeting: SMTPReply { SMTPReply(220, "\(settings.hostName) \(settings.greeting)") }

  /// Refuses the connection in the greeting. With 421 it closes; with 554 the client is waited for and may only QUIT
  /// (RFC 5321 §3.1).
  public mutating func refuseConnection(_ reply: SMTPReply = .noServiceHere) -> ServerStep {
    if reply.code == 421 { return close(reply) }
    isRefused = true
    return .reply(reply)
  }

  /// The handshake is done, by STARTTLS.
  public mutating func secured() {
    isTLS = true
    client = nil
    isExtended = false
    transaction = nil
    isAuthenticated = false
    phase = .command
    scanned = 0
  }

  /// TLS could not be begun, and the connection is still plain.
  public mutating func securingFailed() -> ServerStep {
    phase = .command
    return .reply(.tlsUnavailable)
  }

  /// Ends the session from this side: time-out, shutdown.
  public mutating func close(_ reply: SMTPReply?) -> ServerStep {
    phase = .closed
    transaction = nil
    return .close(reply)
  }

  // MARK: Input

  /// Takes the next thing from the input.
  /// - Parameters:
  ///   - input: all that has come and was not consumed. What is not consumed must be at the front of the next call's input.
  ///   - consumed: set to the octets that are done with.
  public mutating func advance(_ input: Span<UInt8>, consumed: inout Int) -> ServerStep {
    consumed = 0
    while true {
      let step: ServerStep
      var taken = 0
      let rest = input.extracting(consumed..<input.count)
      switch phase {
      case .command: step = readCommand(rest, &taken)
      case .authenticating: step = readResponse(rest, &taken)
      case .skippingChunk(let remaining, let isLast, let reply):
        step = skipChunk(remaining, isLast: isLast, reply, rest, &taken)
      case .skippingLine(let reply): step = skipLine(reply, rest, &taken)
      case .asking, .reading, .readingChunk, .securing, .closed: return .wait
      }
      consumed += taken
      // A refused BDAT has no step of its own: its octets, which may be here already, pass by first.
      if step != .wait || taken == 0 || consumed == input.count { return step }
    }
  }

  /// The same for what NIO and files give.
  public mutating func advance(_ input: UnsafeRawBufferPointer, consumed: inout Int) -> ServerStep {
    input.withMemoryRebound(to: UInt8.self) { advance($0.span, consumed: &consumed) }
  }

  // MARK: Counting

  /// Replies with an error of the client's and counts it.
  mutating func fail(_ reply: SMTPReply) -> ServerStep {
    errors += 1
    return errors > settings.limits.errors ? close(.tooManyErrors) : .reply(reply)
  }

  /// Replies to a command that moves no mail; too many in a row end the session.
  mutating func idle(_ reply: SMTPReply) -> ServerStep {
    idleCommands += 1
    return idleCommands > settings.limits.idleCommands ? close(.tooManyCommands) : .reply(reply)
  }
}
